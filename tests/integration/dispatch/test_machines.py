"""Plan and hand give HBV and HCV patients machines of their own, and nobody else one of these; cars know nothing of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from access.models import AccessRequest, Resident
from core.errors import Conflict
from dispatch.facts import reclass
from dispatch.hand import receiving, snapshot
from dispatch.planning import planner, question, turns
from dispatch.shapes import Check
from dispatch.words import _UNMET, sentence, unmet_words
from hospitals.models import Appointment, Service, Slot
from hospitals.selectors.machines import infection_machine_mixed
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.walkers import AT, MIN
from transport.models import Run, Trip

pytestmark = pytest.mark.django_db
DAY = {"since": AT - timedelta(hours=3), "until": AT + timedelta(hours=20)}


def unit(town: walkers.Town, *, hbv: int = 0, hcv: int = 0) -> None:
    Service.objects.filter(pk=town.slot.service_id).update(hbv_places=hbv, hcv_places=hcv)


def asks(town: walkers.Town, name: str, machine_class: str = "") -> AccessRequest:
    return walkers.ask(town, walkers.resident(town, name, machine_class=machine_class))


def placed(*asked: AccessRequest) -> list[str]:
    held = {row.case_ref: row.machine_class for row in Appointment.objects.live()}
    return [held.get(request.case_ref, "-") for request in asked]


def test_e20_the_plan_gives_everybody_a_machine_of_their_class():
    """E20: three places: one HBV, one HCV, one for others; a second of each class waits although places are free."""
    town = walkers.town(capacity=3)
    unit(town, hbv=1, hcv=1)
    first = [asks(town, name, kind) for name, kind in (("陈玉梅", "HBV"), ("王秀兰", "HCV"), ("刘桂英", ""))]

    planner.plan("main", at=AT)
    more = [asks(town, name, kind) for name, kind in (("李芳", "HBV"), ("赵敏", "HCV"))]
    planner.plan("main", at=AT + MIN)

    assert placed(*first) == ["HBV", "HCV", ""]
    assert placed(*more) == ["-", "-"]
    assert infection_machine_mixed(**DAY) == 0


def test_e20_an_ordinary_patient_takes_no_machine_set_apart():
    """E20: the only free place is an HBV machine, so nobody else is put on it."""
    town = walkers.town(capacity=2)
    unit(town, hbv=1)
    first, second = asks(town, "陈玉梅"), asks(town, "王秀兰")

    planner.plan("main", at=AT)

    assert sorted(placed(first, second)) == ["", "-"]
    assert Slot.objects.get(pk=town.slot.pk).booked == 1


@pytest.mark.parametrize("machine_class", ["HBV", "HCV"])
def test_e20_a_unit_without_such_a_machine_is_not_offered_and_the_reason_is_true(machine_class):
    """E20: not offered; the reason says that there is no machine, not that the hour is full."""
    town = walkers.town()
    request = asks(town, "陈玉梅", machine_class)

    planner.plan("main", at=AT)

    request.refresh_from_db()
    assert placed(request) == ["-"]
    assert request.needs_person_reason == "no_machine"
    assert unmet_words(request.needs_person_reason, request.needs_person_detail) == "附近没有他能用的位子"


def test_e20_what_dispatch_and_command_read_does_not_name_the_machine():
    """Decision 50: board and command read why nobody could be placed, and stand beside one name or a cell of one person."""
    read = [unmet_words(code) for code in _UNMET] + [sentence(Check("no_machine", "no"))]

    assert not [each for each in read if re.search("透析|HBV|HCV|乙肝|丙肝|机位|专机|这一类病人", each)]


def test_e20_another_unit_that_has_one_is_taken_and_the_ride_does_not_say_why():
    town = walkers.town()
    other = desk_rows.make_service(desk_rows.make_facility(lat=40.11, lon=124.37), hbv_places=1)
    slot = desk_rows.make_slot(other, starts_at=town.slot.starts_at)
    request = asks(town, "陈玉梅", "HBV")

    planner.plan("main", at=AT)

    held = Appointment.objects.live().get(case_ref=request.case_ref)
    trip = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    (not_usual,) = (check for check in trip.explanation["hospital"] if check["code"] == "not_usual")
    assert held.slot == slot
    assert not_usual["figures"]["why"] == "not_fitting"


def test_the_engine_is_asked_for_machines_beside_the_class_of_the_ride():
    """Decision 50: what cars share is zone and precaution; the machine class is the hospital's."""
    town = walkers.town()
    unit(town, hbv=1)
    asks(town, "陈玉梅", "HBV")
    asks(town, "王秀兰")

    asked = question.read("main", turns.rolling_span(AT)).problem

    assert {row.ride_class for row in asked.requests} == {"controlled"}
    assert sorted(row.machine for row in asked.requests) == ["", "HBV"]
    places = {slot.machine: slot.capacity for each in asked.facilities for slot in each.slots}
    assert places == {"": 3, "HBV": 1}


def test_a_place_held_is_kept_when_only_the_car_is_lost():
    """F45: whoever holds an HBV machine keeps it when the plan looks for another car."""
    town = walkers.town(cars=1)
    unit(town, hbv=1)
    request = asks(town, "陈玉梅", "HBV")
    planner.plan("main", at=AT)
    trip = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    planning_run = trip.run
    walkers.car("V9")
    reclass.scheduling.take_off(trip, reason="车坏了", by=town.dispatcher, at=AT + MIN)

    planner.plan("main", at=AT + 2 * MIN)

    again = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    assert planning_run is not None
    assert again.status == "scheduled"
    assert Appointment.objects.live().get(case_ref=request.case_ref).slot == town.slot


def options_of(request: AccessRequest) -> receiving.Option:
    (found,) = receiving.options(snapshot.receivers(request, now=AT), snapshot.care_ask(request, now=AT), now=AT)
    return found


@pytest.mark.parametrize(
    ("places", "machine_class", "free"),
    [({"hbv": 1}, "HBV", 1), ({"hbv": 1}, "", 3), ({"hcv": 2}, "HCV", 2), ({"hbv": 4}, "", None), ({}, "HBV", None)],
)
def test_e20_the_hand_is_offered_the_places_of_the_patients_class(places, machine_class, free):
    """E20: the list by hand counts the patient's own machines; without one the hospital is barred with a sentence."""
    town = walkers.town()
    unit(town, **places)
    found = options_of(asks(town, "陈玉梅", machine_class))

    assert found.is_possible == (free is not None)
    if free is not None:
        assert found.times[0].free == free
    elif not places:
        assert [sentence(check) for check in found.checks] == ["没有他能用的位子"]


def test_e20_the_hand_cannot_press_past_it():
    """E20: a dispatcher whose page is old presses, and reads why it cannot be; nothing is left half done."""
    town = walkers.town()
    request = asks(town, "陈玉梅", "HCV")

    with pytest.raises(Conflict) as refused:
        walkers.place_by_hand(town, request)

    assert refused.value.code == "slot.machines"
    assert not Trip.objects.exists()
    assert Slot.objects.get(pk=town.slot.pk).booked == 0


def test_e20_a_critical_patient_goes_to_the_nearest_all_the_same():
    """R-000-8: a machine class bars no emergency."""
    town = walkers.town()
    desk_rows.make_service(town.facility, kind="emergency")
    request = walkers.ask(town, walkers.resident(town, machine_class="HBV"), is_critical=True)
    assert options_of(request).is_possible


@pytest.mark.parametrize("hears", ["event", "sweep"])
def test_e20_who_turns_out_hbv_before_leaving_gives_the_place_up_for_another(hears):
    """E20, E1: no HBV machine at the unit, so the place is let go; another unit's machine is found by the next plan."""
    town = walkers.town()
    request = asks(town, "陈玉梅")
    planner.plan("main", at=AT)
    other = desk_rows.make_service(desk_rows.make_facility(lat=40.11, lon=124.37), hbv_places=1)
    slot = desk_rows.make_slot(other, starts_at=town.slot.starts_at)
    Resident.objects.update(machine_class="HBV")

    if hears == "event":
        reclass.infection_changed(at=AT + MIN, resident_id=str(request.resident_id))
    else:
        reclass.sweep(at=AT + MIN)
    assert placed(request) == ["-"]
    planner.plan("main", at=AT + 2 * MIN)

    assert Appointment.objects.live().get(case_ref=request.case_ref).slot == slot
    assert infection_machine_mixed(**DAY) == 0


def test_e20_who_turns_out_hbv_where_a_machine_is_free_keeps_place_and_car():
    town = walkers.town()
    unit(town, hbv=1)
    request = asks(town, "陈玉梅")
    planner.plan("main", at=AT)
    before = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    Resident.objects.update(machine_class="HBV")

    reclass.sweep(at=AT + MIN)

    assert placed(request) == ["HBV"]
    after = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    assert (after.pk, after.status, after.run_id) == (before.pk, "scheduled", before.run_id)


def test_what_old_code_wrote_on_a_ride_is_put_right_by_the_sweep():
    """Decision 50: beside old code a ride may be of HBV class once more; the sweep takes it off within its minute."""
    town = walkers.town()
    unit(town, hbv=1)
    request = asks(town, "陈玉梅", "HBV")
    planner.plan("main", at=AT)
    Trip.objects.update(infection_class="HBV")
    Run.objects.update(infection_class="HBV")

    reclass.sweep(at=AT + MIN)

    assert set(Trip.objects.values_list("infection_class", flat=True)) == {""}
    assert set(Run.objects.values_list("infection_class", flat=True)) == {""}
    assert placed(request) == ["HBV"]


def test_hbv_patients_share_a_car_with_their_neighbours():
    """Decision 50, E18: the machine class parts machines, not cars."""
    town = walkers.town(cars=1)
    unit(town, hbv=1)
    asks(town, "陈玉梅", "HBV")
    asks(town, "王秀兰")

    planner.plan("main", at=AT)

    assert len(set(Trip.objects.filter(direction="outbound").values_list("run_id", flat=True))) == 1
    assert set(Run.objects.values_list("infection_class", flat=True)) == {""}
