"""The machines of requests and needs: what is over, and what may be taken up again."""

from __future__ import annotations

from itertools import product

import pytest

from access.states import CARE_NEED, FIXED, FOR_GOOD, GOODS, REQUEST, STAYS_THERE
from core.errors import Conflict


@pytest.mark.parametrize("machine", [REQUEST, CARE_NEED], ids=lambda machine: machine.name)
def test_every_move_not_in_the_table_is_refused(machine):
    moves = set(machine.moves())
    for old, new in product(machine.statuses.values, repeat=2):
        if (old, new) in moves:
            machine.check(old, new)
        else:
            with pytest.raises(Conflict):
                machine.check(old, new)


def test_a_request_that_is_over_stays_over():
    """Guard: nothing leads out of closed, cancelled or sent online: a second approval would order a second car."""
    assert REQUEST.terminal() == {"closed", "cancelled", "redirected_online"}
    assert {old for old, new in REQUEST.moves() if new == "approved"} == {"submitted", "triaged", "unmet"}


def test_a_need_that_ended_may_be_taken_up_again():
    """Guard: of needs alone the end is not the end, and a paused one goes on or ends."""
    assert CARE_NEED.terminal() == frozenset()
    assert CARE_NEED.table["ended"] == ("active",)
    assert set(CARE_NEED.table["suspended"]) == {"active", "ended"}


def test_what_each_set_of_kinds_holds():
    """Guards: what is brought and not driven for (E29), what nobody can put off, who needs no way home, who is put away.

    A kind lost here orders a car for a bag of fluid, lets a chemotherapy wait, or drives for somebody who has died.
    """
    assert set(GOODS) == {"peritoneal_dialysis", "chronic_medicine", "controlled_medicine"}
    assert set(FIXED) == {"dialysis", "chemotherapy", "radiotherapy"}
    assert set(STAYS_THERE) == {"died", "admitted", "isolated"}
    assert set(FOR_GOOD) == {"died", "moved"}
