"""To which house the engine sends whom: zone, infection, and whose house it is (rules.md 1.5 no. 2, R-002-1a to 1d)."""

from __future__ import annotations

import pytest
from django.db.models import F

from dispatch.planning import planner
from hospitals.models import Appointment, Facility, Slot
from tests import walkers
from tests.factories import hospitals as desks
from tests.walkers import AT

pytestmark = pytest.mark.django_db
# nearest first: whoever chose by the road alone would send everybody to the first
HOUSES = {"six": "designated", "cabin": "fangcang", "yellow": "yellow_code", "ordinary": "ordinary"}


def _town(zone: str) -> walkers.Town:
    """Build a town with a house of each kind, each with places for dialysis, and two cars, one for the infected."""
    town = walkers.town(zone=zone)
    Facility.objects.filter(pk=town.facility.pk).update(zone_role="none")
    for number, (name, role) in enumerate(HOUSES.items()):
        house = desks.make_facility(f"H-{name}", zone_role=role, lat=40.12 + number * 0.02, lon=124.38)
        desks.make_slot(desks.make_service(house), starts_at=town.slot.starts_at)
    walkers.car("N1", vehicle_class="ambulance_negative_pressure", takes_positive=True, stretchers=1)
    return town


def _goes_to(town: walkers.Town, infection: str) -> str:
    person = walkers.resident(town, precaution=infection)
    request = walkers.ask(town, person, facility="")
    planner.plan("main", at=AT)
    held = Appointment.objects.live().filter(case_ref=request.case_ref).first()
    return held.facility_id.removeprefix("H-") if held else ""


@pytest.mark.parametrize(
    ("zone", "infection", "door"),
    [
        ("controlled", "", "ordinary"),
        ("precautionary", "", "ordinary"),
        ("sealed", "", "yellow"),
        ("controlled", "isolated", "yellow"),
        ("precautionary", "isolated", "yellow"),
        ("sealed", "isolated", "yellow"),
        ("controlled", "positive", "six"),
        ("sealed", "suspected", "six"),
    ],
)
def test_the_engine_sends_each_person_to_the_right_door(zone, infection, door):
    """Guards: isolated goes to the yellow-code house; a designated one is for the infected and for nobody else."""
    assert _goes_to(_town(zone), infection) == door


@pytest.mark.parametrize(("infection", "full"), [("", ("ordinary", "yellow")), ("positive", ("six", "cabin"))])
def test_nobody_is_sent_through_a_door_that_is_not_theirs_for_want_of_a_place(infection, full):
    """Guard: a designated house's care is another need, so that no full house elsewhere sends the well to the ill."""
    town = _town("controlled")
    Slot.objects.filter(service__facility__in=[f"H-{name}" for name in full]).update(booked=F("capacity"))

    assert _goes_to(town, infection) == ""
