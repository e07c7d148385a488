"""The machines of rides: INV-10, decisions.md C14."""

from __future__ import annotations

from itertools import product

import pytest

from core.errors import Conflict
from transport.states import AMBULANCES, RUN, RUN_LIVE, STRANDED, TRIP, TRIP_LIVE, TRIP_UNDO


@pytest.mark.parametrize("machine", [TRIP, RUN], ids=lambda machine: machine.name)
def test_every_move_not_in_the_table_is_refused(machine):
    moves = set(machine.moves())
    for old, new in product(machine.statuses.values, repeat=2):
        if (old, new) in moves:
            machine.check(old, new)
        else:
            with pytest.raises(Conflict):
                machine.check(old, new)


def test_what_is_over_stays_over():
    assert TRIP.terminal() == {"completed", "unmet", "cancelled"}
    assert RUN.terminal() == {"completed", "declined", "aborted", "cancelled"}
    assert set(RUN_LIVE) == {"draft", "offered", "accepted", "under_way", "completed"}


def test_a_boarding_pressed_by_mistake_is_one_move_back():
    """ADR 0005: the step back stands in the table, marked, and nothing else leads back from the car."""
    assert TRIP_UNDO == {"on_board": ("scheduled",)}
    assert set(TRIP.table["on_board"]) == {"completed", "interrupted", *TRIP_UNDO["on_board"]}


def test_what_each_set_of_rides_holds():
    """Guards: which ways are still somebody's, who waits by a car that broke down, and what drives a critical patient.

    A status lost here opens a second way for one, or leaves somebody at the roadside without another car.
    """
    assert set(TRIP_LIVE) == set(TRIP.statuses.values) - TRIP.terminal()
    assert set(STRANDED) == {"interrupted", "unscheduled", "scheduled"}
    assert set(AMBULANCES) == {"ambulance", "ambulance_negative_pressure"}
