"""A car breaks down with somebody aboard: nobody is left alone, nor planned onto it again (E3, C14)."""

from __future__ import annotations

import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.selectors.people_out import without_way_home
from calls.models import OpenCall
from communities.models import Scan
from core import clock
from core.actors import Actor
from dispatch.board.reading import board
from dispatch.hand.placement import PlacementChoice, place
from dispatch.home import stranded
from dispatch.models import AreaSetting
from hospitals.models import Appointment
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.factories import transport as car_rows
from tests.walkers import MIN, Walk
from transport.models import Run, Stop, Trip, Vehicle
from transport.services import runs, stops

pytestmark = pytest.mark.django_db
WHERE = "振兴路加油站"


def driver_of(run: Run) -> Actor:
    return Actor(f"user:{run.driver_id}", run.driver.name, "driver", "fleet", run.driver_id)


def broken_down(
    *, cars: int = 2, by_hand: bool = False, to: str = "boarded", is_scanned: bool = True
) -> tuple[Walk, Run]:
    """Let somebody's car break down on the way."""
    town = walkers.town(cars=cars)
    request = walkers.ask(town, walkers.resident(town, phone="13800001111"))
    case = walkers.walk(town, to=to if is_scanned else "accepted", request=request)
    if not is_scanned:
        case.step(to)
    if by_hand:
        AreaSetting.objects.create(area="main", is_engine_on=False)
    run = case.trip("inbound" if to == "boarded_back" else "outbound").run
    runs.abort(run, by=driver_of(run), at=case.at, reason="车坏了", where=WHERE)
    walkers.deliver()
    return case, run


def sheet(run: Run, case: Walk) -> str:
    clock.forget()
    with time_machine.travel(case.at + 3 * MIN, tick=False):
        me = Client()
        me.force_login(car_rows.driver_user(run.driver_id, username=f"139{uuid.uuid4().hex[:6]}"))
        page = me.get(reverse("transport:sheet")).content.decode()
    clock.forget()
    return page


@pytest.mark.parametrize("to", ["boarded", "boarded_back"])
def test_the_car_is_off_and_nobody_is_planned_onto_it(to):
    """Guard: the patient was offered the very car that had broken down, and their way home stayed on it."""
    case, run = broken_down(to=to)

    assert Vehicle.objects.get(pk=run.vehicle_id).status == "off"
    assert not Run.objects.filter(vehicle=run.vehicle_id, status__in=["draft", "offered", "accepted"]).exists()
    direction = "inbound" if to == "boarded_back" else "outbound"
    assert case.trip(direction).run.vehicle_id == "V2"  # sent at once, without a plan


def test_who_stands_beside_it_is_red_above_who_waits_at_home():
    case, _run = broken_down(by_hand=True)
    late = walkers.resident(case.town, "何七")
    walkers.ask(case.town, late, at=case.at - 60 * MIN, arrive_at=case.at - 5 * MIN)

    first = board(case.town.dispatcher, at=case.at + 4 * MIN).waiting[0]

    assert (first.request.name, first.level) == ("陈玉梅", "danger")
    assert first.reason == "车坏在路上，人在车边等了 4 分"
    assert first.route.startswith(WHERE)


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_rescue_car_is_sent_to_where_they_stand_though_their_shift_begins(by_hand):
    """Guard: no car could come by the hour of the shift, so none was sent; another hour sent one to the home."""
    case, _run = broken_down(by_hand=by_hand)
    hour = case.trip("outbound").arrive_by
    now = case.at + 3 * MIN
    if by_hand:
        seen = board(case.town.dispatcher, at=now)
        assert (seen.panel.out_code, seen.panel.waiting.kind) == ("V2", "stranded")
        stranded.place(case.request, vehicle_code="V2", by=case.town.dispatcher, at=now)

    first = Stop.objects.filter(run__vehicle="V2", trip__direction="outbound").order_by("position").first()
    assert (first.kind, first.label) == ("pickup", WHERE)
    desk = Appointment.objects.live().get(case_ref=case.request.case_ref)
    assert desk.slot.starts_at == hour
    assert desk.expected_at == case.trip("outbound").dropoff_planned_at


def test_another_hour_or_house_leaves_the_pick_up_where_they_stand():
    case, _run = broken_down(by_hand=True)
    later = desk_rows.make_slot(case.town.slot.service, starts_at=case.town.slot.starts_at + 90 * MIN)

    choice = PlacementChoice(slot_id=later.pk, out_vehicle="V2")
    place(case.request, choice=choice, by=case.town.dispatcher, at=case.at + 3 * MIN)

    assert Stop.objects.filter(run__vehicle="V2").order_by("position").first().label == WHERE


def test_the_choice_is_pressed_on_the_board_and_taken_back():
    case, _run = broken_down(by_hand=True)
    clock.forget()
    with time_machine.travel(case.at + 3 * MIN, tick=False):
        dispatcher = Client()
        dispatcher.force_login(walkers.dispatcher_user())
        shown = dispatcher.get(reverse("dispatch:board")).content.decode()
        assert "去坏车旁接 陈玉梅" in shown
        url = reverse("dispatch:place_stranded", args=[case.request.pk])
        assert url in shown
        done = dispatcher.post(url, {"idempotency_key": uuid.uuid4().hex, "car": "V2"}, follow=True)
        assert "接陈玉梅的车排好了" in done.content.decode()
        undo = reverse("dispatch:undo_stranded", args=[case.request.pk])
        back = dispatcher.post(undo, {"idempotency_key": uuid.uuid4().hex}, follow=True)
        assert "陈玉梅还在坏车旁等" in back.content.decode()
    clock.forget()
    assert case.trip("outbound").status == "unscheduled"


def test_the_drivers_page_stays_with_the_patient_until_another_car_has_them():
    case, run = broken_down(by_hand=True)
    page = sheet(run, case)
    assert "陈阿姨" in page
    assert WHERE in page
    assert "还没有车来接" in page
    assert "人不舒服" in page
    assert "现在没有趟" not in page

    stranded.place(case.request, vehicle_code="V2", by=case.town.dispatcher, at=case.at + 3 * MIN)
    assert "辽F·V2 来接" in sheet(run, case)

    rescue = case.trip("outbound").run
    runs.accept(rescue, by=driver_of(rescue), at=case.at + 4 * MIN)
    runs.start(rescue, by=driver_of(rescue), at=case.at + 5 * MIN)
    there = rescue.stops.select_related("trip", "run").order_by("position").first()
    stops.depart(there, by=driver_of(rescue), at=case.at + 9 * MIN)
    assert "现在没有趟" in sheet(run, case)


def test_the_alarm_of_a_broken_car_names_who_is_in_it_and_where_they_stand():
    case, run = broken_down()

    stops.unwell(Run.objects.get(pk=run.pk), by=driver_of(run), at=case.at + 5 * MIN)
    walkers.deliver()

    call = OpenCall.objects.live().get(kind="unwell_aboard")
    assert call.case_ref == case.request.case_ref
    assert call.place == WHERE
    case.request.refresh_from_db()
    assert case.request.is_critical


def test_the_family_can_be_rung_from_the_broken_car_and_no_longer_once_they_left_it():
    case, run = broken_down()
    met = run.stops.get(kind="pickup")
    clock.forget()
    with time_machine.travel(case.at + 3 * MIN, tick=False):
        me = Client()
        me.force_login(car_rows.driver_user(run.driver_id, username="13977"))
        assert me.get(reverse("transport:call", args=[met.pk])).status_code == 200
        Trip.objects.filter(pk=met.trip_id).update(status="on_board")
        assert me.get(reverse("transport:call", args=[met.pk])).status_code == 403
    clock.forget()


@pytest.mark.parametrize("is_scanned", [True, False])
def test_whoever_stands_beside_a_broken_car_is_on_the_line_of_people_outside(is_scanned):
    """Guard: without a scan of the gate the case had no trace of being out, and stood on nobody's line."""
    case, _run = broken_down(by_hand=True, is_scanned=is_scanned)
    assert Scan.objects.exists() == is_scanned
    now, posts = case.at + 4 * MIN, {"dispatch": case.town.dispatcher, "staff": case.town.staff}

    for actor in posts.values():
        [person] = without_way_home(actor, at=now)
        assert (person.case_ref, person.is_stranded, person.level) == (case.request.case_ref, True, "danger")
        assert person.waited == 4 * MIN
        assert person.owner_role == "dispatch"
    me = Client()
    me.force_login(walkers.dispatcher_user())
    clock.forget()
    with time_machine.travel(now, tick=False):
        page = me.get(reverse("access:people_out")).content.decode()
    clock.forget()
    assert "车坏在路上，在车边等了 4 分" in page
    assert "等返程车" not in page
    assert without_way_home(Actor("user:x", "外区", "dispatch", "dispatch_area", "else", "外区"), at=now) == []


def test_another_car_takes_them_off_that_line():
    """The twin: with a car on its way nobody is called stranded any more."""
    case, _run = broken_down(by_hand=True)
    stranded.place(case.request, vehicle_code="V2", by=case.town.dispatcher, at=case.at + 3 * MIN)

    assert without_way_home(case.town.dispatcher, at=case.at + 4 * MIN) == []
