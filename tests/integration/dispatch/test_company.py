"""Going home in company: whoever is ready joins a car that comes to the same door anyway (E18, C19)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from access.models import AccessRequest, Resident
from dispatch.facts import reclass
from dispatch.home import company
from dispatch.planning import planner
from hospitals.models import Appointment, Intake
from hospitals.services import intake
from tests import walkers
from tests.walkers import AT, MIN
from transport.legs import leg_of
from transport.models import Run, Trip, Vehicle
from transport.services import runs, scheduling, stops

pytestmark = pytest.mark.django_db


def planned(town: walkers.Town, *names: str) -> list[AccessRequest]:
    """Let the engine arrange people of one hour, and have them all under treatment."""
    asked = [walkers.ask(town, walkers.resident(town, name)) for name in names]
    planner.plan("main", at=AT)
    for request in asked:
        begin_treatment(town, request, at=town.slot.starts_at)
    return sorted(asked, key=lambda request: way_home(request).reserved_from)


def planned_apart(town: walkers.Town, *names: str) -> list[AccessRequest]:
    """Arrange them in cars of one seat, so that each has a car kept alone; the seats come afterwards."""
    Vehicle.objects.update(seats=1)
    asked = planned(town, *names)
    Vehicle.objects.update(seats=4)
    return asked


def begin_treatment(town: walkers.Town, request: AccessRequest, *, at: datetime) -> None:
    appointment = Appointment.objects.get(case_ref=request.case_ref)
    arrival = intake.check_in(appointment, by=town.desk, at=at)
    ready = at + timedelta(minutes=request.session_min)
    intake.start_treatment(arrival, by=town.desk, at=at, expected_ready_at=ready)
    walkers.deliver()


def release(town: walkers.Town, request: AccessRequest, *, at: datetime) -> Trip:
    intake.release(Intake.objects.get(case_ref=request.case_ref), by=town.desk, at=at)
    walkers.deliver()
    return way_home(request)


def way_home(request: AccessRequest) -> Trip:
    return Trip.objects.select_related("run", "reserved_run").get(case_ref=request.case_ref, direction="inbound")


def test_who_is_ready_minutes_later_rides_along_and_gives_the_own_car_back():
    town = walkers.town(cars=4)
    first, second = planned_apart(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    kept = way_home(second).reserved_run
    assert kept != way_home(first).reserved_run

    one, two = release(town, first, at=ready), release(town, second, at=ready + 2 * MIN)

    assert one.run_id == two.run_id
    assert [stop.kind for stop in one.run.stops.order_by("position")] == ["pickup", "pickup", "dropoff", "dropoff"]
    assert two.reserved_run is None
    assert Run.objects.get(pk=kept.pk).status == "cancelled"
    assert Appointment.objects.get(case_ref=second.case_ref).carried_by.startswith(one.run.vehicle.plate)


def test_a_first_one_waits_a_little_for_those_who_are_nearly_ready():
    """C20: never longer than the hold, far below the target of half an hour."""
    town = walkers.town(cars=4)
    first, _second = planned_apart(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN

    trip = release(town, first, at=ready - 8 * MIN)

    assert ready <= trip.pickup_planned_at <= ready + 5 * MIN


def test_nobody_waits_for_somebody_who_needs_long():
    town = walkers.town(cars=4)
    first, _second = planned_apart(town, "陈玉梅", "王秀兰")
    at = town.slot.starts_at + 240 * MIN - company.HOLD - 30 * MIN

    trip = release(town, first, at=at)

    assert trip.pickup_planned_at < at + 15 * MIN


@pytest.mark.parametrize("change", [{"zone_class": "precautionary"}, {"infection_class": "isolated"}])
def test_another_class_never_rides_along(change):
    """E18: the twin of riding along: one differs in class, and has a car to themselves."""
    town = walkers.town(cars=4)
    first, second = planned_apart(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    Trip.objects.filter(case_ref=second.case_ref, direction="inbound").update(**change)

    one, two = release(town, first, at=ready), release(town, second, at=ready + 2 * MIN)

    planner.plan("main", at=ready + 3 * MIN)
    two = way_home(second)
    assert two.status == "scheduled"
    assert one.run_id != two.run_id


def test_a_car_that_has_left_is_not_called_back():
    town = walkers.town(cars=4)
    first, second = planned_apart(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    one = release(town, first, at=ready)
    one.run.stops.filter(kind="pickup").update(departed_at=ready + 5 * MIN)

    two = release(town, second, at=ready + 6 * MIN)

    assert one.run_id != two.run_id
    assert one.run.stops.count() == 2


def test_a_full_car_takes_nobody_along():
    """INV-02: places run out at the moment both would be aboard."""
    town = walkers.town(cars=4)
    first, second = planned_apart(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    one = release(town, first, at=ready)
    one.run.vehicle.seats = 1
    one.run.vehicle.save(update_fields=["seats"])

    two = release(town, second, at=ready + 2 * MIN)

    assert one.run_id != two.run_id
    assert two.run_id is not None or two.reserved_run_id is not None


# one car kept for several


def sharing(town: walkers.Town) -> tuple[AccessRequest, AccessRequest, Run]:
    """Two people of one hour, under treatment, with one car kept for both."""
    first, second = planned(town, "陈玉梅", "王秀兰")
    kept = way_home(first).reserved_run
    assert kept is not None
    assert way_home(second).reserved_run == kept
    return first, second, kept


def drive_to_door(run: Run, *, at: datetime) -> None:
    """Take the run and have its first rider get in."""
    driver = walkers.Actor("driver:1", "司机", "driver", "fleet", run.driver_id)
    runs.accept(run, by=driver, at=at)
    stops.depart(run.stops.order_by("position").first(), by=driver, at=at)
    walkers.deliver()


def test_c15_neighbours_of_one_hour_have_one_car_kept_for_them():
    town = walkers.town(cars=2)
    *_, kept = sharing(town)

    assert kept.status == "draft"
    assert [stop.kind for stop in kept.stops.order_by("position")] == ["pickup", "pickup", "dropoff", "dropoff"]


def test_c15_the_kept_car_waits_for_the_other_it_is_kept_for_and_takes_both():
    town = walkers.town(cars=2)
    first, second, kept = sharing(town)
    ready = town.slot.starts_at + 240 * MIN

    one = release(town, first, at=ready - 8 * MIN)
    assert one.run_id == kept.pk
    assert ready <= one.pickup_planned_at <= ready - 8 * MIN + company.HOLD_KEPT
    assert {stop.trip_id for stop in one.run.stops.all()} == {one.pk}, "the driver fetches nobody who is not ready"
    assert way_home(second).reserved_run_id == kept.pk, "R-000-12: the place stays kept"

    two = release(town, second, at=ready + 2 * MIN)
    assert two.run_id == kept.pk
    assert two.reserved_run_id is None
    assert [stop.kind for stop in kept.stops.order_by("position")] == ["pickup", "pickup", "dropoff", "dropoff"]


def test_r_000_12_whom_the_car_leaves_without_is_given_another():
    town = walkers.town(cars=2)
    first, second, kept = sharing(town)
    ready = town.slot.starts_at + 240 * MIN
    one = release(town, first, at=ready)

    drive_to_door(one.run, at=one.pickup_planned_at)
    assert way_home(second).reserved_run_id is None

    planner.plan("main", at=one.pickup_planned_at + MIN)
    other = way_home(second).reserved_run
    assert other is not None
    assert other.pk != kept.pk


def test_who_is_ready_in_time_is_not_left_behind():
    """The twin: nobody is given another car who sits in this one."""
    town = walkers.town(cars=2)
    first, second, kept = sharing(town)
    ready = town.slot.starts_at + 240 * MIN
    one, _two = release(town, first, at=ready), release(town, second, at=ready + MIN)

    drive_to_door(one.run, at=one.pickup_planned_at)

    assert way_home(second).run_id == kept.pk


def test_e3_a_declined_car_leaves_nobody_it_was_kept_for_without_one():
    town = walkers.town(cars=3)
    first, second, kept = sharing(town)
    ready = town.slot.starts_at + 240 * MIN
    one = release(town, first, at=ready)

    runs.decline(one.run, by=town.dispatcher, at=ready + MIN, reason="车坏了")
    walkers.deliver()
    planner.plan("main", at=ready + 2 * MIN)

    for request in first, second:
        trip = way_home(request)
        car = trip.run or trip.reserved_run
        assert car is not None
        assert car.pk != kept.pk


def test_who_gives_up_a_shared_car_leaves_it_to_the_other():
    town = walkers.town(cars=2)
    first, second, kept = sharing(town)

    scheduling.release_reservation(way_home(first), by=town.dispatcher, at=AT, reason="另排了车")

    kept.refresh_from_db()
    assert kept.status == "draft"
    assert {stop.trip_id for stop in kept.stops.all()} == {way_home(second).pk}
    scheduling.release_reservation(way_home(second), by=town.dispatcher, at=AT, reason="另排了车")
    kept.refresh_from_db()
    assert kept.status == "cancelled"


def test_who_comes_too_late_for_the_others_parts_from_them_and_is_planned_anew():
    town = walkers.town(cars=3)
    first, second = (walkers.ask(town, walkers.resident(town, name)) for name in ("陈玉梅", "王秀兰"))
    planner.plan("main", at=AT)
    kept = way_home(first).reserved_run
    assert way_home(second).reserved_run == kept
    late = town.slot.starts_at + company.HOLD_KEPT + 20 * MIN

    begin_treatment(town, first, at=town.slot.starts_at)
    begin_treatment(town, second, at=late)
    assert way_home(first).reserved_run == kept
    assert way_home(second).reserved_run is None

    planner.plan("main", at=late + MIN)
    trip = way_home(second)
    assert trip.reserved_run not in (None, kept)
    assert trip.reserved_from >= late + 240 * MIN


def test_who_comes_a_little_late_stays_with_the_others():
    """The twin."""
    town = walkers.town(cars=3)
    first, second = (walkers.ask(town, walkers.resident(town, name)) for name in ("陈玉梅", "王秀兰"))
    planner.plan("main", at=AT)

    begin_treatment(town, second, at=town.slot.starts_at + company.HOLD_KEPT - 5 * MIN)

    assert way_home(second).reserved_run == way_home(first).reserved_run


def test_the_driver_reads_whom_to_wait_for_and_until_when():
    town = walkers.town(cars=2)
    first, second, _kept = sharing(town)
    ready = town.slot.starts_at + 240 * MIN
    one = release(town, first, at=ready)
    told = [each.text for each in leg_of(one.run).instructions]

    assert any(way_home(second).rider in text for text in told)
    assert not any(one.rider in text for text in told)

    release(town, second, at=ready + MIN)
    assert not any("也坐这趟" in each.text for each in leg_of(Run.objects.get(pk=one.run_id)).instructions)


def test_e18_who_is_of_another_class_now_leaves_the_car_to_the_others():
    town = walkers.town(cars=3)
    first, second, kept = sharing(town)
    Resident.objects.filter(pk=second.resident_id).update(precaution="isolated")

    reclass.infection_changed(at=town.slot.starts_at + MIN, resident_id=str(second.resident_id))

    assert way_home(second).reserved_run_id is None
    assert way_home(first).reserved_run_id == kept.pk
    kept.refresh_from_db()
    assert (kept.status, kept.infection_class) == ("draft", way_home(first).infection_class)
