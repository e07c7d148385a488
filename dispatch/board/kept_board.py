"""The board as its four living parts and all dispatchers of an area share it (core.kept)."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.kept import Kept, KeptKey
from dispatch.board.reading import Board, board
from dispatch.board.shown import Choice

SIZE = 4  # a few megabytes each


@dataclass(frozen=True)
class BoardKey(KeptKey):
    """What a dispatcher asks of the board."""

    who: str = ""
    query: str = ""
    choice: Choice = field(default_factory=Choice)


def _read(question: BoardKey) -> Board:
    return board(question.actor, who=question.who, choice=question.choice, query=question.query, at=question.at)


kept = Kept(_read, size=SIZE).of
