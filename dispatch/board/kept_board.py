"""The board as its four living parts and all dispatchers of an area share it (core.kept)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import get_language

from core.actors import Actor
from core.kept import Kept
from dispatch.board.reading import Board, board
from dispatch.board.shown import Choice

SIZE = 4  # a few megabytes each


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


def _read(question: BoardKey) -> Board:
    return board(question.actor, who=question.who, choice=question.choice, query=question.query, at=question.at)


kept = Kept(_read, size=SIZE).of
