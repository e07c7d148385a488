"""What may be pressed for one person: by post, by where they are, and by what was said of them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from access.acts import acts_of
from access.journey import Facts
from access.models import AccessRequest
from access.selectors.detail import Detail
from access.selectors.journey_line import JourneyLine
from access.selectors.standing import Standing

NOW = datetime(2022, 6, 28, 4, tzinfo=UTC)
OUT = Facts(exited_at=NOW)
BACK = Facts(exited_at=NOW, home_marked_at=NOW)


def shown(
    facts: Facts | None = None, *, is_over: bool = False, hospital: Any = "a house", past: bool = False, **row: Any
) -> Detail:
    """Return one request as its page has it."""
    request = AccessRequest(**{"status": "approved", "need_kind": "dialysis", "resident_id": uuid.uuid4(), **row})
    standing = Standing("planned", "", "", "", 0, is_over=is_over)
    parts: Any = SimpleNamespace(trips=[])
    return Detail(
        request, facts or Facts(), parts, JourneyLine([], standing), None, hospital, [], [], is_past_plan=past
    )


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("staff", {"cancel", "raise"}),
        ("lead", {"cancel", "raise"}),
        ("dispatch", {"cancel", "plan", "raise", "labour"}),
        ("command", {"cancel", "raise", "labour"}),
    ],
)
def test_who_is_at_home_can_be_planned_called_off_and_raised(role: str, offered: set[str]) -> None:
    assert acts_of(shown(), role) == offered


def test_nobody_went_is_said_after_the_planned_time_alone_and_taken_back_until_it_is_closed() -> None:
    """faults 3: one press before the hour gave the car back, with no reason and no way back."""
    assert "not_gone" not in acts_of(shown(), "staff")
    assert "not_gone" in acts_of(shown(past=True), "staff")
    assert "not_gone" not in acts_of(shown(OUT, past=True), "staff")
    assert "not_gone" not in acts_of(shown(past=True), "dispatch")
    said = acts_of(shown(past=True, not_gone_at=NOW), "staff")
    assert "undo_not_gone" in said
    assert "not_gone" not in said
    closed = acts_of(shown(is_over=True, past=True, not_gone_at=NOW, status="closed", outcome="not_gone"), "staff")
    assert closed == {"ask_again"}


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("staff", {"home", "door_closed", "cancel", "raise"}),
        ("lead", {"home", "close_by_hand", "cancel", "raise"}),
        ("dispatch", {"home", "door_closed", "plan", "cancel", "raise", "labour"}),
        ("command", {"close_by_hand", "cancel", "raise", "labour"}),
    ],
)
def test_who_is_out_can_be_said_to_be_home(role: str, offered: set[str]) -> None:
    assert acts_of(shown(OUT), role) == offered


@pytest.mark.parametrize(
    ("role", "status", "is_offered"),
    [
        ("staff", "submitted", True),
        ("staff", "triaged", True),
        ("command", "submitted", True),
        ("command", "triaged", False),
        ("dispatch", "submitted", False),
        ("staff", "approved", False),
    ],
)
def test_community_and_command_approve_what_was_asked(role: str, status: str, is_offered: bool) -> None:
    assert ("approve" in acts_of(shown(status=status), role)) is is_offered


def test_a_word_that_somebody_is_home_can_be_taken_back() -> None:
    assert "not_home" in acts_of(shown(BACK), "staff")
    assert "not_home" not in acts_of(shown(BACK), "command")
    assert "home" not in acts_of(shown(BACK), "staff")


@pytest.mark.parametrize(
    ("facts", "hospital"),
    [(Facts(exited_at=NOW, arrived_at=NOW), "a house"), (OUT, None), (Facts(exited_at=NOW, closed_at=NOW), "a house")],
)
def test_no_door_was_closed_on_who_is_in_or_goes_nowhere(facts: Facts, hospital: Any) -> None:
    assert "door_closed" not in acts_of(shown(facts, hospital=hospital), "staff")


def test_who_is_out_again_gets_another_trip_and_a_stranger_does_not() -> None:
    again = Facts(exited_at=NOW, closed_at=NOW)

    assert "ask_again" in acts_of(shown(again), "staff")
    assert "ask_again" not in acts_of(shown(again), "dispatch")
    assert "ask_again" not in acts_of(shown(again, resident_id=None), "staff")


def test_the_community_says_who_a_stranger_is_until_it_is_over() -> None:
    assert "identify" in acts_of(shown(resident_id=None), "staff")
    assert "identify" not in acts_of(shown(resident_id=None), "dispatch")
    assert "identify" not in acts_of(shown(resident_id=None, is_over=True), "staff")


def test_what_is_over_is_neither_planned_nor_called_off_nor_raised() -> None:
    for role in ("staff", "lead", "dispatch", "command"):
        assert acts_of(shown(is_over=True), role) == set()


def test_who_is_raised_already_is_not_raised_again() -> None:
    assert not {"raise", "labour"} & acts_of(shown(is_critical=True), "command")


def test_a_community_says_in_labour_of_who_carries_or_bore_a_child() -> None:
    assert "labour" in acts_of(shown(need_kind="pregnancy"), "staff")
    assert "labour" in acts_of(shown(need_kind="postpartum"), "staff")
    assert "labour" not in acts_of(shown(need_kind="dialysis"), "staff")
