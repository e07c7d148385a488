"""Drivers who say nothing: seen, called, replaced (rules.md 4.4, E3)."""

from __future__ import annotations

import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core import clock
from core.errors import Conflict, NotAllowed, NotFound
from dispatch.facts import silence, wake
from dispatch.planning import planner
from hospitals.models import Appointment
from tests import walkers
from tests.walkers import MIN
from transport.models import Run, Trip, Vehicle
from transport.services import runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> walkers.Walk:
    """One placed on V1 while V2 stands free; nobody has accepted. `at` is 6 minutes after the time to leave."""
    case = walkers.walk(walkers.town(), to="placed")
    case.at = case.trip("outbound").run.occupied.lower + 6 * MIN
    return case


def driver_of(run: Run) -> walkers.Actor:
    return walkers.Actor(f"user:{run.driver_id}", "师傅", "driver", "fleet", run.driver_id)


def plates(at) -> list[str]:
    return [each.run.vehicle.plate for each in silence.silent_runs("main", at)]


def test_a_driver_without_a_sign_is_listed_five_minutes_after_the_time_to_leave(case):
    """driver.replace_min of the rulebook; whoever accepted and does not move is as silent as who did not accept."""
    leave = case.trip("outbound").run.occupied.lower

    assert plates(leave + 4 * MIN) == []
    (found,) = silence.silent_runs("main", leave + 5 * MIN)
    assert (found.run.vehicle.plate, found.late_min, found.riders) == ("辽F·V1", 5, "陈玉梅")
    assert (found.has_accepted, found.run.driver.phone) == (False, "13900000000")
    runs.accept(found.run, by=driver_of(found.run), at=leave)
    (found,) = silence.silent_runs("main", leave + 5 * MIN)
    assert found.has_accepted
    assert silence.silent_runs("east", leave + 5 * MIN) == []


def test_a_driver_who_has_set_off_is_not_silent_and_not_replaced(case):
    run = case.trip("outbound").run
    runs.start(run, by=driver_of(run), at=case.at)

    assert plates(case.at + 60 * MIN) == []
    with pytest.raises(Conflict, match="出发了"):
        silence.replace(run, by=case.town.dispatcher, at=case.at)


def test_a_driver_still_on_the_outing_before_is_late_not_silent(case):
    run = case.trip("outbound").run
    assert plates(case.at) == ["辽F·V1"]
    earlier = walkers.car_rows.run(case.at - 600 * MIN, "9", status="under_way")
    Run.objects.filter(pk=earlier.pk).update(driver=run.driver)

    assert plates(case.at) == []


def test_replacing_gives_everybody_of_that_car_back_and_rings(case, django_capture_on_commit_callbacks):
    """E3: the trips wait again with place and pass kept; the car is out of service; desk and gate read no car."""
    run, rung = case.trip("outbound").run, []
    bell = wake.answered_by(lambda task, arguments: rung.append((task, arguments)))
    with bell, django_capture_on_commit_callbacks(execute=True):
        lost = silence.replace(run, by=case.town.dispatcher, at=case.at)
        walkers.deliver()

    out, back = case.trip("outbound"), case.trip("inbound")
    assert {trip.pk for trip in lost} == {out.pk, back.pk}
    assert (out.status, out.run_id, back.status, back.reserved_run_id) == ("unscheduled", None, "will_call", None)
    assert Vehicle.objects.get(pk="V1").status == "off"
    assert not Run.objects.filter(vehicle="V1", status__in=["draft", "offered", "accepted"]).exists()
    assert Appointment.objects.live().get(case_ref=case.request.case_ref).carried_by == ""
    assert {task for task, _arguments in rung} == {"dispatch.tasks.plan_area"}
    assert plates(case.at) == []


def test_the_next_plan_sends_another_car_and_without_replacing_nobody_comes(case):
    """The twin: while the silent car stands, the plan has nobody to send."""
    run = case.trip("outbound").run
    assert planner.plan("main", at=case.at) == []
    assert case.trip("outbound").run_id == run.pk

    home = case.town.community  # the other car stands there: the plan keeps some minutes before the hour
    Vehicle.objects.filter(pk="V2").update(lat=home.lat, lon=home.lon)
    silence.replace(run, by=case.town.dispatcher, at=case.at)
    walkers.deliver()
    planner.plan("main", at=case.at)

    assert case.trip("outbound").run.vehicle_id == "V2"
    assert case.trip("inbound").reserved_run.vehicle_id == "V2"


def test_pressed_twice_it_happens_once_and_who_is_aboard_rides_on(case):
    run = case.trip("outbound").run
    aboard = walkers.car_rows.run(case.at - 600 * MIN, "1", of=walkers.car_rows.trip(case.at), status="under_way")
    Trip.objects.filter(run=aboard).update(status="on_board")
    assert silence.replace(run, by=case.town.dispatcher, at=case.at)
    assert silence.replace(run, by=case.town.dispatcher, at=case.at + MIN) == []

    aboard.refresh_from_db()
    assert (aboard.status, aboard.trips.get().status) == ("under_way", "on_board")


def test_only_the_areas_own_dispatcher_replaces(case):
    run = case.trip("outbound").run
    with pytest.raises(NotFound):
        silence.replace(run, by=walkers.car_rows.dispatch_actor("east"), at=case.at)
    with pytest.raises(NotAllowed):
        silence.replace(run, by=case.town.staff, at=case.at)


class TestBoard:
    """The panel on the dispatcher's board."""

    @pytest.fixture(autouse=True)
    def now(self, case):
        clock.forget()
        with time_machine.travel(case.at, tick=False):
            yield
        clock.forget()

    @pytest.fixture
    def dispatcher(self) -> Client:
        client = Client()
        client.force_login(walkers.dispatcher_user())
        return client

    def test_panel_names_car_driver_telephone_and_who_waits_and_one_press_replaces(self, case, dispatcher):
        run = case.trip("outbound").run
        page = dispatcher.get(reverse("dispatch:board")).content.decode()
        assert "无回音的司机" in page
        assert 'href="tel:13900000000"' in page
        assert "在等：陈玉梅" in page

        to = reverse("dispatch:replace_car", args=[run.pk])
        assert to in page
        key = {"idempotency_key": str(run.pk)}
        for _press in range(2):
            answer = dispatcher.post(to, key)
            assert answer.status_code == 302
        page = dispatcher.get(reverse("dispatch:board")).content.decode()
        assert "停用了，1 位另排车" in page
        assert reverse("dispatch:vehicle_on", args=["V1"]) in page
        assert "没有。到点没出发的车会列在这里" in page
        dispatcher.post(reverse("dispatch:vehicle_on", args=["V1"]), {"idempotency_key": uuid.uuid4().hex})
        assert Vehicle.objects.get(pk="V1").status == "available"

    def test_another_areas_run_and_car_are_absent(self, case):
        client = Client()
        client.force_login(walkers.dispatcher_user("east", "dong"))
        run = case.trip("outbound").run
        for to in (
            reverse("dispatch:replace_car", args=[run.pk]),
            reverse("dispatch:vehicle_off", args=["V1"]),
            reverse("dispatch:vehicle_on", args=["V1"]),
        ):
            assert client.post(to, {"idempotency_key": uuid.uuid4().hex}).status_code == 404
        assert Vehicle.objects.get(pk="V1").status == "available"

    def test_cars_are_stopped_and_put_back_on_the_vehicles_page(self, case, dispatcher):
        page = dispatcher.get(reverse("dispatch:vehicles")).content.decode()
        off = reverse("dispatch:vehicle_off", args=["V1"])
        assert reverse("dispatch:vehicle", args=["V1"]) in page  # somebody loses it: named before the press
        assert off in dispatcher.get(reverse("dispatch:vehicle", args=["V1"])).content.decode()
        dispatcher.post(off, {"idempotency_key": uuid.uuid4().hex})
        assert Vehicle.objects.get(pk="V1").status == "off"
        assert (
            reverse("dispatch:vehicle_on", args=["V1"]) in dispatcher.get(reverse("dispatch:vehicles")).content.decode()
        )

    def test_english(self, case, dispatcher):
        dispatcher.cookies["django_language"] = "en"
        with translation.override("zh-hans"):  # the language of the answer must not stay for the tests after
            page = dispatcher.get(reverse("dispatch:board")).content.decode()
        assert "Drivers without a sign" in page
