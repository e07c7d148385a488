"""Placing by hand: slot, rides and passes together or not at all, and back again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from access.services import residents
from communities.models import GatePass
from core.errors import Conflict, Invalid
from core.invariants import Invariant
from core.models import AuditEvent
from dispatch.hand import placement
from dispatch.hand.placement import PlacementChoice
from dispatch.invariants import INVARIANTS
from hospitals.models import Appointment, Slot
from tests import walkers
from tests.walkers import AT, MIN
from transport.models import Run, Trip
from transport.services import scheduling

pytestmark = pytest.mark.django_db


def facts(request: AccessRequest):
    return facts_of(with_facts(AccessRequest.objects.filter(pk=request.pk)).get())


def breaches() -> list[str]:
    found = []
    for each in INVARIANTS:
        assert isinstance(each, Invariant)
        with connection.cursor() as cursor:
            cursor.execute(each.sql)
            found += [each.ident for _ in cursor.fetchall()]
    return found


def test_place_books_slot_both_rides_and_pass_together():
    """R-000-5, R-000-6, R-000-9, R-000-12: one act gives gate, hospital, car there and car back."""
    town = walkers.town()
    request = walkers.ask(town)

    walkers.place_by_hand(town, request)

    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    back = Trip.objects.get(case_ref=request.case_ref, direction="inbound")
    appointment = Appointment.objects.get(case_ref=request.case_ref)
    gate_pass = GatePass.objects.get(case_ref=request.case_ref)
    assert (out.status, back.status, appointment.status) == ("scheduled", "will_call", "booked")
    assert out.dropoff_planned_at <= town.slot.starts_at
    assert back.reserved_run.status == "draft"
    assert back.reserved_from >= town.slot.starts_at + timedelta(minutes=request.session_min)
    assert appointment.expected_at == out.dropoff_planned_at
    assert appointment.carried_by == "辽F·V1 师傅V1"
    assert gate_pass.plate == "辽F·V1"
    assert gate_pass.exit_from == out.pickup_planned_at - 60 * MIN
    assert facts(request).scheduled_at is not None
    assert out.explanation["out"][-1]["code"] == "back_same"
    assert breaches() == []


def test_place_twice_says_somebody_was_first():
    town = walkers.town()
    request = walkers.ask(town)
    walkers.place_by_hand(town, request)

    with pytest.raises(Conflict, match="刚被别人排好了"):
        walkers.place_by_hand(town, request, out_vehicle="V2")

    assert Run.objects.live().count() == 2


def test_place_on_a_taken_car_names_who_rides_and_leaves_nothing():
    town = walkers.town(cars=1)
    first = walkers.ask(town, walkers.resident(town, "陈玉梅"))
    second = walkers.ask(town, walkers.resident(town, "赵德福"))
    walkers.place_by_hand(town, first)
    walkers.set_out_early(first)

    with pytest.raises(Conflict, match=r"刚被别人排走了：辽F·V1 .*在送陈玉梅"):
        walkers.place_by_hand(town, second)

    assert not Appointment.objects.filter(case_ref=second.case_ref).exists()
    assert not Trip.objects.filter(case_ref=second.case_ref).exists()
    assert not GatePass.objects.filter(case_ref=second.case_ref).exists()
    assert Slot.objects.get(pk=town.slot.pk).booked == 1


def test_a_car_brings_two_of_one_class_before_it_has_to_leave():
    """E18, R-000-5: its next outing leaves from where this one ends; whoever waits at the door longer is told so."""
    town = walkers.town(cars=1)
    first, second = walkers.ask(town), walkers.ask(town, walkers.resident(town, "赵德福"))
    walkers.place_by_hand(town, first)
    walkers.place_by_hand(town, second)

    out = {trip.case_ref: trip for trip in Trip.objects.filter(direction="outbound").select_related("run")}
    earlier, later = out[second.case_ref], out[first.case_ref]
    told = {check["code"]: check["verdict"] for check in earlier.explanation["out"]}
    assert earlier.run.occupied.upper <= later.run.occupied.lower
    assert later.pickup_planned_at - earlier.dropoff_planned_at < 20 * MIN
    assert (town.slot.starts_at - earlier.dropoff_planned_at > 25 * MIN) is ("waits_at_door" in told)


def test_place_in_a_full_slot_gives_the_car_back():
    town = walkers.town(capacity=1)
    walkers.place_by_hand(town, walkers.ask(town, walkers.resident(town, "陈玉梅")))
    second = walkers.ask(town, walkers.resident(town, "赵德福"))

    with pytest.raises(Conflict) as refused:
        walkers.place_by_hand(town, second, out_vehicle="V2")

    assert refused.value.code == "slot.full"
    assert Run.objects.live().filter(vehicle="V2").count() == 0


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"slot_id": None}, "placement.slot"),
        ({"slot_id": 987654321}, "placement.slot"),
        ({"out_vehicle": ""}, "placement.vehicle"),
        ({"out_vehicle": "nobody"}, "placement.vehicle"),
        ({"back_vehicle": "nobody"}, "placement.vehicle"),
    ],
)
def test_place_without_a_whole_choice_is_refused(choice, code):
    town = walkers.town()
    request = walkers.ask(town)

    with pytest.raises(Invalid) as refused:
        walkers.place_by_hand(town, request, **choice)

    assert refused.value.code == code
    assert not Appointment.objects.exists()


def test_place_a_wheelchair_in_a_car_without_ramp_cannot_be_forced():
    """E12: hard rules have no override."""
    town = walkers.town()
    walkers.car("V9", wheelchairs=0)
    request = walkers.ask(town, mobility="wheelchair")

    with pytest.raises(Conflict, match="没有坡板"):
        walkers.place_by_hand(town, request, out_vehicle="V9")


def test_place_own_way_needs_no_trip():
    """R-002-2d: on foot or own car still gets slot and pass for both ways."""
    town = walkers.town(zone="precautionary")
    request = walkers.ask(town, mode="on_foot")

    walkers.place_by_hand(town, request, out_vehicle="")

    assert not Trip.objects.filter(case_ref=request.case_ref).exists()
    assert GatePass.objects.issued().filter(case_ref=request.case_ref).exists()
    assert facts(request).scheduled_at is not None
    assert breaches() == []


def test_place_critical_goes_without_slot():
    """R-000-2, R-002-2c: 120 first, no certificate, slot or hospital's word before it."""
    town = walkers.town()
    walkers.car("A1", vehicle_class="ambulance", seats=1, wheelchairs=0, stretchers=1, has_oxygen=True)
    request = walkers.ask(town, is_critical=True, arrive_at=None)

    choice = PlacementChoice(facility_code=town.facility.pk, out_vehicle="A1")
    placement.place(request, choice=choice, by=town.dispatcher, at=AT)

    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    assert out.status == "scheduled"
    assert out.pickup_planned_at - AT < 30 * MIN
    assert GatePass.objects.issued().get(case_ref=request.case_ref).is_emergency


def test_withdraw_returns_everything_and_waits_again():
    town = walkers.town()
    request = walkers.ask(town)
    walkers.place_by_hand(town, request)

    placement.withdraw(request, by=town.dispatcher, at=AT + MIN, reason="选错了")

    assert Slot.objects.get(pk=town.slot.pk).booked == 0
    assert Run.objects.live().count() == 0
    assert not GatePass.objects.issued().exists()
    assert facts(request).scheduled_at is None
    walkers.place_by_hand(town, request, at=AT + 2 * MIN)
    assert facts(request).scheduled_at is not None
    assert AuditEvent.objects.filter(verb="request.placed").count() == 2


def test_withdraw_of_somebody_out_is_refused():
    """INV-19: nothing done at a desk takes the way home from somebody who has left."""
    town = walkers.town()
    case = walkers.walk(town, to="out")

    with pytest.raises(Conflict, match="已经出门了"):
        placement.withdraw(case.request, by=town.dispatcher, at=case.at)

    assert case.trip("inbound").reserved_run_id is not None


def test_car_lost_keeps_place_and_waits_for_another():
    """E3: the same request waits again; its place at the hospital stays."""
    town = walkers.town()
    case = walkers.walk(town, to="placed")
    scheduling.take_off(case.trip("outbound"), by=town.dispatcher, at=AT, reason="车坏了")
    assert facts(case.request).scheduled_at is None

    walkers.place_by_hand(town, case.request, out_vehicle="V2", at=AT + MIN)

    assert facts(case.request).scheduled_at is not None
    assert Appointment.objects.live().filter(case_ref=case.request.case_ref).count() == 1
    assert Slot.objects.get(pk=town.slot.pk).booked == 1
    assert GatePass.objects.issued().get(case_ref=case.request.case_ref).plate == "辽F·V2"


def test_a_corrected_telephone_reaches_driver_and_desk():
    """Seen before: the ride and the appointment kept the number of the day they were made, and the driver rang it."""
    town = walkers.town()
    row = walkers.ask(town)
    walkers.place_by_hand(town, row)
    person = row.resident

    changes = {"phone": "13800000009"}
    residents.update(person, changes=changes, version=person.version, by=town.staff, at=AT)

    phones = [trip.phone for trip in Trip.objects.live().filter(case_ref=row.case_ref)]
    assert phones == ["13800000009", "13800000009"]
    assert Appointment.objects.get(case_ref=row.case_ref).phone == "13800000009"
