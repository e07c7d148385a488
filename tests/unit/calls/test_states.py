"""What the sets of calls for help hold: which sound, who may take one up, and what ends them."""

from __future__ import annotations

from calls.states import HANDLERS, LIVE, LOUD, OF_DISPATCH, OF_THE_HOUSE, UNTIL_OVER, UNTIL_RECEIVED


def test_a_call_on_which_a_life_hangs_sounds():
    """Guard: a kind lost here rings nowhere (R-000-2)."""
    assert set(LOUD) == {
        "gate_emergency", "unwell_aboard", "roadside", "critical_without_car", "door_closed", "on_way_to_closed",
        "overload",
    }  # fmt: skip


def test_a_call_ends_by_itself_with_what_it_was_about():
    """Guard: a kind too many ends while the trouble lasts; one too few rings for somebody who is at home."""
    received = {
        "gate_emergency", "unwell_aboard", "critical_without_car", "door_closed", "on_way_to_closed", "person_not_found",
        "handed_up",
    }  # fmt: skip
    assert received == UNTIL_RECEIVED
    assert received | {"late_hand_over", "transfer_unanswered", "no_way_home", "out_again"} == UNTIL_OVER
    assert set(OF_DISPATCH) == {"handed_up"}
    assert set(OF_THE_HOUSE) == {"overload", "late_hand_over"}


def test_guard_and_driver_only_watch():
    """Guard: who may take a call up, and which calls are somebody's to do."""
    assert set(HANDLERS) == {"staff", "lead", "dispatch", "command", "intake", "hospadm"}
    assert set(LIVE) == {"open", "taken"}
