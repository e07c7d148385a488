"""All screens of dispatch ask when a minute begins: the board is read by one of them, and the others wait for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connections

from dispatch.board import kept_board
from dispatch.board.kept_board import BoardKey
from tests.factories import transport as make

NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
SCREENS = 6
pytestmark = pytest.mark.django_db(transaction=True)


def _ask_together(version: str) -> list[int]:
    """Let several screens ask at the same moment; return which board in memory each was given."""
    ready = Barrier(SCREENS)

    def ask(_number: int) -> object:
        try:
            ready.wait(10)
            return kept_board.kept(BoardKey(make.DISPATCHER, NOW, version))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SCREENS) as pool:
        boards = list(pool.map(ask, range(SCREENS)))
    return [id(board) for board in boards]


def test_screens_that_ask_together_share_one_board():
    make.trip(NOW)
    assert len(set(_ask_together("1.1"))) == 1


def test_a_reload_reads_afresh():
    """The twin: without a version every screen reads a board of its own."""
    make.trip(NOW)
    assert len(set(_ask_together(""))) == SCREENS
