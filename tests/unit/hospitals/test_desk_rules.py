"""Rules of the desk that need no database (R-000-7, R-002-3d, C17)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospitals.models import Appointment, Intake, Service
from hospitals.selectors import allowed_steps, can_undo
from hospitals.states import APPOINTMENT, INTAKE, INTAKE_STEPS, TRANSFER, IntakeStatus, ServiceStatus
from hospitals.words import STEP_WORDS

AT = datetime(2022, 6, 28, 2, 40, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
TESTS = st.builds(
    lambda flag, hours: (flag, AT - timedelta(hours=hours) if hours is not None else None),
    st.sampled_from(["", "positive", "close_contact", "pending", "hbv"]),
    st.none() | st.integers(0, 400),
)


def arrival(status: str, test: tuple[str, datetime | None], *, handed_over: bool, zone: str) -> Intake:
    flag, sampled = test
    booked = Appointment(precaution=flag, last_test_at=sampled, zone_class=zone)
    return Intake(status=status, appointment=booked, arrived_at=AT, handed_over_at=AT if handed_over else None)


@given(
    status=st.sampled_from(IntakeStatus.values),
    handed_over=st.booleans(),
    one=TESTS,
    other=TESTS,
    zones=st.tuples(*[st.sampled_from(["", "sealed", "controlled", "precautionary"])] * 2),
)
def test_r_000_7_test_state_and_zone_never_change_what_may_be_done(
    status: str,
    handed_over: bool,
    one: tuple[str, datetime | None],
    other: tuple[str, datetime | None],
    zones: tuple[str, str],
) -> None:
    first = arrival(status, one, handed_over=handed_over, zone=zones[0])
    second = arrival(status, other, handed_over=handed_over, zone=zones[1])
    assert allowed_steps(first) == allowed_steps(second)


@pytest.mark.parametrize("status", [IntakeStatus.ARRIVED, IntakeStatus.IN_TREATMENT])
def test_whoever_is_inside_can_be_let_home_kept_or_handed_on(status: str) -> None:
    steps = allowed_steps(arrival(status, ("", None), handed_over=False, zone="sealed"))
    assert {"release", "admit", "transfer", "record_death", "hand_over"} <= steps


def test_r_002_3d_no_status_sends_anybody_away() -> None:
    assert set(INTAKE_STEPS[IntakeStatus.IN_TREATMENT]) == {"released", "admitted", "transferred", "died"}
    assert not [name for name in INTAKE.statuses.values if re.search("refus|reject|turn", name)]


def test_r_002_3d_no_word_of_refusal_stands_on_any_screen_or_in_the_code() -> None:
    places = [*(ROOT / "templates" / "hospitals").rglob("*.html"), ROOT / "static" / "js" / "desk.js"]
    places += [path for path in (ROOT / "hospitals").rglob("*.py") if "migrations" not in path.parts]
    words = re.compile(r"拒绝|拒收|拒诊|退回病人|不予接诊|\breject|\bdeny|\bturn_away")
    code = re.compile(r"def \w*refus|= \"refused\"|status=\"refus")
    for path in places:
        text = path.read_text()
        assert not words.search(text), path
        assert not code.search(text), path


def test_undo_ends_with_time_and_with_the_ride_home() -> None:
    row = Intake(status=IntakeStatus.RELEASED, arrived_at=AT, ended_at=AT + timedelta(hours=4))
    ten = timedelta(minutes=10)
    assert can_undo(row, at=row.ended_at + ten, within=ten)
    assert not can_undo(row, at=row.ended_at + ten + timedelta(seconds=1), within=ten)
    row.way_home_by = "辽F·2B11"
    assert not can_undo(row, at=row.ended_at, within=ten)


def test_a_service_opens_by_itself_at_its_end() -> None:
    service = Service(status=ServiceStatus.CLOSED, status_until=AT)
    assert service.is_closed_at(AT - timedelta(minutes=1))
    assert not service.is_closed_at(AT)
    assert not Service(status=ServiceStatus.LIMITED).is_closed_at(AT)


def test_every_step_a_house_writes_down_has_a_word_on_its_page() -> None:
    """Seen before: 经过 of the desk said appointment.at_door. The verbs are those of the code and of the machines."""
    source = "\n".join(path.read_text() for path in (ROOT / "hospitals" / "services").glob("*.py"))
    by_name = set(re.findall(r'"((?:appointment|intake|transfer|facility)\.[a-z_]+)"(?=, (?!_\())', source))
    moves = {
        f"{machine.name}.{to}"
        for machine in (APPOINTMENT, INTAKE, TRANSFER)
        for ways in machine.table.values()
        for to in ways
    }
    said_otherwise = {"appointment.proposed", "intake.withdrawn", "facility.confirmed"}

    assert len(by_name) > 15
    assert (by_name | moves) - said_otherwise - set(STEP_WORDS) == set()
