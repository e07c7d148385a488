"""One row that nobody can plan with is set aside and named; the others of its area, and other areas, are planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from access.models import AccessRequest
from accounts.models import Post, User
from calls.models import OpenCall
from calls.states import CallKind
from core.actors import Actor
from dispatch import soundness
from dispatch.home import returns
from dispatch.planning import planner, urgent
from tests import odd_rows, walkers
from tests.factories import access as people
from tests.factories import communities as places
from tests.factories import hospitals as houses
from tests.factories import transport as car_rows
from tests.odd_rows import Fault
from tests.walkers import AT, MIN, Town
from transport.models import Run

pytestmark = pytest.mark.django_db
CARS = [
    ("lat", "'NaN'"), ("lon", "'Infinity'"), ("lat", "NULL"), ("lat", "400"), ("seats", "-3"), ("seats", "NULL"),
    ("wheelchairs", "32000"), ("stretchers", "-1"), ("vehicle_class", "'出租车'"), ("zones_allowed", "ARRAY['高风险区']"),
]  # fmt: skip
HOUSES = [
    ("hospitals_facility", "lat", "'NaN'"), ("hospitals_facility", "lon", "NULL"), ("hospitals_facility", "zone_role", "'绿码'"),
    ("hospitals_service", "status", "'算命'"), ("hospitals_service", "hbv_places", "-3"), ("hospitals_service", "hcv_places", "32000"),
    ("hospitals_slot", "capacity", "-3"), ("hospitals_slot", "booked", "-3"), ("hospitals_slot", "ends_at", "NULL"),
    ("hospitals_slot", "ends_at", "starts_at - interval '1 hour'"), ("hospitals_slot", "capacity", "32000"),
]  # fmt: skip
PEOPLE = [
    ("access_accessrequest", "mobility", "'火箭'"), ("access_accessrequest", "zone_class", "'高风险区'"),
    ("access_accessrequest", "session_min", "-3"), ("access_accessrequest", "session_min", "32000"),
    ("access_accessrequest", "need_kind", "'透晰'"), ("access_accessrequest", "escorts", "-2"),
    ("access_accessrequest", "session_min", "NULL"), ("access_resident", "precaution", "'HIV'"),
]  # fmt: skip


def plan(town: Town, *rows: AccessRequest, minutes: int = 0) -> list[bool]:
    """Plan the area by the service; say who has a ride."""
    runs = planner.plan("main", at=AT + minutes * MIN)
    assert [run.status for run in runs if run.status == "failed"] == []
    assert not OpenCall.objects.filter(kind=CallKind.PLAN_FAILED).exists()
    for row in rows:
        row.refresh_from_db()
    return [row.facts.scheduled_at is not None for row in rows]


def engine_page() -> str:
    """Read the page of automatic planning as the area's dispatcher."""
    user = User.objects.create(username="diaodu-x", name="韩冰")
    Post.objects.create(user=user, role="dispatch", place_kind="dispatch_area", place_code="main", place_label="主城区")
    client = Client()
    with time_machine.travel(AT, tick=False):
        client.force_login(user)
        return client.get("/dispatch/engine/").content.decode()


def aside(page: str, name: str) -> bool:
    """Say whether the engine's page names a row as set aside."""
    return "资料有错，排车时先放在一边" in page and f"<b>{name}</b>" in page


@pytest.mark.parametrize(("column", "value"), CARS)
def test_one_faulty_car_leaves_the_area_its_others(column: str, value: str) -> None:
    town = walkers.town()
    asked = walkers.ask(town)
    bad = town.cars[0]
    odd_rows.force(Fault("transport_vehicle", column, value), f"code = '{bad.pk}'")

    assert plan(town, asked) == [True]
    assert set(Run.objects.values_list("vehicle_id", flat=True)) == {"V2"}
    page = engine_page()
    assert aside(page, bad.plate)
    assert not aside(page, town.cars[1].plate)


def test_without_the_judge_one_faulty_car_stops_its_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: its row in the question is a failed plan."""
    town = walkers.town()
    walkers.ask(town)
    odd_rows.force(Fault("transport_vehicle", "seats", "NULL"), "code = 'V1'")
    monkeypatch.setattr(soundness, "require", lambda _found: None)

    assert "failed" in [run.status for run in planner.plan("main", at=AT)]


def test_a_car_whose_outing_is_nowhere_is_left_alone_and_the_others_drive() -> None:
    town = walkers.town()
    walkers.place_by_hand(town, walkers.ask(town))
    next_one = walkers.ask(town, walkers.resident(town, "刘桂芳"))
    odd_rows.force(Fault("transport_stop", "lat", "'NaN'"))

    assert plan(town, next_one) == [True]
    assert Run.objects.exclude(vehicle="V1").exists()
    assert aside(engine_page(), town.cars[0].plate)


@pytest.mark.parametrize(("table", "column", "value"), HOUSES)
def test_one_faulty_hospital_service_or_time_leaves_the_others(table: str, column: str, value: str) -> None:
    town = walkers.town()
    other = houses.make_facility("D-F099", name="坏医院")
    service = houses.make_service(other)
    houses.make_slot(service, starts_at=town.slot.starts_at, capacity=4)
    asked = walkers.ask(town)
    owner = {
        "hospitals_facility": f"code = '{other.pk}'", "hospitals_service": f"facility_id = '{other.pk}'",
        "hospitals_slot": f"service_id = {service.pk}",
    }  # fmt: skip
    odd_rows.force(Fault(table, column, value), owner[table])

    assert plan(town, asked) == [True]
    assert aside(engine_page(), "坏医院") or (table, column, value) == (
        "hospitals_slot",
        "capacity",
        "-3",
    )  # a full time is not asked for


@pytest.mark.parametrize(("table", "column", "value"), PEOPLE)
def test_one_faulty_person_waits_for_somebody_who_looks_and_the_others_are_planned(
    table: str, column: str, value: str
) -> None:
    town = walkers.town()
    odd, good = walkers.ask(town), walkers.ask(town, walkers.resident(town, "刘桂芳"))
    odd_rows.force(Fault(table, column, value), f"id = '{odd.pk if 'request' in table else odd.resident_id}'")

    assert plan(town, odd, good) == [False, True]
    assert odd.needs_person_reason == "not_sound"


def test_a_faulty_critical_person_is_looked_after_and_does_not_head_the_queue() -> None:
    """R-000-2: no engine can be asked, so the reason is written at once and the next try is some time away."""
    town = walkers.town()
    odd = walkers.ask(town, is_critical=True)
    odd_rows.force(Fault("access_accessrequest", "escorts", "-1"), f"id = '{odd.pk}'")

    assert urgent.place_urgent(odd.case_ref, at=AT) is None

    odd.refresh_from_db()
    assert (odd.needs_person_reason, odd.attempts) == ("not_sound", 1)
    assert odd.try_again_at > AT


def test_whoever_stands_in_a_house_nobody_can_read_waits_for_somebody_who_looks() -> None:
    """Where they stand is written in their way home; the house itself is set aside, and the plan of the others goes on."""
    town = walkers.town()
    case = walkers.walk(town, to="released")
    returns.undo_return(case.request, by=town.dispatcher, at=case.at)
    walkers.deliver()
    odd_rows.force(Fault("hospitals_facility", "lat", "'NaN'"))

    runs = planner.plan("main", at=case.at + MIN)

    case.request.refresh_from_db()
    assert [run.status for run in runs if run.status == "failed"] == []
    assert case.request.needs_person_reason == "not_sound"


def test_another_area_is_planned_beside_it() -> None:
    town = walkers.town(cars=1)
    east = places.community("210681001001", "东港花园", dispatch_area=places.area("east", "东港市"))
    walkers.car("E1", dispatch_area="east")
    staff = Actor("user:east", "于淑琴", "staff", "community", east.code, "东港花园")
    here = walkers.ask(town)
    there = walkers.ask(replace(town, community=east, staff=staff), people.resident(east, "于海"))
    odd_rows.force(Fault("transport_vehicle", "lat", "'NaN'"), "code = 'V1'")

    assert plan(town, here) == [False]
    planner.plan("east", at=AT)
    there.refresh_from_db()
    assert there.facts.scheduled_at is not None
    assert here.needs_person_reason == "no_car_outbound"


def test_a_shift_that_ends_before_it_begins_is_set_aside() -> None:
    town = walkers.town()
    asked = walkers.ask(town)
    shift = car_rows.shift(town.cars[0], car_rows.driver("D-X", "赵师傅"), at=AT, hours=1)
    odd_rows.force(Fault("transport_shift", "ends_at", "starts_at"), f"id = {shift.pk}")

    assert plan(town, asked) == [True]
    assert soundness.of_shift(shift) == []
    shift.ends_at = shift.starts_at - timedelta(hours=1)
    assert soundness.of_shift(shift) == ["下班要晚于上班。"]
