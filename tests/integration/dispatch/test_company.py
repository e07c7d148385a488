"""Going home in company: whoever is ready joins a car that comes to the same door anyway (E18, C19)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from access.models import AccessRequest
from dispatch.services import company, planning
from hospitals.models import Appointment, Intake
from hospitals.services import intake
from tests import walkers
from tests.walkers import AT, MIN
from transport.models import Run, Trip

pytestmark = pytest.mark.django_db


def planned(town: walkers.Town, *names: str) -> list[AccessRequest]:
    """Let the engine arrange people of one hour, and have them all under treatment."""
    asked = [walkers.ask(town, walkers.resident(town, name)) for name in names]
    planning.plan("main", at=AT)
    for request in asked:
        begin_treatment(town, request, at=town.slot.starts_at)
    return sorted(asked, key=lambda request: way_home(request).reserved_from)


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
    town = walkers.town(cars=2)
    first, second = planned(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    kept = way_home(second).reserved_run

    one, two = release(town, first, at=ready), release(town, second, at=ready + 2 * MIN)

    assert one.run_id == two.run_id
    assert [stop.kind for stop in one.run.stops.order_by("position")] == ["pickup", "pickup", "dropoff", "dropoff"]
    assert two.reserved_run is None
    assert Run.objects.get(pk=kept.pk).status == "cancelled"
    assert Appointment.objects.get(case_ref=second.case_ref).carried_by.startswith(one.run.vehicle.plate)


def test_a_first_one_waits_a_little_for_those_who_are_nearly_ready():
    """C20: never longer than the hold, far below the target of half an hour."""
    town = walkers.town(cars=2)
    first, _second = planned(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN

    trip = release(town, first, at=ready - 8 * MIN)

    assert ready <= trip.pickup_planned_at <= ready + 5 * MIN


def test_nobody_waits_for_somebody_who_needs_long():
    town = walkers.town(cars=2)
    first, _second = planned(town, "陈玉梅", "王秀兰")
    at = town.slot.starts_at + 240 * MIN - company.HOLD - 30 * MIN

    trip = release(town, first, at=at)

    assert trip.pickup_planned_at < at + 15 * MIN


@pytest.mark.parametrize("change", [{"zone_class": "precautionary"}, {"infection_class": "HBV"}])
def test_another_class_never_rides_along(change):
    """E18: the twin of riding along: one differs in class, and has a car to themselves."""
    town = walkers.town(cars=2)
    first, second = planned(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    Trip.objects.filter(case_ref=second.case_ref, direction="inbound").update(**change)

    one, two = release(town, first, at=ready), release(town, second, at=ready + 2 * MIN)

    planning.plan("main", at=ready + 3 * MIN)
    two = way_home(second)
    assert two.status == "scheduled"
    assert one.run_id != two.run_id


def test_a_car_that_has_left_is_not_called_back():
    town = walkers.town(cars=2)
    first, second = planned(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    one = release(town, first, at=ready)
    one.run.stops.filter(kind="pickup").update(departed_at=ready + 5 * MIN)

    two = release(town, second, at=ready + 6 * MIN)

    assert one.run_id != two.run_id
    assert one.run.stops.count() == 2


def test_a_full_car_takes_nobody_along():
    """INV-02: places run out at the moment both would be aboard."""
    town = walkers.town(cars=2)
    first, second = planned(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    one = release(town, first, at=ready)
    one.run.vehicle.seats = 1
    one.run.vehicle.save(update_fields=["seats"])

    two = release(town, second, at=ready + 2 * MIN)

    assert one.run_id != two.run_id
    assert two.run_id is not None or two.reserved_run_id is not None
