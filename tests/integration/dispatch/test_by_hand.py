"""A dispatcher who takes the first of every list: the demo's morning and the drilled day are played in with it."""

from __future__ import annotations

import pytest

from access.states import TransportMode
from core.errors import Conflict
from drill import by_hand
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.walkers import AT, MIN
from transport.models import Trip, Vehicle

pytestmark = pytest.mark.django_db


def test_the_first_slot_and_cars_are_taken():
    """R-000-12: slot, car there and reserved car back stand together, pinned as a person's own."""
    town = walkers.town()
    request = walkers.ask(town)

    choice = by_hand.first_choice(request, at=AT)
    by_hand.place_first(request, by=town.dispatcher, at=AT)

    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    back = Trip.objects.get(case_ref=request.case_ref, direction="inbound")
    assert choice is not None
    assert choice.slot_id == town.slot.pk
    assert (out.run.vehicle_id, back.reserved_run.vehicle_id) == (choice.out_vehicle, choice.back_vehicle)
    assert out.run.is_pinned


def test_the_favourite_car_comes_first_where_it_can():
    town = walkers.town(cars=3)
    request = walkers.ask(town)

    plain = by_hand.first_choice(request, at=AT)
    liked = by_hand.first_choice(request, at=AT, favourite="V3")
    Vehicle.objects.filter(pk="V3").update(status="off")
    broken = by_hand.first_choice(request, at=AT, favourite="V3")

    assert plain is not None
    assert liked is not None
    assert liked.out_vehicle == "V3" != plain.out_vehicle
    assert broken == plain


def test_a_later_time_is_tried_when_no_car_makes_the_first():
    """The screen says so too: 换个时段。"""
    town = walkers.town()
    request = walkers.ask(town, arrive_at=AT + 60 * MIN)
    soon = desk_rows.make_slot(town.slot.service, starts_at=AT + 6 * MIN)

    choice = by_hand.first_choice(request, at=AT)

    assert choice is not None
    assert choice.slot_id == town.slot.pk != soon.pk


def test_without_cars_nothing_is_placed():
    """The twin: no car, no slot, no half of it."""
    town = walkers.town(cars=0)
    request = walkers.ask(town)

    assert by_hand.first_choice(request, at=AT) is None
    with pytest.raises(Conflict, match=r"placement\.nothing_fits"):
        by_hand.place_first(request, by=town.dispatcher, at=AT)
    assert not Trip.objects.exists()


def test_who_drives_alone_needs_a_slot_only():
    town = walkers.town(cars=0, zone="precautionary")
    request = walkers.ask(town, mode=TransportMode.OWN_CAR)

    choice = by_hand.first_choice(request, at=AT)

    assert choice is not None
    assert (choice.slot_id, choice.out_vehicle, choice.back_vehicle) == (town.slot.pk, "", "")


def test_an_emergency_goes_without_a_slot():
    """R-000-2, R-000-8."""
    town = walkers.town()
    desk_rows.make_service(town.facility, kind="emergency")
    walkers.car("120", vehicle_class="ambulance", seats=1, wheelchairs=0, stretchers=1)
    request = walkers.ask(town, need_kind="emergency", is_critical=True)

    by_hand.place_first(request, by=town.dispatcher, at=AT)

    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    assert (out.run.vehicle_id, out.to_code) == ("120", town.facility.pk)
