"""Two writers that show their change on the same boards in another order both finish."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections, transaction

from core import boards

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_writers_crossing_never_wait_for_each_other():
    """A driver's step names area, then hospital; a booking names hospital, then area."""
    both_wrote = Barrier(2)

    def write(first: str, second: str) -> str:
        try:
            with transaction.atomic():
                boards.touch(first)
                both_wrote.wait(20)
                boards.touch(second)
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        got = list(pool.map(write, ["area:main", "facility:F1"], ["facility:F1", "area:main"]))

    assert got == ["done", "done"]
