"""Asking, approving, cancelling, raising and closing requests."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.models import AccessRequest, HandClosing, Outside
from access.selectors import people_out, with_facts
from access.services import checks, closing, critical, emergencies, home, requests
from access.services.requests import AccessWish
from access.states import RequestStatus
from communities.models import GatePass, Scan
from communities.services import gates
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.models import AuditEvent, OutboxMessage
from hospitals.models import Facility
from hospitals.services import appointments, intake
from tests import walkers
from tests.factories import access as make
from tests.factories import communities, hospitals, transport
from transport.models import Trip

pytestmark = pytest.mark.django_db
AT = datetime.fromisoformat("2022-06-28T10:40:00+08:00")
STAFF = Actor("user:1", "林晓", "staff", "community", communities.HOME, "锦江社区")
STRANGER = Actor("user:2", "别人", "staff", "community", communities.NEXT_DOOR, "隔壁社区")
LEAD = replace(STAFF, key="user:3", role="lead")
COMMAND = Actor("user:4", "指挥", "command", "city", "210600", "丹东市")
DISPATCH = Actor("user:5", "韩冰", "dispatch", "dispatch_area", "main", "主城区")
GUARD = Actor("user:6", "孙师傅", "guard", "gate", f"{communities.HOME}-1", "南门")
WISH = AccessWish(need_kind="dialysis", arrive_at=AT + timedelta(hours=4), mobility="wheelchair", escorts=1)


@pytest.fixture
def person():
    return make.resident(communities.community())


def ask(person, **changes):
    return requests.submit(person, wish=replace(WISH, **changes), by=STAFF, at=AT)


def go_out(row, at=AT):
    return Scan.objects.create(
        event_id=row.case_ref,
        gate=row.community.gates.get(),
        community=row.community,
        case_ref=row.case_ref,
        direction="exit",
        answer="green",
        decision="let_out",
        happened_at=at,
        operator_key="x",
        operator_label="x",
    )


def test_typed_by_its_own_community_is_approved_at_once(person):
    communities.zone(person.community, "sealed", since=AT - timedelta(days=1), building="5号楼")
    communities.zone(person.community, "controlled", since=AT - timedelta(days=1))
    row = ask(person, note="要带透析包")
    row.refresh_from_db()
    assert row.status == RequestStatus.APPROVED
    assert row.zone_class == "sealed"
    assert row.number == "0628-0001"
    assert row.note == "要带透析包"
    assert (row.owner_role, row.owner_place) == ("dispatch", "main")
    assert AT < row.next_check_at <= AT + timedelta(minutes=30)
    assert OutboxMessage.objects.get(kind="request.approved").case_ref == row.case_ref
    assert AuditEvent.objects.get(verb="request.submit").case_ref == row.case_ref


def test_numbers_run_on_within_a_day(person):
    hours = [WISH.arrive_at + timedelta(hours=n) for n in range(3)]
    numbers = [ask(person, is_second=True, arrive_at=hour).number for hour in hours]
    assert numbers == ["0628-0001", "0628-0002", "0628-0003"]


def test_typed_by_dispatch_waits_for_the_community(person):
    row = requests.submit(person, wish=WISH, by=DISPATCH, at=AT)
    assert row.status == RequestStatus.SUBMITTED
    assert row.owner_role == "staff"
    assert not OutboxMessage.objects.exists()
    requests.approve(row, by=STAFF, at=AT)
    assert row.status == RequestStatus.APPROVED
    assert OutboxMessage.objects.filter(kind="request.approved").count() == 1


@pytest.mark.parametrize("end", ["cancelled", "closed"])
def test_what_is_over_is_not_approved_again(person, end):
    """Guard: the machine's table, and its twin in the database, which refuses the same to whoever writes past it."""
    row = requests.submit(person, wish=WISH, by=DISPATCH, at=AT)
    requests.approve(row, by=STAFF, at=AT)
    if end == "cancelled":
        requests.cancel(row, reason="patient", by=STAFF, at=AT)
    else:
        advance(row, RequestStatus.CLOSED, by=STAFF, at=AT, closed_at=AT, outcome="not_gone")
    told = OutboxMessage.objects.filter(kind="request.approved").count()

    with pytest.raises(Conflict) as refused:
        requests.approve(row, by=STAFF, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessRequest.objects.filter(pk=row.pk).update(status=RequestStatus.APPROVED)

    assert refused.value.code == "state.move"
    row.refresh_from_db()
    assert row.status == end
    assert OutboxMessage.objects.filter(kind="request.approved").count() == told


def test_second_on_the_same_day_is_a_choice(person):
    first = ask(person)
    with pytest.raises(Conflict) as caught:
        ask(person)
    assert caught.value.code == "request.same_day"
    assert caught.value.context["request"] == first.pk
    second = ask(person, is_second=True, need_kind="outpatient")
    assert second.pk != first.pk
    assert ask(person, arrive_at=AT + timedelta(days=1)).pk


@pytest.mark.parametrize("arrive_at", [WISH.arrive_at, None], ids=["an hour", "as soon as possible"])
def test_a_second_way_of_the_same_hour_and_purpose_is_the_one_that_stands(person, arrive_at):
    """INV-04: 再加一趟 pressed twice is one more way, not two; another hour or purpose is another way."""
    ask(person)
    second = ask(person, is_second=True, need_kind="outpatient", arrive_at=arrive_at)
    with pytest.raises(Conflict) as caught:
        ask(person, is_second=True, need_kind="outpatient", arrive_at=arrive_at)
    assert (caught.value.code, caught.value.context["request"]) == ("request.stands", second.pk)
    assert second.number in caught.value.message
    other = ask(person, is_second=True, need_kind="outpatient", arrive_at=arrive_at, note="拆线")
    assert other.pk not in {second.pk, ask(person, is_second=True, need_kind="outpatient", note="换药").pk}
    requests.cancel(second, reason="patient", by=STAFF, at=AT)
    assert ask(person, is_second=True, need_kind="outpatient", arrive_at=arrive_at).pk != second.pk


def test_a_time_that_has_passed_is_refused_with_a_sentence(person):
    with pytest.raises(Invalid):
        ask(person, arrive_at=AT - timedelta(minutes=1))


def test_another_community_finds_nobody(person):
    with pytest.raises(NotFound):
        requests.submit(person, wish=WISH, by=STRANGER, at=AT)
    row = ask(person)
    with pytest.raises(NotFound):
        requests.cancel(row, reason="patient", by=STRANGER, at=AT)


def test_critical_is_one_step_with_nothing_before_it(person):
    """R-000-2, R-002-2b, R-002-2c: approved, 120, no slot, no duplicate question; whoever types it."""
    ask(person)
    row = requests.submit(person, wish=replace(WISH, is_critical=True), by=DISPATCH, at=AT)
    assert (row.status, row.mode, row.service_kind) == ("approved", "ambulance", "emergency")
    assert row.arrive_at is None
    assert row.next_check_at <= AT + timedelta(minutes=2)
    assert [each.case_ref for each in OutboxMessage.objects.filter(is_urgent=True)] == [row.case_ref]


def test_raising_a_request_is_one_step(person):
    row = requests.submit(person, wish=WISH, by=DISPATCH, at=AT)
    critical.make_critical(row, by=GUARD, at=AT)
    row.refresh_from_db()
    assert (row.status, row.is_critical, row.mode) == ("approved", True, "ambulance")
    assert (row.owner_role, row.owner_place) == ("dispatch", "main")
    assert OutboxMessage.objects.get(kind="request.approved").is_urgent
    with pytest.raises(NotAllowed):
        critical.lower_critical(row, reason="按错了", by=STAFF, at=AT)
    critical.lower_critical(row, reason="按错了", by=LEAD, at=AT)
    assert not AccessRequest.objects.get(pk=row.pk).is_critical


def placed(person):
    """Put a request on a slot and two trips, as a dispatcher would."""
    row = ask(person)
    slot = hospitals.make_slot(starts_at=row.arrive_at)
    appointments.book(slot, card=hospitals.make_card(), case_ref=row.case_ref, by=DISPATCH, at=AT)
    transport.pair(AT, case_ref=row.case_ref)
    return row, slot


def test_cancel_gives_place_and_cars_back(person):
    row, slot = placed(person)
    requests.cancel(row, reason="patient", by=STAFF, at=AT)
    slot.refresh_from_db()
    assert slot.booked == 0
    assert set(Trip.objects.values_list("status", flat=True)) == {"cancelled"}
    assert AccessRequest.objects.get(pk=row.pk).cancel_reason == "patient"


def test_cancel_leaves_the_way_home_of_somebody_out(person):
    """INV-19: cancelling never takes anybody off the list of people out, nor the car that brings them home."""
    row, _slot = placed(person)
    go_out(row)
    requests.cancel(row, reason="better", by=STAFF, at=AT)
    assert Trip.objects.get(direction="inbound").status == "will_call"
    assert [each.case_ref for each in people_out(STAFF, at=AT)] == [row.case_ref]


def test_cancel_wants_one_of_five_reasons(person):
    with pytest.raises(Invalid):
        requests.cancel(ask(person), reason="no", by=STAFF, at=AT)


def test_nobody_out_is_closed_by_word_alone(person):
    row = ask(person)
    go_out(row)
    with pytest.raises(Conflict):
        requests.close(row, outcome="not_gone", by=STAFF, at=AT)


def test_home_by_hand_can_be_taken_back_and_then_closes(person):
    row = ask(person)
    go_out(row)
    home.say_home(row, by=STAFF, at=AT)
    home.say_home(row, by=STAFF, at=AT)
    assert not closing.close_if_over(row.case_ref, at=AT + timedelta(seconds=30))
    home.undo_say_home(row, by=STAFF, at=AT + timedelta(seconds=60))
    assert Outside.objects.filter(case_ref=row.case_ref).exists()
    home.say_home(row, by=STAFF, at=AT + timedelta(seconds=90))
    checks.sweep(at=AT + timedelta(minutes=4))
    row.refresh_from_db()
    assert (row.status, row.outcome) == ("closed", "home")
    with pytest.raises(Conflict):
        home.undo_say_home(row, by=STAFF, at=AT + timedelta(minutes=5))


def test_closing_by_hand_takes_two_people(person):
    """INV-19."""
    row = ask(person)
    go_out(row)
    with pytest.raises(NotAllowed):
        home.hand_closing(row, reason="人在亲戚家", by=STAFF, at=AT)
    home.hand_closing(row, reason="人在亲戚家，电话确认", by=LEAD, at=AT)
    with pytest.raises(Conflict):
        home.hand_closing(row, reason="人在亲戚家，电话确认", by=LEAD, at=AT)
    assert Outside.objects.filter(case_ref=row.case_ref).exists()
    home.hand_closing(row, reason="街道上门核实过", by=COMMAND, at=AT)
    assert HandClosing.objects.get().second_label == "指挥"
    assert AccessRequest.objects.get(pk=row.pk).status == "closed"


def come_in(row, at):
    return Scan.objects.create(
        event_id=uuid.uuid4(),
        gate=row.community.gates.get(),
        community=row.community,
        case_ref=row.case_ref,
        direction="entry",
        answer="green",
        decision="let_in",
        happened_at=at,
        operator_key="x",
        operator_label="x",
    )


def test_entry_closes_once(person):
    row = ask(person)
    go_out(row)
    come_in(row, AT + timedelta(hours=5))
    at = AT + timedelta(hours=5, minutes=1)
    assert closing.close_if_over(row.case_ref, at=at)
    assert not closing.close_if_over(row.case_ref, at=at)
    row.refresh_from_db()
    assert row.closed_at == AT + timedelta(hours=5)


def test_passing_in_before_going_out_ends_nothing(person):
    """C16: home is home from being out; back from an errand in the morning, the cars of the afternoon still come."""
    row, _slot = placed(person)
    come_in(row, AT + timedelta(minutes=5))
    late = AT + timedelta(hours=6)
    assert not closing.close_if_over(row.case_ref, at=late)
    assert "cancelled" not in Trip.objects.values_list("status", flat=True)

    go_out(row, AT + timedelta(hours=3))
    assert not closing.close_if_over(row.case_ref, at=late)
    come_in(row, AT + timedelta(hours=5))
    assert closing.close_if_over(row.case_ref, at=late)


@pytest.mark.parametrize(("mode", "is_closed"), [("own_car", True), ("on_foot", True), ("vehicle", False)])
def test_who_travels_alone_is_home_when_the_gate_sees_only_the_return(person, mode, is_closed):
    """After the asked hour; whom a car fetches has a driver who saw them go."""
    row = ask(person, mode=mode)
    come_in(row, row.arrive_at - timedelta(minutes=1))
    assert not closing.close_if_over(row.case_ref, at=row.arrive_at)
    come_in(row, row.arrive_at + timedelta(hours=2))
    assert closing.close_if_over(row.case_ref, at=row.arrive_at + timedelta(hours=3)) == is_closed


def test_gate_emergency_is_listed_before_and_after_it_is_taken_up():
    """INV-18: on the list from the commit of the scan; the relay and the sweep make one request of it."""
    here = communities.community()
    scan = Scan.objects.create(
        event_id=uuid.uuid4(),
        gate=here.gates.get(),
        community=here,
        case_ref=uuid.uuid4(),
        direction="exit",
        answer="amber",
        decision="emergency",
        is_emergency=True,
        building="3号楼",
        party_size=2,
        happened_at=AT,
        operator_key="x",
        operator_label="x",
    )
    assert [each.building for each in people_out(STAFF, at=AT)] == ["3号楼"]
    payload = {"scan_id": str(scan.pk), "community": here.code, "building": "3号楼", "party_size": 2}
    first = emergencies.take_up_gate(scan.case_ref, at=AT, **payload)
    again = emergencies.take_up_gate(scan.case_ref, at=AT, **payload)
    assert first == again
    checks.sweep(at=AT + timedelta(minutes=1))
    row = AccessRequest.objects.get()
    assert (row.mode, row.status, row.escorts, row.source) == ("ambulance", "approved", 1, "gate")
    assert [each.request_id for each in people_out(STAFF, at=AT)] == [row.pk]


def test_what_the_guard_tapped_is_told_again_until_the_release_is_taken_up():
    """Two relays, or a first try that failed: the details may be handed over before the release itself."""
    here = communities.community()
    scan = gates.emergency_release(here.gates.get(), event_id=uuid.uuid4(), by=GUARD, at=AT)
    gates.add_detail(scan, building="3号楼", party_size=2, has_ambulance=None, by=GUARD, at=AT)
    release = OutboxMessage.objects.filter(kind="gate.emergency")
    release.update(next_try_at=timezone.now() + timedelta(hours=1))

    walkers.deliver()
    assert not AccessRequest.objects.exists()
    OutboxMessage.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    walkers.deliver()

    row = AccessRequest.objects.get()
    assert (row.name, row.escorts) == (f"{scan.mark} · 3号楼", 1)


def test_one_unreadable_arrival_does_not_keep_the_next_from_a_way_home():
    """Like a word that only an older version knew: the sweep passes over it."""
    desk = hospitals.desk_actor(hospitals.make_facility())
    facility = Facility.objects.get()
    for kind, label in (("a word of old", "旧"), ("dialysis", "新")):
        intake.walk_in(facility, label=label, need_kind=kind, by=desk, at=AT)

    checks.sweep(at=AT + timedelta(minutes=1))

    assert [row.name for row in AccessRequest.objects.all()] == ["新"]


def test_walk_in_gets_a_request_and_a_way_home():
    """INV-29."""
    facility = hospitals.make_facility()
    desk = hospitals.desk_actor(facility)
    arrived = intake.walk_in(facility, label="身份不明 男", need_kind="", is_critical=True, by=desk, at=AT)
    assert [each.name for each in people_out(desk, at=AT)] == ["身份不明 男"]
    checks.sweep(at=AT + timedelta(minutes=1))
    row = with_facts(AccessRequest.objects.all()).get()
    assert row.case_ref == arrived.case_ref
    assert row.community is None
    assert row.is_out
    assert row.facility_id == facility.pk


def test_sweep_moves_the_next_look_and_names_an_owner(person):
    """INV-12, INV-13."""
    row = requests.submit(person, wish=WISH, by=DISPATCH, at=AT)
    assert (row.owner_role, row.owner_place) == ("staff", person.community_id)
    later = AT + timedelta(minutes=31)
    checks.sweep(at=later)
    row.refresh_from_db()
    assert later < row.next_check_at <= later + timedelta(minutes=30)
    assert (row.owner_role, row.owner_place) == ("dispatch", row.dispatch_area)


def test_own_car_gets_its_pass_at_once(person):
    """R-002-2d: on foot or by one's own car is legal in 防范区, needs no vehicle and still gets the pass."""
    row = ask(person, mode="own_car", mobility="walk")
    held = GatePass.objects.get(case_ref=row.case_ref)
    assert held.exit_from < row.arrive_at < held.exit_until
    assert not row.needs_vehicle
