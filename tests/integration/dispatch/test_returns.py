"""The way home: called, moved, given up, waiting again; swept when the relay missed it (R-000-12, INV-20)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from communities.models import GatePass
from core.errors import Conflict
from core.management.commands.check_invariants import breaches
from core.models import OutboxMessage
from dispatch.board.reading import board
from dispatch.home import returns
from hospitals.models import Appointment, Intake
from hospitals.services import intake
from tests import walkers
from tests.factories import transport as car_rows
from tests.walkers import MIN
from transport.models import Driver, Run, Trip
from transport.services import runs, scheduling, stops

pytestmark = pytest.mark.django_db


def facts(request: AccessRequest):
    return facts_of(with_facts(AccessRequest.objects.filter(pk=request.pk)).get())


def seen(case: walkers.Walk, minutes: int = 0):
    return board(case.town.dispatcher, at=case.at + minutes * MIN)


def test_the_whole_way_there_and_home_closes_the_case():
    """R-002-2g: every step stamped, nothing left to do, nobody out."""
    case = walkers.walk(walkers.town(), to="home")

    assert case.request.status == "closed"
    assert case.request.outcome == "home"
    assert seen(case).waiting == []


@pytest.mark.parametrize("stage", walkers.STAGES)
def test_a_case_is_on_the_board_only_while_it_waits(stage):
    case = walkers.walk(walkers.town(), to=stage)

    waiting = [each.kind for each in seen(case).waiting]

    assert waiting == (["out"] if stage == "asked" else [])


def test_release_calls_the_reserved_car_to_when_they_are_ready():
    """C15: the reserved run first, moved in time."""
    case = walkers.walk(walkers.town(), to="treated")
    kept = case.trip("inbound").reserved_run_id
    case.step("released")

    trip = case.trip("inbound")
    assert (trip.status, trip.run_id) == ("scheduled", kept)
    assert trip.pickup_planned_at >= case.at
    assert trip.pickup_planned_at - case.at <= 30 * MIN
    assert Intake.objects.get(case_ref=case.request.case_ref).way_home_by.startswith("辽F·V1")


def test_release_early_brings_the_car_forward():
    case = walkers.walk(walkers.town(), to="treated")
    intake.release(case.intake, by=case.town.desk, at=case.at + 60 * MIN)
    walkers.deliver()

    assert case.trip("inbound").pickup_planned_at <= case.at + 90 * MIN


def test_release_without_reservation_waits_for_a_person_who_places_it():
    case = walkers.walk(walkers.town(), to="treated")
    returns.scheduling.release_reservation(case.trip("inbound"), by=case.town.dispatcher, at=case.at, reason="车坏了")
    case.step("released")

    shown = seen(case, 16)
    assert [(each.kind, each.level) for each in shown.waiting] == [("back", "danger")]
    assert shown.panel.out_code == "V1"
    returns.place_return(case.request, vehicle_code="V2", by=case.town.dispatcher, at=case.at + 16 * MIN)
    assert case.trip("inbound").run.vehicle_id == "V2"
    with pytest.raises(Conflict, match="刚被别人排好了"):
        returns.place_return(case.request, vehicle_code="V1", by=case.town.dispatcher, at=case.at + 17 * MIN)
    returns.undo_return(case.request, by=case.town.dispatcher, at=case.at + 18 * MIN)
    assert GatePass.objects.issued().get(case_ref=case.request.case_ref).plate == ""
    assert case.trip("inbound").status == "unscheduled"


def test_a_lost_car_home_is_kept_again_before_they_leave():
    """R-000-12: a car there without a car back stands on the board."""
    case = walkers.walk(walkers.town(), to="placed")
    returns.scheduling.release_reservation(case.trip("inbound"), by=case.town.dispatcher, at=case.at, reason="车坏了")
    assert [each.reason for each in seen(case).waiting] == ["去程有车，返程没有"]

    returns.place_return(case.request, vehicle_code="V2", by=case.town.dispatcher, at=case.at)

    trip = case.trip("inbound")
    assert (trip.status, trip.reserved_run.vehicle_id) == ("will_call", "V2")
    assert seen(case).waiting == []


def test_sweep_finds_what_the_relay_missed():
    """The relay down: the same facts are found by query (decisions.md A1)."""
    case = walkers.walk(walkers.town(), to="treated")
    intake.release(case.intake, by=case.town.desk, at=case.at + 240 * MIN)
    OutboxMessage.objects.update(delivered_at=case.at)

    returns.sweep(at=case.at + 241 * MIN)
    returns.sweep(at=case.at + 242 * MIN)

    assert case.trip("inbound").status == "scheduled"


def test_admitted_gives_the_car_home_back():
    case = walkers.walk(walkers.town(), to="treated")
    intake.admit(case.intake, by=case.town.desk, at=case.at)
    walkers.deliver()

    case.request.refresh_from_db()
    assert case.trip("inbound").status == "cancelled"
    assert not Run.objects.filter(status="draft").exists()
    assert (case.request.status, case.request.outcome) == ("closed", "admitted")


def test_declined_run_waits_again_and_desk_and_gate_read_no_car():
    """E3: the same request waits; nobody reads a car that does not come."""
    case = walkers.walk(walkers.town(), to="placed")
    run = case.trip("outbound").run
    runs.decline(run, by=case.town.dispatcher, at=case.at, reason="车坏了")
    walkers.deliver()

    assert [each.kind for each in seen(case).waiting] == ["out"]
    assert Appointment.objects.get(case_ref=case.request.case_ref).carried_by == ""
    assert facts(case.request).scheduled_at is None
    assert AccessRequest.objects.count() == 1


def test_nobody_found_waits_again_as_the_same_request():
    case = walkers.walk(walkers.town(), to="accepted")
    run = case.trip("outbound").run
    driver = walkers.Actor(f"user:{run.driver_id}", "师傅", "driver", "fleet", run.driver_id)
    runs.start(run, by=driver, at=case.at)
    stop = run.stops.first()
    stops.arrive(stop, by=driver, at=stop.planned_at)
    stop.refresh_from_db()
    stops.search(stop, by=driver, at=stop.planned_at)
    stop.refresh_from_db()
    stops.no_show(stop, by=driver, at=stop.planned_at + 15 * MIN)
    walkers.deliver()

    assert case.trip("outbound").status == "unscheduled"
    assert [each.kind for each in seen(case).waiting] == ["out"]


def test_nobody_found_is_planned_for_another_day_with_the_times_of_that_day():
    """INV-05, E3: the trips of the hour that was missed are given up, not carried over to the new one."""
    case = walkers.walk(walkers.town(), to="accepted")
    trip = case.trip("outbound")
    case._drive_on(trip.run, 0)
    runs.start(trip.run, by=case.town.dispatcher, at=case.at)
    stop = trip.run.stops.first()
    stops.arrive(stop, by=case.town.dispatcher, at=stop.planned_at)
    stop.refresh_from_db()
    stops.search(stop, by=case.town.dispatcher, at=stop.planned_at)
    stop.refresh_from_db()
    stops.no_show(stop, by=case.town.dispatcher, at=stop.planned_at + 15 * MIN)
    walkers.deliver()
    later = walkers.desk_rows.make_slot(case.town.slot.service, starts_at=case.town.slot.starts_at + timedelta(hours=6))

    walkers.place_by_hand(case.town, case.request, slot_id=later.pk, out_vehicle="V2", at=stop.planned_at + 20 * MIN)

    there, back = case.trip("outbound"), case.trip("inbound")
    assert there.arrive_by == later.starts_at
    assert there.dropoff_planned_at <= later.starts_at
    assert back.ready_at >= later.starts_at
    assert [line for line in breaches() if line["id"] == "INV-05"] == []


def test_arriving_late_moves_the_kept_car():
    case = walkers.walk(walkers.town(), to="dropped")
    kept = case.trip("inbound").reserved_from
    case.at += 90 * MIN
    case.step("arrived")

    moved = case.trip("inbound")
    assert moved.reserved_from - kept > timedelta(minutes=30)
    assert moved.reserved_run.status == "draft"


@pytest.mark.parametrize(("busy_until", "moves"), [(20, True), (45, False)])
def test_a_kept_car_moves_to_no_time_later_than_the_wait_aimed_at(busy_until, moves):
    """decisions.md C20: one that would come 45 minutes after the end is sought again when they are called."""
    case = walkers.walk(walkers.town(cars=1), to="dropped")
    kept, car = case.trip("inbound").reserved_from, case.town.cars[0]
    case.at += 90 * MIN
    ready = case.at + case.request.session_min * MIN
    other = car_rows.trip(case.at, mobility="walk", party_size=1, zone_class="controlled")
    times = [ready + minutes * MIN for minutes in (-35, -30, busy_until - 15, busy_until)]
    ride = scheduling.RunTimes(car, Driver.objects.get(pk="D-V1"), *times, ends=case.town.facility.point)
    scheduling.schedule(other, ride=ride, by=car_rows.BY, at=case.at, is_pinned=True)
    case.step("arrived")

    assert (case.trip("inbound").reserved_from != kept) is moves


def test_walk_in_gets_a_way_home_to_plan():
    """INV-29: who came unannounced has a way home from the moment of arrival."""
    town = walkers.town()
    person = walkers.resident(town, "周文斌")
    row = intake.walk_in(town.facility, label="周文斌", need_kind="emergency", by=town.desk, at=walkers.AT)
    Intake.objects.filter(pk=row.pk).update(person_key=person.person_key)
    walkers.deliver()
    row.refresh_from_db()
    intake.release(row, by=town.desk, at=walkers.AT + 60 * MIN)
    walkers.deliver()

    trip = Trip.objects.get(case_ref=row.case_ref, direction="inbound")
    assert trip.status == "unscheduled"
    shown = board(town.dispatcher, at=walkers.AT + 61 * MIN)
    assert [(each.kind, each.request.name) for each in shown.waiting] == [("back", "周文斌")]


def test_stranger_without_a_home_stays_visible():
    """Nobody knows where home is: still on the board, with the words of what to do first."""
    town = walkers.town()
    walkers.gate_rows.area()
    walkers.gate_rows.DispatchArea.objects.get(pk="main").divisions.create(district_code=town.facility.division_code)
    row = intake.walk_in(town.facility, by=town.desk, at=walkers.AT)
    walkers.deliver()
    intake.release(row, by=town.desk, at=walkers.AT + 60 * MIN)
    walkers.deliver()

    shown = board(town.dispatcher, at=walkers.AT + 61 * MIN)

    assert [each.kind for each in shown.waiting] == ["back"]
    assert "住哪" in shown.panel.stuck
    assert not OutboxMessage.objects.filter(delivered_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("is_busy", "is_pinned", "comes"), [(False, False, "V1"), (True, False, "V2"), (True, True, "V1")]
)
def test_who_is_ready_before_the_kept_hour_goes_home_when_ten_minutes_are_won(is_busy, is_pinned, comes):
    """Guard: finished at 10:55 with a car kept for 11:30 and 55 idle, somebody waited until 11:30."""
    case = walkers.walk(walkers.town(), to="treated")
    kept = case.trip("inbound").reserved_from
    ready = kept - 35 * MIN
    if is_busy:  # the kept car has somebody else until then
        own, busy = case.trip("inbound").reserved_run, case.trip("outbound").run
        for run, begins, ends in (
            (own, kept - 1 * MIN, own.occupied.upper),
            (busy, busy.occupied.lower, kept - 2 * MIN),
        ):
            Run.objects.filter(pk=run.pk).update(occupied=DateTimeTZRange(begins, ends, "[)"), is_pinned=is_pinned)
    intake.release(case.intake, by=case.town.desk, at=ready)
    walkers.deliver()

    trip = case.trip("inbound")
    assert trip.run.vehicle_id == comes  # whom a person chose is not given another car
    assert (kept - trip.pickup_planned_at >= 10 * MIN) is not is_pinned


def test_less_than_ten_minutes_leave_the_kept_car_as_it_is():
    case = walkers.walk(walkers.town(), to="treated")
    kept = case.trip("inbound").reserved_from
    intake.release(case.intake, by=case.town.desk, at=kept - 9 * MIN)
    walkers.deliver()

    assert case.trip("inbound").pickup_planned_at == kept
