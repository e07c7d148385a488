"""A record mended by the community is read by driver, gate and desk of what is still to happen (E16, E12, decision 49)."""

from __future__ import annotations

from typing import Any

import pytest

from access.models import Resident
from access.services import residents
from communities.models import GatePass
from core.actors import Actor
from hospitals.models import Appointment
from tests import walkers
from tests.walkers import AT, MIN
from transport.models import Run, Stop, Trip
from transport.services import calls
from transport.states import TripStatus

pytestmark = pytest.mark.django_db


def mend(place: walkers.Town, person: Resident, **changes: Any) -> None:
    row = Resident.objects.get(pk=person.pk)
    residents.update(row, changes=changes, version=row.version, by=place.staff, at=AT + 2 * MIN)
    walkers.deliver()


@pytest.fixture
def place() -> walkers.Town:
    return walkers.town()


@pytest.fixture
def case(place) -> walkers.Walk:
    """Placed on V1 both ways; the driver has taken the way there."""
    person = walkers.resident(place, building="9号楼", phone="15400003328")
    return walkers.walk(place, to="accepted", request=walkers.ask(place, person))


def driver_of(run: Run) -> Actor:
    return Actor(f"user:{run.driver_id}", run.driver.name, "driver", "fleet", run.driver_id)


def test_a_mended_telephone_name_and_door_reach_driver_gate_and_desk(place, case):
    """F: the driver dials the number as it is now and reads that the door is another one."""
    there = case.trip("outbound")
    mend(place, case.request.resident, phone="15900001111", name="陈玉梅兰", building="11号楼")

    first = there.run.stops.order_by("position").first()
    assert calls.number_for(first, by=driver_of(there.run), at=AT + 3 * MIN) == "15900001111"
    assert first.label == f"{place.community.name} 11号楼"
    assert Run.objects.get(pk=there.run_id).told_change == f"{first.trip.rider}的楼号改了：{first.label}"
    assert {(trip.name, trip.building) for trip in Trip.objects.all()} == {("陈玉梅兰", "11号楼")}
    assert case.trip("inbound").to_label == first.label
    assert GatePass.objects.issued().get().building == "11号楼"
    booked = Appointment.objects.get()
    assert (booked.name, booked.phone) == ("陈玉梅兰", "15900001111")
    case.request.refresh_from_db()
    assert case.request.name == "陈玉梅兰"


def test_what_is_over_stays_as_it_was(place):
    """The twin: a way that is done keeps the number and the door it was done with."""
    person = walkers.resident(place, building="9号楼", phone="15400003328")
    done = walkers.walk(place, to="home", request=walkers.ask(place, person))
    mend(place, person, phone="15900001111", building="11号楼")

    assert {(trip.phone, trip.building) for trip in Trip.objects.filter(case_ref=done.request.case_ref)} == {
        ("15400003328", "9号楼")
    }
    assert not Stop.objects.filter(label__contains="11号楼").exists()


def test_what_is_not_carried_touches_nobody(place, case):
    before = Trip.objects.values_list("pk", "version")
    known = set(before)
    mend(place, case.request.resident, note="怕黑")

    assert set(before.all()) == known


@pytest.mark.parametrize(("wheelchairs", "status"), [(1, TripStatus.SCHEDULED), (0, TripStatus.UNSCHEDULED)])
def test_who_needs_a_wheelchair_now_keeps_only_a_car_that_has_a_place(wheelchairs, status):
    """E12: the car of tomorrow fits how they move now, or another one is looked for; the wish follows the record."""
    place = walkers.town()
    walkers.car("W1", wheelchairs=wheelchairs)
    person = walkers.resident(place)
    request = walkers.ask(place, person)
    walkers.place_by_hand(place, request, out_vehicle="W1", back_vehicle="W1")

    mend(place, person, mobility="wheelchair")

    request.refresh_from_db()
    there = Trip.objects.get(direction="outbound")
    back = Trip.objects.get(direction="inbound")
    assert (request.mobility, there.mobility, back.mobility) == ("wheelchair",) * 3
    assert there.status == status
    assert (back.reserved_run_id is None) == (wheelchairs == 0)
    assert Appointment.objects.get().mobility == "wheelchair"


def test_a_wish_that_said_otherwise_keeps_its_own_word(place):
    """Asked for on a stretcher that day, whatever the record says of other days."""
    person = walkers.resident(place)
    request = walkers.ask(place, person, mobility="stretcher")
    mend(place, person, mobility="assisted")

    request.refresh_from_db()
    assert request.mobility == "stretcher"


@pytest.mark.parametrize(("seats", "status"), [(4, TripStatus.SCHEDULED), (1, TripStatus.UNSCHEDULED)])
def test_who_needs_somebody_along_now_keeps_only_a_car_with_a_second_seat(seats, status):
    """E12: the party is two from now on, for the car, the pass and the desk."""
    place = walkers.town()
    walkers.car("W1", seats=seats)
    person = walkers.resident(place)
    request = walkers.ask(place, person)
    walkers.place_by_hand(place, request, out_vehicle="W1", back_vehicle="W1")

    mend(place, person, escort_required=True)

    request.refresh_from_db()
    there = Trip.objects.get(direction="outbound")
    assert (request.escorts, there.party_size, there.status) == (1, 2, status)
    assert Appointment.objects.get().party_size == 2


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_an_escort_asked_for_that_day_stays(place, asked):
    """Somebody has to come along now, and no longer: the wish itself may have said so, and nobody is taken out of it."""
    person = walkers.resident(place)
    request = walkers.ask(place, person, escorts=asked)
    mend(place, person, escort_required=True)
    mend(place, person, escort_required=False)

    request.refresh_from_db()
    assert request.escorts == max(asked, 1)
