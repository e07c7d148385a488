"""The engine's plan becomes fact: whole or not at all, explained, replayable."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from access.services import needs, requests, standing
from communities.models import GatePass
from core.actors import ENGINE, Actor
from core.errors import Conflict
from dispatch import limits
from dispatch.models import PlanningRun
from dispatch.planning import engine_switch, planner, question, turns, urgent
from dispatch.planning.apply import Outcome, Writer, apply
from dispatch.planning.outings import cut
from dispatch.planning.roads import ROADS
from dispatch.templatetags.reasons import hospital_reasons, ride_reasons, waiting_reasons, waiting_sentence
from hospitals.models import Appointment
from hospitals.services import status
from matching.engines import INTERPRETED
from matching.solve import solve
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.walkers import AT, MIN
from transport.models import Run, Shift, Trip
from transport.services import room, runs, scheduling

pytestmark = pytest.mark.django_db


def facts(request: AccessRequest):
    return facts_of(with_facts(AccessRequest.objects.filter(pk=request.pk)).get())


def test_one_request_gets_slot_cars_and_pass():
    """R-000-5, R-000-12, INV-06: the engine arranges the way there, the way back, the place and the pass together."""
    town = walkers.town()
    request = walkers.ask(town)

    (run,) = planner.plan("main", at=AT)

    assert (run.status, run.applied, run.stale, run.error) == ("applied", 1, 0, "")
    assert facts(request).scheduled_at
    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    back = Trip.objects.get(case_ref=request.case_ref, direction="inbound")
    assert (out.status, back.status, back.reserved_run.status) == ("scheduled", "will_call", "draft")
    assert out.dropoff_planned_at <= town.slot.starts_at - 5 * MIN
    assert back.reserved_from >= town.slot.starts_at + timedelta(minutes=240)
    assert Appointment.objects.get(case_ref=request.case_ref).expected_at == out.dropoff_planned_at
    assert GatePass.objects.get(case_ref=request.case_ref).plate == out.run.vehicle.plate
    assert not out.run.is_pinned
    assert {"added", "next_cars"} <= {check["code"] for check in out.explanation["checks"]}
    assert {"usual", "ride_min"} <= {check["code"] for check in out.explanation["hospital"]}
    assert all(reason["text"] for reason in [*ride_reasons(out), *hospital_reasons(out)])
    assert planner.plan("main", at=AT) == []


def test_people_of_one_hour_share_a_car():
    """docs/adr/0004: who rides together shares one run."""
    town = walkers.town(cars=1)
    requests = [walkers.ask(town, walkers.resident(town, name)) for name in ("陈玉梅", "王秀兰", "刘桂英")]

    planner.plan("main", at=AT)

    runs = {Trip.objects.get(case_ref=request.case_ref, direction="outbound").run_id for request in requests}
    assert len(runs) == 1
    assert Run.objects.exclude(status="draft").count() == 1


def test_who_gave_an_outing_back_is_not_asked_again_before_its_time_is_over():
    """E3: the same answer would come again; another car is asked, or the request waits with its reason."""
    town = walkers.town(cars=2)
    request = walkers.ask(town)
    planner.plan("main", at=AT)
    run = Trip.objects.get(case_ref=request.case_ref, direction="outbound").run
    driver = Actor("user:driver", run.driver.name, "driver", "fleet", run.driver_id)
    runs.decline(run, by=driver, at=AT + MIN, reason="车坏了")
    walkers.deliver()

    planner.plan("main", at=AT + 2 * MIN)

    again = Trip.objects.get(case_ref=request.case_ref, direction="outbound").run
    assert again.vehicle_id != run.vehicle_id
    names = {vehicle.id.partition("@")[0] for vehicle in question_at(run.occupied.upper).vehicles}
    assert run.vehicle_id in names


def test_a_place_that_can_no_longer_be_reached_is_exchanged_for_a_later_one():
    """C12: nobody came down, the hour is past; the same request finds another hour of the day and both ways anew."""
    town = walkers.town()
    later = desk_rows.make_slot(town.slot.service, starts_at=town.slot.starts_at + 300 * MIN, capacity=4)
    request = walkers.ask(town)
    planner.plan("main", at=AT)
    past = town.slot.starts_at + MIN
    there = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    scheduling.take_off(there, by=ENGINE, at=past, reason="没接到人")

    planner.plan("main", at=past)

    held = Appointment.objects.live().get(case_ref=request.case_ref)
    back = Trip.objects.live().get(case_ref=request.case_ref, direction="inbound")
    assert held.slot == later
    assert back.reserved_from >= later.starts_at + timedelta(minutes=240)
    assert facts(request).scheduled_at


def question_at(at: datetime):
    """Return what the engine is asked at a time."""
    return question.read("main", turns.rolling_span(at)).problem


def test_an_outing_that_takes_long_is_closed_to_the_engine():
    """C19: what happens between the first and the last stop of a run that stands is not the engine's to fill."""
    town = walkers.town(cars=1)
    walkers.ask(town)
    planner.plan("main", at=AT)
    run = Run.objects.exclude(status="draft").get()
    earlier = run.occupied.lower - 60 * MIN
    Run.objects.filter(pk=run.pk).update(occupied=DateTimeTZRange(earlier, run.occupied.upper, "[)"))
    run.stops.filter(kind="pickup").update(planned_at=F("planned_at") - 60 * MIN)
    walkers.ask(town, walkers.resident(town, "王秀兰"))

    made = planner.plan("main", at=AT)

    assert [each.stale for each in made] == [0]


def test_every_plan_is_legal_and_replays_the_same():
    """INV-34: the stored question gives the same answer again, and the checker finds nothing."""
    town = walkers.town()
    for name in ("陈玉梅", "王秀兰"):
        walkers.ask(town, walkers.resident(town, name))
    (run,) = planner.plan("main", at=AT)

    said = StringIO()
    call_command("replay", str(run.pk), stdout=said)

    assert json.loads(said.getvalue()) == {"run": str(run.pk), "same": True, "arranged": 2, "violations": []}


def test_nobody_is_half_arranged_when_no_car_comes():
    """R-000-12, INV-06, INV-12: without a car for both ways there is no slot and no pass, but a reason and a next try."""
    town = walkers.town(cars=0)
    request = walkers.ask(town)

    (run,) = planner.plan("main", at=AT)

    request.refresh_from_db()
    assert (run.arranged, run.applied) == (0, 0)
    assert request.needs_person_reason.startswith("no_car_outbound")
    assert [reason["kind"] for reason in waiting_reasons(request)][:1] == ["no"]
    assert waiting_sentence(request) == "自动排车没排上，要调度员来定。"
    assert request.try_again_at > AT
    assert (request.owner_role, request.owner_place) == ("dispatch", "main")
    assert not Appointment.objects.exists()
    assert not GatePass.objects.exists()
    assert planner.plan("main", at=AT) == []
    assert planner.plan("main", at=request.try_again_at)


def test_what_a_person_placed_is_untouched():
    """C19: the engine neither moves nor joins what stands; engine off, by hand, on again."""
    town = walkers.town(cars=1)
    by_hand, waiting = walkers.ask(town), walkers.ask(town, walkers.resident(town, "王秀兰"))
    engine_switch.set_engine("main", is_on=False, proposes_only=False, by=town.dispatcher, at=AT)
    assert planner.plan("main", at=AT) == []
    walkers.place_by_hand(town, by_hand)
    before = list(Run.objects.order_by("pk").values("pk", "occupied", "status", "version"))

    engine_switch.set_engine("main", is_on=True, proposes_only=False, by=town.dispatcher, at=AT)
    planner.plan("main", at=AT)

    pinned = Run.objects.filter(pk__in=[row["pk"] for row in before]).order_by("pk")
    assert list(pinned.values("pk", "occupied", "status", "version")) == before
    waiting.refresh_from_db()
    assert facts(waiting).scheduled_at or waiting.needs_person_reason


def early_leaver(town):
    """Give the town's only car an outing that leaves hours before its first stop."""
    first = walkers.ask(town)
    walkers.place_by_hand(town, first)
    run = Trip.objects.get(case_ref=first.case_ref, direction="outbound").run
    Run.objects.filter(pk=run.pk).update(occupied=DateTimeTZRange(AT + 5 * MIN, run.occupied.upper, "[)"))
    return run


def test_a_promised_car_is_free_until_its_first_stop(monkeypatch):
    """R-000-5, C19: another ride fits before an outing whose car would only have stood; its stops stay as told."""
    monkeypatch.setattr(limits, "of_book", lambda *_book, **_asked: limits.Limits(early=45.0))
    town = walkers.town(cars=1)
    run = early_leaver(town)
    told = list(run.stops.values_list("planned_at", flat=True))
    request = walkers.ask(town, walkers.resident(town, "王秀兰"))

    (made,) = planner.plan("main", at=AT)

    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    run.refresh_from_db()
    assert (made.applied, made.stale) == (1, 0)
    assert out.run.occupied.upper <= run.occupied.lower
    assert list(run.stops.values_list("planned_at", flat=True)) == told


def test_without_room_made_the_ride_before_would_be_refused(monkeypatch):
    """The twin: the outing that stands must leave later, else the new one is refused and waits."""
    monkeypatch.setattr(limits, "of_book", lambda *_book, **_asked: limits.Limits(early=45.0))
    town = walkers.town(cars=1)
    early_leaver(town)
    walkers.ask(town, walkers.resident(town, "王秀兰"))
    monkeypatch.setattr(room, "make_room", lambda *_given, **_more: False)

    made = planner.plan("main", at=AT)

    assert [(run.applied, run.stale) for run in made] == [(0, 1)] * planner.ROUNDS


def test_the_isolated_get_a_car_that_may_enter_their_own_zone():
    """C11, E12: one of the sealed zone alone would be refused at the gate of the plan, round after round."""
    town = walkers.town(cars=0)
    walkers.car("V1", zones_allowed=["sealed"])
    walkers.car("V2", zones_allowed=["controlled"])
    walkers.car("V3", zones_allowed=["sealed", "controlled"])
    town.facility.zone_role = "yellow_code"
    town.facility.save()
    request = walkers.ask(town, walkers.resident(town, precaution="isolated"))

    (run,) = planner.plan("main", at=AT)

    assert (run.applied, run.stale) == (1, 0)
    assert {trip.run_id and trip.run.vehicle_id for trip in Trip.objects.filter(case_ref=request.case_ref)} <= {
        "V3",
        None,
    }
    assert Trip.objects.get(case_ref=request.case_ref, direction="inbound").reserved_run.vehicle_id == "V3"


@pytest.mark.parametrize(("zone", "goes"), [("precautionary", "yellow_code"), ("controlled", "ordinary")])
def test_precautionary_zone_keeps_its_yellow_hospital(zone, goes):
    """C11, R-002-1c: the engine sends whom the matrix of the screens sends; 管控区 still goes elsewhere."""
    town = walkers.town(zone=zone)
    town.facility.zone_role = "yellow_code"
    town.facility.save()
    other = desk_rows.make_facility(code="other", zone_role="ordinary")
    desk_rows.make_slot(desk_rows.make_service(other), starts_at=town.slot.starts_at)
    request = walkers.ask(town)

    planner.plan("main", at=AT)

    assert Appointment.objects.get(case_ref=request.case_ref).facility.zone_role == goes


def test_proposal_waits_for_a_person():
    """C19: an area that only proposes stores the plan; a dispatcher takes it, once."""
    town = walkers.town()
    request = walkers.ask(town)
    engine_switch.set_engine("main", is_on=True, proposes_only=True, by=town.dispatcher, at=AT)

    (run,) = planner.plan("main", at=AT)
    assert (run.kind, run.status) == ("preview", "solved")
    assert facts(request).scheduled_at is None
    assert waiting_sentence(request) == "这一片的自动排车只提方案，由调度员来定。"

    outcome = engine_switch.take_proposal(run, by=town.dispatcher, at=AT + MIN)
    assert outcome.stale == {}
    assert facts(request).scheduled_at
    with pytest.raises(Conflict):
        engine_switch.take_proposal(run, by=town.dispatcher, at=AT + MIN)


def test_worker_whose_lease_passed_on_writes_nothing():
    """INV-14: a plan solved under a lost lease changes nothing."""
    town = walkers.town()
    request = walkers.ask(town)
    asked = question.read("main", turns.rolling_span(AT))
    found = solve(asked.problem, iterations=0, travel=ROADS, engine=INTERPRETED)
    writer = Writer("main", ENGINE, AT, token=uuid.uuid4())

    with pytest.raises(Conflict, match=r"lease\.lost"):
        apply(
            asked.problem,
            found,
            cut(asked.problem, found, origin=asked.origin),
            {str(request.case_ref): request.pk},
            writer,
        )

    assert facts(request).scheduled_at is None
    assert not Run.objects.exists()


def test_plan_that_became_stale_leaves_the_others_standing():
    """architecture.md 5: who was cancelled meanwhile is passed over, with the reason; the others are arranged."""
    town = walkers.town(cars=1)
    people = [walkers.ask(town, walkers.resident(town, name)) for name in ("陈玉梅", "王秀兰")]
    asked = question.read("main", turns.rolling_span(AT))
    found = solve(asked.problem, iterations=0, travel=ROADS, engine=INTERPRETED)
    requests.cancel(people[0], reason="patient", by=town.staff, at=AT)

    keys = {str(row.case_ref): row.pk for row in people}
    outcome = apply(
        asked.problem, found, cut(asked.problem, found, origin=asked.origin), keys, Writer("main", ENGINE, AT)
    )

    assert outcome.stale == {str(people[0].case_ref): "placement.not_approved"}
    assert outcome.applied == [str(people[1].case_ref)]


def test_who_became_stale_waits_for_the_next_plan(monkeypatch):
    """R-000-12: a car taken between question and answer costs a round; after the last one they wait with a next try."""
    town = walkers.town(cars=1)
    request = walkers.ask(town)
    solved = planner._solve

    def solve_while_the_shift_ends(*given):
        found = solved(*given)
        Shift.objects.update(starts_at=AT + timedelta(hours=30), ends_at=AT + timedelta(hours=40))
        return found

    monkeypatch.setattr(planner, "_solve", solve_while_the_shift_ends)
    monkeypatch.setattr(planner, "ROUNDS", 1)
    (run,) = planner.plan("main", at=AT)

    request.refresh_from_db()
    assert (run.arranged, run.applied, run.stale) == (1, 0, 1)
    assert (request.status, request.needs_person_reason) == ("approved", "became_stale")
    assert request.try_again_at > AT
    assert [reason["text"] for reason in waiting_reasons(request)] == ["排好的车或时段刚被占用，稍后自动再排"]
    assert planner.plan("main", at=AT) == []


def test_who_became_stale_is_planned_again_at_once(monkeypatch):
    """architecture.md 5: before the last round nothing is written of them; the next round finds another car."""
    town = walkers.town(cars=2)
    request = walkers.ask(town)
    solved = planner._solve

    def solve_while_a_car_breaks_down(*given):
        found = solved(*given)
        if not PlanningRun.objects.filter(status="applied").exists():
            used = found.arranged[0].outbound.vehicle.partition("@")[0]
            Shift.objects.filter(vehicle_id=used).update(starts_at=AT - 40 * MIN, ends_at=AT + MIN)
        return found

    monkeypatch.setattr(planner, "_solve", solve_while_a_car_breaks_down)
    first, second = planner.plan("main", at=AT)

    request.refresh_from_db()
    assert ((first.applied, first.stale), (second.applied, second.stale)) == ((0, 1), (1, 0))
    assert facts(request).scheduled_at
    assert (request.needs_person_reason, request.try_again_at) == ("", None)


def test_two_ways_of_one_person_at_one_hour_are_never_planned_both():
    """INV-04: one is planned, the other waits and says why; one of another hour is planned beside it in time."""
    town = walkers.town(cars=4)
    person = walkers.resident(town)
    hours = [town.slot.starts_at, town.slot.starts_at + MIN]
    two = [walkers.ask(town, person, is_second=True, arrive_at=hour) for hour in hours]
    planner.plan("main", at=AT)

    for request in two:
        request.refresh_from_db()
    first, second = sorted(two, key=lambda row: row.needs_person_reason)
    assert facts(first).scheduled_at
    assert not facts(second).scheduled_at
    assert [reason["text"] for reason in waiting_reasons(second)] == ["这个人那时还有另一趟，同一时间只排一趟"]

    taken = Trip.objects.get(case_ref=first.case_ref, direction="outbound").taken
    later = walkers.ask(town, person, is_second=True, arrive_at=taken.upper + 30 * MIN, need_kind="outpatient")
    earlier = walkers.ask(town, person, is_second=True, arrive_at=AT + MIN, need_kind="outpatient", session_min=10)
    span = turns.rolling_span(AT)
    asked = question.read("main", span, only=[later.case_ref, second.case_ref])
    (beside,) = asked.problem.asking
    assert beside.id == str(later.case_ref)
    assert beside.earliest_min == beside.asked_min
    assert asked.elsewhere == {second.pk: "person_elsewhere"}
    (before,) = question.read("main", span, only=[earlier.case_ref]).problem.asking
    assert before.latest_safe_min <= (taken.lower - span.origin).total_seconds() / 60 - 70


def test_who_was_called_off_meanwhile_is_not_said_to_wait():
    """C12: a stale ride of somebody who cancelled is nobody's to plan again."""
    outcome = Outcome(stale={"cancelled": "placement.not_approved", "beaten": "vehicle.taken"})
    assert outcome.still_waiting == ["beaten"]


@pytest.mark.parametrize("stage", walkers.STAGES)
def test_nobody_who_waits_is_overlooked(stage):
    """R-000-12: the cheap look finds everybody the question would hold, at every stage and with the way home lost."""
    town = walkers.town()
    case = walkers.walk(town, to=stage)
    span = turns.rolling_span(case.at)
    home = Trip.objects.filter(direction="inbound", status="will_call")
    for _lost in range(2):
        if question.read("main", span).waiting:
            assert question.somebody_waits("main", span)
        home.update(reserved_run=None)


@pytest.mark.parametrize(("stage", "waits"), [("asked", True), ("placed", False), ("boarded", False), ("home", False)])
def test_the_question_is_not_built_for_nobody(stage, waits):
    """speed.md: nothing is read of cars and places while nobody waits."""
    town = walkers.town()
    case = walkers.walk(town, to=stage)
    assert question.somebody_waits("main", turns.rolling_span(case.at)) is waits


def test_critical_patient_is_arranged_alone():
    """R-000-2, R-000-10: an ambulance at once, no slot asked, whatever else waits."""
    town = walkers.town()
    walkers.car("120", vehicle_class="ambulance", seats=1, wheelchairs=0, stretchers=1)
    desk_rows.make_service(town.facility, kind="emergency")
    waiting = walkers.ask(town)
    request = walkers.ask(town, walkers.resident(town, "王秀兰"), need_kind="emergency", is_critical=True)

    run = urgent.place_urgent(request.case_ref, at=AT)

    trip = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    assert (run.kind, run.applied) == ("urgent", 1)
    assert trip.run.vehicle.vehicle_class == "ambulance"
    assert facts(waiting).scheduled_at is None
    assert urgent.place_urgent(request.case_ref, at=AT) is None


def test_a_critical_patient_leaves_the_plan_under_way_alone():
    """It holds no lease: a plan of the area at work goes on, and many critical ones starve nobody (issue E)."""
    town = walkers.town()
    request = walkers.ask(town, need_kind="emergency", is_critical=True)
    at_work = PlanningRun.objects.create(area="main", kind="rolling", status_at=AT, asked_at=AT, problem={})

    urgent.place_urgent(request.case_ref, at=AT)

    at_work.refresh_from_db()
    assert at_work.status == "solving"


def test_a_critical_patient_whom_the_engine_cannot_read_is_tried_again_later(monkeypatch):
    """With an owner and a reason, and never before those who were not tried yet."""
    town = walkers.town()
    desk_rows.make_service(town.facility, kind="emergency")
    request = walkers.ask(town, need_kind="emergency", is_critical=True)

    def unreadable(_question, _case):
        raise ValueError

    monkeypatch.setattr(urgent, "_insert", unreadable)
    urgent.place_urgent(request.case_ref, at=AT)

    request.refresh_from_db()
    assert (request.needs_person_reason, request.attempts, request.owner_role) == ("engine_failed", 1, "dispatch")
    assert request.try_again_at > AT


def test_one_unreadable_case_does_not_stop_the_others():
    """F28: the poison case gets a person's eye, the others their cars."""
    town = walkers.town()
    good = walkers.ask(town)
    bad = walkers.ask(town, walkers.resident(town, "王秀兰"))
    AccessRequest.objects.filter(pk=bad.pk).update(session_min=0)

    planner.plan("main", at=AT)

    bad.refresh_from_db()
    assert bad.needs_person_reason == "not_sound"
    assert facts(good).scheduled_at


def test_reading_costs_the_same_for_many(django_assert_max_num_queries):
    """architecture.md 5: the question is read in a constant number of queries."""
    town = walkers.town()
    for number in range(12):
        walkers.ask(town, walkers.resident(town, f"王{number}"))

    with django_assert_max_num_queries(12):
        asked = question.read("main", turns.rolling_span(AT))

    assert len(asked.waiting) == 12


def test_a_ride_is_written_in_few_statements():
    """speed.md: request, place, two cars, desk and pass with their audit rows; whoever joins costs no more for others."""

    def statements(people: int) -> int:
        town = walkers.town(cars=people)
        keys = {}
        for number in range(people):
            row = walkers.ask(town, walkers.resident(town, f"王{number}"))
            keys[str(row.case_ref)] = row.pk
        asked = question.read("main", turns.rolling_span(AT))
        found = solve(asked.problem, iterations=0, travel=ROADS, engine=INTERPRETED)
        found = replace(found, arranged=tuple(each for each in found.arranged if each.request in keys))
        with CaptureQueriesContext(connection) as seen:
            outcome = apply(
                asked.problem, found, cut(asked.problem, found, origin=asked.origin), keys, Writer("main", ENGINE, AT)
            )
        assert len(outcome.applied) == people
        return len(seen)

    counts = []
    for people in (1, 3, 4):
        with transaction.atomic():
            counts.append(statements(people))
            transaction.set_rollback(True)
    alone, three, four = counts
    assert alone <= 38  # two of them mark the place to draw a pass's number again from
    assert four - three <= 40


def test_closed_unit_lets_its_patients_wait_again():
    """R-002-7: a closing unit gives back the places; the requests wait and are planned elsewhere."""
    town = walkers.town()
    request = walkers.ask(town)
    planner.plan("main", at=AT)
    service = town.slot.service
    change = status.StatusChange("closed", AT + timedelta(hours=20), "设备检修")
    status.set_status(service, change, by=town.desk, at=AT)
    walkers.deliver()

    assert facts(request).scheduled_at is None
    assert not Appointment.objects.live().exists()
    request.refresh_from_db()
    assert request.status == "approved"


def test_whoever_is_late_for_a_time_that_has_begun_waits_again_too():
    """E2: the room closes ten minutes into the shift; the one still at home keeps no place there."""
    town = walkers.town()
    request = walkers.ask(town)
    planner.plan("main", at=AT)
    now = town.slot.starts_at + 10 * MIN
    change = status.StatusChange("closed", now + timedelta(hours=20), "设备检修")
    status.set_status(town.slot.service, change, by=town.desk, at=now)
    walkers.deliver()

    assert facts(request).scheduled_at is None
    assert not Appointment.objects.live().exists()


def test_a_closure_made_longer_lets_go_whoever_is_due_in_the_added_hours():
    """R-002-7: closed until noon and then until evening; who is booked for the afternoon waits again."""
    town = walkers.town()
    request = walkers.ask(town)
    planner.plan("main", at=AT)
    service, due = town.slot.service, town.slot.starts_at
    status.set_status(service, status.StatusChange("closed", due, "设备检修"), by=town.desk, at=AT)
    walkers.deliver()
    assert facts(request).scheduled_at is not None

    service.refresh_from_db()
    status.set_status(service, status.StatusChange("closed", due + 540 * MIN, "还没修好"), by=town.desk, at=AT)
    walkers.deliver()

    assert facts(request).scheduled_at is None


def test_another_house_is_taken_for_one_that_closed_and_the_page_says_why():
    """R-002-8a: nothing is asked for again; the next plan takes who receives, and community and dispatch read why."""
    town = walkers.town()
    request = walkers.ask(town)
    planner.plan("main", at=AT)
    other = desk_rows.make_facility("H-other", name="第二医院", lat=40.13, lon=124.37)
    desk_rows.make_slot(desk_rows.make_service(other), starts_at=town.slot.starts_at)
    change = status.StatusChange("closed", AT + timedelta(hours=20), "设备检修")
    status.set_status(town.slot.service, change, by=town.desk, at=AT)
    walkers.deliver()

    planner.plan("main", at=AT + MIN)

    assert Appointment.objects.live().get(case_ref=request.case_ref).facility_id == other.pk
    there = Trip.objects.live().get(case_ref=request.case_ref, direction="outbound")
    assert "平时去的医院这次不行：这个科停诊" in [each["text"] for each in hospital_reasons(there)]


def test_standing_orders_are_made_once():
    """C13: tomorrow's dialysis is asked for by its rhythm, once, approved."""
    town = walkers.town()
    person = walkers.resident(town)
    needs.add(person, facts=needs.NeedFacts("dialysis", "1,2,3,4,5,6,7"), by=town.staff, at=AT)

    assert standing.make_due(at=AT) == 2
    assert standing.make_due(at=AT) == 0

    rows = AccessRequest.objects.filter(resident=person)
    assert {(row.status, row.source) for row in rows} == {("approved", "standing")}
    assert [row.arrive_at - AT > timedelta(hours=12) for row in rows] == [True, True]
