"""Half the ambulances of an area may be lent when nothing else can carry somebody; the other half waits (docs/adr/0009)."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from dispatch.models import PlanningRun
from dispatch.planning import fleet, planner, urgent
from dispatch.templatetags.reasons import ride_reasons
from hospitals.models import Slot
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.walkers import AT, MIN, Town
from transport.models import Run, Trip, Vehicle
from transport.services import scheduling

pytestmark = pytest.mark.django_db
AMBULANCE = {"vehicle_class": "ambulance", "seats": 1, "wheelchairs": 0, "stretchers": 1, "has_oxygen": True}


def town(*, ambulances: int, cars: int = 0) -> Town:
    """Build a town with so many ambulances, A1 first."""
    place = walkers.town(cars=cars)
    for number in range(1, ambulances + 1):
        walkers.car(f"A{number}", **AMBULANCE)
    return place


def cars_of(request: AccessRequest) -> set[str]:
    """Return the cars of both ways."""
    trips = Trip.objects.live().filter(case_ref=request.case_ref).select_related("run", "reserved_run")
    runs = [trip.run or trip.reserved_run for trip in trips]
    return {run.vehicle_id for run in runs if run}


def is_arranged(request: AccessRequest) -> bool:
    return facts_of(with_facts(AccessRequest.objects.filter(pk=request.pk)).get()).scheduled_at is not None


@pytest.mark.parametrize("wish", [{"mobility": "stretcher"}, {"needs_oxygen": True}], ids=["lies", "oxygen"])
def test_a_lent_ambulance_carries_whom_no_other_car_can(wish):
    """R-000-11, R-000-12: both ways by the lent one, and the reasons say that it is 120's."""
    place = town(ambulances=2, cars=2)
    request = walkers.ask(place, **wish)

    without, lent = planner.plan("main", at=AT)

    request.refresh_from_db()
    assert ((without.applied, without.arranged), (lent.applied, lent.stale)) == ((0, 0), (1, 0))
    assert cars_of(request) == {"A2"}
    assert (request.needs_person_reason, request.try_again_at, request.attempts) == ("", None, 0)
    trip = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    assert "不是急危重症，会占用 120" in [reason["text"] for reason in ride_reasons(trip)]


def test_without_a_spare_ambulance_the_reason_stands():
    """The twin: the only ambulance waits for emergencies; who must lie waits with reason, owner and next try."""
    place = town(ambulances=1, cars=2)
    request = walkers.ask(place, mobility="stretcher")

    (run,) = planner.plan("main", at=AT)

    request.refresh_from_db()
    assert (run.arranged, run.applied) == (0, 0)
    assert request.needs_person_reason.startswith("no_car_outbound")
    assert (request.owner_role, request.attempts) == ("dispatch", 1)
    assert request.try_again_at > AT
    assert cars_of(request) == set()


def test_the_other_half_waits_for_emergencies():
    """R-000-10: however many lie waiting, the kept one is not asked; an emergency gets it while the other is away."""
    place = town(ambulances=2)
    Slot.objects.update(capacity=9)
    desk_rows.make_service(place.facility, kind="emergency")
    lying = [walkers.ask(place, walkers.resident(place, name), mobility="stretcher") for name in "甲乙丙丁戊己"]
    planner.plan("main", at=AT)
    busy = Run.objects.filter(vehicle="A2").earliest("occupied").occupied.lower + MIN
    person = walkers.resident(place, "庚")
    emergency = walkers.ask(place, person, at=busy, need_kind="emergency", is_critical=True)

    urgent.place_urgent(emergency.case_ref, at=busy)

    assert {is_arranged(request) for request in lying} == {False, True}
    assert {car for request in lying for car in cars_of(request)} == {"A2"}
    assert "A1" in cars_of(emergency)


@pytest.mark.parametrize(("attempts", "arranged"), [(0, False), (3, True)])
def test_who_waited_long_may_have_one(attempts, arranged):
    """R-000-11: somebody in a wheelchair gets the lent ambulance once plan after plan found nothing, not at once."""
    place = town(ambulances=2)
    request = walkers.ask(place, mobility="wheelchair")
    AccessRequest.objects.filter(pk=request.pk).update(attempts=attempts)

    planner.plan("main", at=AT)

    assert is_arranged(request) is arranged
    assert PlanningRun.objects.count() == 1 + arranged


@pytest.mark.parametrize("cars", [["V1"], []], ids=["an ordinary car is there", "only ambulances at night"])
def test_who_came_as_an_emergency_goes_home_like_anybody_else(cars):
    """R-000-11: an ordinary car home, and a lent ambulance when no other has come for long."""
    place = town(ambulances=2, cars=1)
    case = walkers.walk(place, to="treated", session_min=60)
    scheduling.release_reservation(case.trip("inbound"), by=place.dispatcher, at=case.at, reason="另有用")
    AccessRequest.objects.filter(pk=case.request.pk).update(is_critical=True, attempts=3)
    Vehicle.objects.filter(pk="V1").exclude(pk__in=cars).update(status="off")
    case.step("released")

    planner.plan("main", at=case.at)

    assert case.trip("inbound").run.vehicle_id == (cars or ["A2"])[0]


def test_an_ordinary_car_is_taken_first():
    """R-000-11: nobody rides in an ambulance while another car can carry them."""
    place = town(ambulances=2, cars=1)
    request = walkers.ask(place)
    AccessRequest.objects.filter(pk=request.pk).update(attempts=9)

    (run,) = planner.plan("main", at=AT)

    assert run.applied == 1
    assert cars_of(request) == {"V1"}


def test_every_second_plain_ambulance_in_service_is_spare():
    """Negative pressure, other areas and those out of service are not counted."""
    town(ambulances=5, cars=1)
    walkers.car("N1", **{**AMBULANCE, "vehicle_class": "ambulance_negative_pressure"})
    walkers.car("B1", **AMBULANCE, dispatch_area="elsewhere")
    assert fleet.spare("main") == {"A2", "A4"}
    assert fleet.spare("elsewhere") == frozenset()

    walkers.car("A0", **AMBULANCE, status="off")
    assert fleet.spare("main") == {"A2", "A4"}


def test_the_lent_plan_replays_the_same():
    """INV-34: its question says itself that the lent cars were asked."""
    place = town(ambulances=2)
    walkers.ask(place, mobility="stretcher")
    runs = planner.plan("main", at=AT)

    said = StringIO()
    for run in runs:
        call_command("replay", str(run.pk), stdout=said)

    assert [json.loads(line)["violations"] for line in said.getvalue().splitlines()] == [[], []]
