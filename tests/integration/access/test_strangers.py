"""Somebody without a name is told apart, brought to a place, followed and closed: INV-29, R-000-12, E7."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.models import AccessRequest, HomeMark
from access.selectors.strangers import strangers as listed
from access.services import strangers
from access.services.closing import close_if_over
from access.services.strangers import Known
from communities.models import DispatchAreaDivision
from communities.services import gates
from core import names
from core.actors import Actor
from core.errors import Conflict, NotAllowed, NotFound
from dispatch.home import returns
from hospitals.services import intake
from tests import walkers
from tests.factories import communities as people
from tests.factories import hospitals
from tests.walkers import AT, MIN
from transport.models import Trip
from transport.services import runs, stops

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> walkers.Town:
    made = walkers.town()
    division = made.facility.division_code[:6]
    DispatchAreaDivision.objects.get_or_create(district_code=division, area_id=made.community.dispatch_area_id)
    return made


def _walk_in(town: walkers.Town, minutes: int = 0) -> AccessRequest:
    """Somebody comes to the desk without a name and is taken up."""
    arrived = intake.walk_in(town.facility, is_critical=False, by=town.desk, at=AT + minutes * MIN)
    walkers.deliver()
    return AccessRequest.objects.get(case_ref=arrived.case_ref)


def _on(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _said(client: Client, row: AccessRequest, **words):
    return client.post(f"/strangers/{row.case_ref}/", {"idempotency_key": uuid.uuid4().hex, **words})


def test_marks_count_on_through_the_day_for_gates_and_desks_alike():
    """Seen before: ten people, all called 身份不明 11:32."""
    marks = [names.stem(number) for number in range(1, 32)]

    assert marks[:3] == ["甲", "乙", "丙"]
    assert (marks[9], marks[10], marks[30]) == ("癸", "甲2", "甲4")
    assert len(set(marks)) == 31


def test_one_mark_is_read_by_gate_desk_and_dispatch(town):
    """The call for help, the request and the list say the same; two in one minute differ."""
    guard = Actor("user:guard", "孙师傅", "guard", "gate", f"{town.community.code}-1", town.community.name)
    first = gates.emergency_release(town.gate, event_id=uuid.uuid4(), building="5号楼", by=guard, at=AT)
    second = gates.emergency_release(town.gate, event_id=uuid.uuid4(), by=guard, at=AT)
    desk = intake.walk_in(town.facility, by=town.desk, at=AT)
    walkers.deliver()

    shown = [each.row.name for each in listed(town.dispatcher)]
    assert first.mark == "身份不明 甲 · 10:40 · 南门"
    assert sorted(shown) == sorted([f"{first.mark} · 5号楼", second.mark, desk.label])
    assert desk.label.startswith("身份不明 丙 · 10:40")
    client = _on(walkers.dispatcher_user())
    strip = client.get("/calls/strip/", headers={"HX-Request": "true"}).content.decode()
    assert "身份不明 甲 · 10:40 · 南门 5号楼" in strip
    assert "身份不明 乙 · 10:40 · 南门" in strip


def test_stranger_is_sent_home_without_a_name_and_the_case_closes(town):
    """Seen before: no address could be typed, home_of raised, and nobody could clear the case."""
    row = _walk_in(town)
    client = _on(walkers.dispatcher_user())
    with time_machine.travel(AT + 20 * MIN, tick=False):
        before = client.get("/strangers/").content.decode()
        assert "没写送到哪" in before
        home = f"{town.community.name} {town.community.code}"
        answer = _said(client, row, home=home, home_words="北门外平房第三家", looks="男 约60岁 红衣")
        assert answer.status_code == 302
        page = client.get("/strangers/").content.decode()
    walkers.deliver()
    arrived = row.case_ref
    stay = walkers.Intake.objects.get(case_ref=arrived)
    intake.release(stay, by=town.desk, at=AT + 30 * MIN)
    walkers.deliver()

    row.refresh_from_db()
    assert row.name.endswith("男 约60岁 红衣")
    assert "没写送到哪" not in page
    assert "北门外平房第三家" in page
    stay.refresh_from_db()
    assert stay.label == row.name
    trip = Trip.objects.get(case_ref=arrived, direction="inbound")
    assert (trip.to_code, trip.to_label) == (town.community.code, f"{town.community.name} 北门外平房第三家")
    assert trip.status == "unscheduled"
    _drive_home(town, row, trip)
    row.refresh_from_db()
    assert (row.status, row.outcome) == ("closed", "home")
    assert listed(town.dispatcher) == []


def _drive_home(town: walkers.Town, row: AccessRequest, trip: Trip) -> None:
    """A dispatcher sends a car, the driver brings them home."""
    at = AT + 31 * MIN
    returns.place_return(row, vehicle_code=town.cars[0].pk, by=town.dispatcher, at=at)
    trip.refresh_from_db()
    driver = Actor(f"user:{trip.run.driver_id}", trip.run.driver.name, "driver", "fleet", trip.run.driver_id)
    runs.accept(trip.run, by=driver, at=at)
    for number, stop in enumerate(trip.run.stops.order_by("position"), start=1):
        stop.refresh_from_db()
        stops.arrive(stop, by=driver, at=at + number * 10 * MIN)
        stop.refresh_from_db()
        stops.depart(stop, by=driver, at=at + number * 10 * MIN + MIN)
    walkers.deliver()
    close_if_over(row.case_ref, at=at + timedelta(hours=2))


def test_ten_of_them_are_cleared_on_one_screen(town):
    """Each by its own row; the page costs the same for ten as for two."""
    rows = [_walk_in(town, minutes) for minutes in range(2)]
    client = _on(walkers.dispatcher_user())
    with time_machine.travel(AT + 20 * MIN, tick=False):
        client.get("/strangers/")
        with CaptureQueriesContext(connection) as few:
            client.get("/strangers/")
        rows += [_walk_in(town, minutes) for minutes in range(2, 10)]
        with CaptureQueriesContext(connection) as many:
            page = client.get("/strangers/").content.decode()
        assert len({row.name for row in rows}) == 10
        assert all(row.name in page for row in rows)
        for row in rows:
            key = {"idempotency_key": uuid.uuid4().hex}
            assert client.post(f"/strangers/{row.case_ref}/home/", key).status_code == 302

    assert len(many) == len(few)
    assert HomeMark.objects.count() == 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "写送到哪，或者写他长什么样"),
        ({"home": "没有的小区"}, "没有这个小区"),
        ({"home": "锦江花园"}, "不止一个"),
    ],
)
def test_place_that_cannot_be_meant_is_asked_again_with_the_words_kept(town, words, said):
    people.community(people.NEXT_DOOR, "锦江花园")
    row = _walk_in(town)

    answer = _said(_on(walkers.dispatcher_user()), row, **words)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert not words or f'value="{words["home"]}"' in page
    row.refresh_from_db()
    assert row.community is None


def test_desk_and_community_may_say_it_too_and_others_not(town):
    row = _walk_in(town)
    known = Known(town.community, "", "女 短发")

    strangers.describe(row, known, by=town.desk, at=AT + MIN)
    strangers.describe(AccessRequest.objects.get(pk=row.pk), Known(None, "3号楼", ""), by=town.staff, at=AT + 2 * MIN)

    row.refresh_from_db()
    assert (row.community, row.home_words, row.looks) == (town.community, "3号楼", "女 短发")
    assert row.name.endswith(" · 女 短发")
    other = hospitals.desk_actor(hospitals.make_facility(name="另一家"))
    foreign = Actor("user:x", "外", "dispatch", "dispatch_area", "elsewhere", "外")
    guard = Actor("user:g", "门", "guard", "gate", f"{town.community.code}-1", "门")
    for by, refusal in ((other, NotAllowed), (foreign, NotFound), (guard, NotAllowed)):
        with pytest.raises(refusal):
            strangers.describe(row, known, by=by, at=AT + 3 * MIN)


def test_new_looks_stand_for_the_old_and_the_mark_stays(town):
    row = _walk_in(town)
    mark = row.name
    for looks in ("男 约60岁", "男 约50岁 红衣"):
        row = strangers.describe(row, Known(looks=looks), by=town.dispatcher, at=AT + MIN)

    assert row.name == f"{mark} · 男 约50岁 红衣"


def test_another_place_opens_the_way_home_anew_but_not_under_a_car_on_its_way(town):
    """The twin of the refusal: as long as no car is named, the place may still change."""
    elsewhere = people.community(people.NEXT_DOOR, "隔壁")
    row = _walk_in(town)
    strangers.describe(row, Known(town.community), by=town.dispatcher, at=AT + MIN)
    walkers.deliver()
    strangers.describe(row, Known(elsewhere), by=town.dispatcher, at=AT + 2 * MIN)
    walkers.deliver()
    stay = walkers.Intake.objects.get(case_ref=row.case_ref)
    intake.release(stay, by=town.desk, at=AT + 30 * MIN)
    walkers.deliver()
    trip = Trip.objects.live().get(case_ref=row.case_ref, direction="inbound")
    assert trip.to_code == elsewhere.code

    row.refresh_from_db()
    returns.place_return(row, vehicle_code=town.cars[0].pk, by=town.dispatcher, at=AT + 31 * MIN)
    with pytest.raises(Conflict):
        strangers.describe(row, Known(town.community), by=town.dispatcher, at=AT + 32 * MIN)


def test_named_or_closed_cases_are_no_strangers(town):
    row = _walk_in(town)
    AccessRequest.objects.filter(pk=row.pk).update(resident=walkers.resident(town))
    with pytest.raises(Conflict):
        strangers.describe(row, Known(town.community), by=town.dispatcher, at=AT + MIN)
    assert listed(town.dispatcher) == []
