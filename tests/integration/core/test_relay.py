"""The relay's round of sweeps: one with a fault in it never keeps the others from their work."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from core import sweeping
from tests import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    sweeps.ran.clear()


def test_a_sweep_that_the_tables_refuse_does_not_stop_the_next(settings: Any) -> None:
    settings.SWEEPS = ["tests.sweeps.broken", "tests.sweeps.good"]

    call_command("relay", once=True)

    assert sweeps.ran == ["broken", "good"]


def test_no_sweep_is_tried_while_the_database_is_away(settings: Any) -> None:
    settings.SWEEPS = ["tests.sweeps.away", "tests.sweeps.good"]

    with pytest.raises(OperationalError):
        call_command("relay", once=True)

    assert sweeps.ran == ["away"]


def test_one_bad_case_is_passed_over() -> None:
    done: list[int] = []

    sweeping.each([0, 1, 2], lambda number: done.append(1 // number))

    assert done == [1, 0]


def test_one_held_row_is_passed_over_too() -> None:
    """A lock not had in time is the trouble of this case; only a database that is away stops the round."""
    done: list[int] = []

    def act(number: int) -> None:
        if number == 0:
            raise OperationalError("canceling statement due to lock timeout") from LockNotAvailable()
        done.append(number)

    sweeping.each([0, 1, 2], act)

    assert done == [1, 2]
