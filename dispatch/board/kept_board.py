"""A board is read once for each state of the area: its four living parts and all its dispatchers share what was read.

The state is named by the change numbers of the boards shown, the minute and the question, as the mark of a fragment is
(core.http.mark_of): where a change names no board, a page is a minute old at most, and a reload reads afresh.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from threading import Lock

from django.utils.translation import get_language

from core.actors import Actor
from dispatch.board.reading import Board, board
from dispatch.board.shown import Choice

KEPT = 4  # a few megabytes each
# whoever asks for a board that somebody is reading waits for that one: all screens ask when a minute begins
_READING = tuple(Lock() for _ in range(16))


@dataclass(frozen=True)
class BoardKey:
    """What a dispatcher asks of the board. `version`: the change numbers read before it; "" to read afresh."""

    actor: Actor = field(compare=False)
    at: datetime = field(compare=False)
    version: str
    who: str = ""
    query: str = ""
    choice: Choice = field(default_factory=Choice)

    @property
    def key(self) -> tuple[str, ...]:
        """What else tells two boards apart."""
        return self.actor.role, self.actor.place_code, f"{self.at:%d%H%M}", get_language() or ""


def kept(question: BoardKey) -> Board:
    """Return the board, read now or a moment ago."""
    if not question.version:
        return _read(question)
    with _READING[hash((question, question.key)) % len(_READING)]:
        return _kept(question, question.key)


def forget() -> None:
    """Forget every board kept."""
    _kept.cache_clear()


@lru_cache(KEPT)
def _kept(question: BoardKey, _key: tuple[str, ...]) -> Board:
    return _read(question)


def _read(question: BoardKey) -> Board:
    return board(question.actor, who=question.who, choice=question.choice, query=question.query, at=question.at)


__all__ = ["BoardKey", "forget", "kept"]
