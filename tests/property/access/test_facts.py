"""The SQL facts and the pure journey agree on every combination of what suppliers may know."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access import journey
from access.models import AccessRequest, CaseFacts, HandClosing, HomeMark, Outside
from access.selectors import facts_of, with_facts
from communities.models import Scan
from hospitals.models import Intake
from hospitals.states import IntakeStatus
from tests.factories import access as make
from tests.factories import communities, hospitals, transport
from transport.models import Trip
from transport.states import TripStatus

AT = datetime.fromisoformat("2022-06-28T10:40:00+08:00")
RIDING = {TripStatus.SCHEDULED, TripStatus.ON_BOARD}
ENDS = ("kept_at", "hand_closed_at", *journey.HOME_EVIDENCE)
minutes = st.integers(0, 600)
trip_facts = st.fixed_dictionaries(
    {"status": st.sampled_from(list(TripStatus)), "up": st.none() | minutes, "off": st.none() | minutes}
)
cases = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["vehicle", "ambulance", "own_car", "on_foot"]),
        "status": st.sampled_from(["submitted", "approved", "unmet", "cancelled", "closed"]),
        "scans": st.lists(st.tuples(st.sampled_from(["exit", "entry"]), minutes), max_size=3),
        "intake": st.none() | st.sampled_from(list(IntakeStatus)),
        "outbound": st.none() | trip_facts,
        "inbound": st.none() | trip_facts,
        "mark": st.none() | minutes,
        "withdrawn": st.booleans(),
        "closing": st.sampled_from(["none", "one", "two"]),
        "again": st.none() | minutes,  # out through the gate so long after all that closed the case
    }
)


def later(minutes_after: int) -> datetime:
    return AT + timedelta(minutes=minutes_after)


def store(case: dict) -> AccessRequest:
    """Write the facts of a case as its suppliers would leave them."""
    home = communities.community()
    status = case["status"]
    row = make.request(
        make.resident(home),
        at=AT,
        mode=case["mode"],
        status="approved" if status == "closed" else status,
        approved_at=None if status == "submitted" else AT,
    )
    for direction, happened in case["scans"]:
        store_scan(row, direction, later(happened))
    if case["intake"]:
        store_intake(row, case["intake"])
    for direction in ("outbound", "inbound"):
        if case[direction]:
            store_trip(row, direction, case[direction])
    if case["mark"] is not None:
        withdrawn = later(601) if case["withdrawn"] else None
        HomeMark.objects.create(case_ref=row.case_ref, at=later(case["mark"]), by_key="x", withdrawn_at=withdrawn)
    if case["closing"] != "none":
        second = {"second_key": "y", "second_at": later(650)} if case["closing"] == "two" else {}
        HandClosing.objects.create(case_ref=row.case_ref, reason="x", first_key="x", first_at=AT, **second)
    if status == "closed":
        close(row, case["again"])
    return row


def known(row: AccessRequest) -> journey.Facts:
    return facts_of(with_facts(AccessRequest.objects.filter(pk=row.pk)).get())


def store_scan(row: AccessRequest, direction: str, at: datetime, *, reason: str = "") -> None:
    Scan.objects.create(
        event_id=uuid.uuid4(),
        gate=row.community.gates.get(),
        community=row.community,
        case_ref=row.case_ref,
        direction=direction,
        answer="amber" if reason else "green",
        decision="let_out" if direction == "exit" else "let_in",
        reason=reason,
        happened_at=at,
        operator_key="x",
        operator_label="x",
    )


def close(row: AccessRequest, again: int | None) -> None:
    """Close a case as the product does: at the time of what ended it, or by word as not gone; whoever is out comes home.

    Then they leave again, so many minutes after all of it.
    """
    facts = known(row)
    if journey.is_out(facts):
        store_scan(row, "entry", later(690))
        facts = known(row)
    ends = [getattr(facts, name) for name in ENDS if getattr(facts, name)]
    closed_at = max(ends, default=later(700))
    outcome = "home" if journey.is_over(facts) else "not_gone"
    AccessRequest.objects.filter(pk=row.pk).update(status="closed", closed_at=closed_at, outcome=outcome)
    if again is not None:
        store_scan(row, "exit", later(701 + again), reason="used_back")


def store_intake(row: AccessRequest, status: str) -> None:
    done = status in {IntakeStatus.RELEASED, IntakeStatus.ADMITTED, IntakeStatus.TRANSFERRED, IntakeStatus.DIED}
    Intake.objects.create(
        case_ref=row.case_ref,
        facility=hospitals.make_facility(),
        status=status,
        status_at=later(200),
        label="x",
        arrived_at=later(100),
        arrived_by="x",
        ready_at=later(200) if status == IntakeStatus.RELEASED else None,
        ended_at=later(200) if done else None,
        accepted_by="F9" if status == IntakeStatus.TRANSFERRED else "",
    )


def store_trip(row: AccessRequest, direction: str, known: dict) -> None:
    run = None
    if known["status"] in RIDING:
        run = transport.run(later(0 if direction == "outbound" else 400), code=direction)
    Trip.objects.create(
        case_ref=row.case_ref,
        direction=direction,
        status=known["status"],
        status_at=AT,
        dispatch_area="main",
        person_key=row.person_key,
        mobility="walk",
        zone_class="controlled",
        from_kind="community",
        from_lat=40,
        from_lon=124,
        to_kind="community" if direction == "inbound" else "facility",
        to_lat=40,
        to_lon=124,
        run=run,
        picked_up_at=later(known["up"]) if known["up"] is not None else None,
        dropped_off_at=later(known["off"]) if known["off"] is not None else None,
    )


class Agreement(TestCase):
    """INV-18, INV-19: who is out is derived, and derived alike in SQL and in Python."""

    @given(cases)
    @settings(max_examples=150, deadline=None)
    def test_sql_and_python_agree(self, case: dict) -> None:
        stored = store(case)
        row = with_facts(AccessRequest.objects.filter(pk=stored.pk)).get()
        facts = facts_of(row)
        assert row.stage == journey.stage_of(facts)
        assert row.is_out == journey.is_out(facts)
        assert CaseFacts.objects.get(pk=stored.pk).as_facts() == facts
        listed = Outside.objects.filter(case_ref=stored.case_ref).exists()
        assert listed == row.is_out  # whatever the status

    @given(cases, minutes)
    @settings(max_examples=60, deadline=None)
    def test_closing_takes_nobody_off_the_list_who_leaves_after_it(self, case: dict, again: int) -> None:
        """INV-18: through the gate after all that ended the case, an admission and two people's word too; not a death."""
        stored = store({**case, "status": "closed", "again": again})
        facts = known(stored)
        assert journey.left_after_the_end(facts) == (case["intake"] != IntakeStatus.DIED)
        assert Outside.objects.filter(case_ref=stored.case_ref).exists() == (case["intake"] != IntakeStatus.DIED)

    @given(cases)
    @settings(max_examples=60, deadline=None)
    def test_cancelling_takes_nobody_off_the_list(self, case: dict) -> None:
        stored = store({**case, "status": "approved"})
        before = Outside.objects.filter(case_ref=stored.case_ref).exists()
        AccessRequest.objects.filter(pk=stored.pk).update(status="cancelled")
        assert Outside.objects.filter(case_ref=stored.case_ref).exists() == before

    @given(cases, minutes)
    @settings(max_examples=60, deadline=None)
    def test_leaving_again_puts_back_on_the_list(self, case: dict, again: int) -> None:
        stored = store({**case, "status": "approved", "intake": None, "closing": "none", "mark": None, "scans": []})
        entry = ("entry", 100)
        for direction, happened in [("exit", 50), entry, ("exit", 101 + again)]:
            Scan.objects.create(
                event_id=uuid.uuid4(),
                gate=stored.community.gates.get(),
                community=stored.community,
                case_ref=stored.case_ref,
                direction=direction,
                answer="green",
                decision="checked",
                happened_at=later(happened),
                operator_key="x",
                operator_label="x",
            )
        row = with_facts(AccessRequest.objects.filter(pk=stored.pk)).get()
        dropped_later = case["inbound"] and case["inbound"]["status"] == "completed" and case["inbound"]["off"]
        if not dropped_later:
            assert row.is_out
