"""Whoever has a car can be found, opened and given another one; a car taken off names whom it leaves (ui.md 8.8)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock
from core.errors import Conflict
from dispatch.board.reading import board
from dispatch.facts import silence
from dispatch.hand import placement
from dispatch.hand.placement import PlacementChoice
from hospitals.models import Appointment
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.walkers import AT, MIN
from transport.models import Trip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten_forty")]


def shown(dispatcher: Client, address: str) -> str:
    return dispatcher.get(address).content.decode()


def post(dispatcher: Client, name: str, *args: object, **fields: str):
    return dispatcher.post(reverse(name, args=args), {"idempotency_key": uuid.uuid4().hex, **fields}, follow=True)


def placed() -> tuple[walkers.Town, object]:
    town = walkers.town()
    request = walkers.ask(town)
    walkers.place_by_hand(town, request)
    walkers.deliver()
    return town, request


@pytest.mark.parametrize("to", ["placed", "boarded", "treated", "boarded_back", "home"])
def test_a_search_finds_whoever_it_is_wherever_they_are(dispatcher, to):
    """Guard: a placed person was 没有找到, and so was everybody on the way, inside or at home."""
    case = walkers.walk(walkers.town(), to=to)
    clock.forget()
    with time_machine.travel(case.at, tick=False):
        for typed in ("陈玉梅", "chenyumei", "cym", case.request.number):
            page = shown(dispatcher, f"{reverse('dispatch:board')}?q={typed}")
            assert reverse("access:request", args=[case.request.pk]) in page, typed
            assert "没有找到" not in page


def test_who_is_found_of_another_area_is_nobody(dispatcher):
    placed()
    stranger = Client()
    stranger.force_login(walkers.dispatcher_user("else", "qita"))

    page = shown(stranger, f"{reverse('dispatch:board')}?q=陈玉梅")

    assert "没有找到" in page


def test_bar_and_plate_open_the_case_and_the_car(dispatcher):
    _town, request = placed()
    page = shown(dispatcher, reverse("dispatch:board"))

    assert reverse("access:case", args=[request.case_ref]) in page
    assert reverse("dispatch:vehicle", args=["V1"]) in page
    car = shown(dispatcher, reverse("dispatch:vehicle", args=["V1"]))
    assert "陈玉梅" in car
    assert "停用以后，这 1 位要另排车" in car


def test_the_case_says_who_took_it_and_leads_to_another_car(dispatcher):
    case = walkers.walk(walkers.town(), to="accepted")

    page = shown(dispatcher, reverse("access:request", args=[case.request.pk]))

    assert "司机已接" in page
    assert "换车、改时间、撤回" in page
    assert f"{reverse('dispatch:board')}?who={case.request.pk}" in page


def test_another_car_is_chosen_while_the_first_stands_and_takes_its_place_in_one_press(dispatcher):
    town, request = placed()
    page = shown(dispatcher, f"{reverse('dispatch:board')}?who={request.pk}")
    assert "陈玉梅 已排好，换车、改时间" in page
    assert "已派，等司机接" in page
    assert reverse("dispatch:withdraw", args=[request.pk]) in page

    done = post(dispatcher, "dispatch:move", request.pk, slot=str(town.slot.pk), facility=town.facility.pk, car="V2")

    assert "陈玉梅换好了" in done.content.decode()
    there = Trip.objects.live().get(case_ref=request.case_ref, direction="outbound")
    assert (there.run.vehicle_id, there.status) == ("V2", "scheduled")
    assert Appointment.objects.live().get(case_ref=request.case_ref).slot_id == town.slot.pk


def test_another_hour_takes_the_place_of_the_first(dispatcher):
    town, request = placed()
    later = desk_rows.make_slot(town.slot.service, starts_at=town.slot.starts_at + 60 * MIN)

    post(dispatcher, "dispatch:move", request.pk, slot=str(later.pk), facility=town.facility.pk, car="V1")

    assert Appointment.objects.live().get(case_ref=request.case_ref).slot_id == later.pk


def test_a_car_that_cannot_leaves_everything_as_it_stood(dispatcher):
    """Guard: taken off first and not put on again, they would have lost their car."""
    town, request = placed()
    walkers.Vehicle.objects.filter(pk="V2").update(status="off")
    choice = PlacementChoice(slot_id=town.slot.pk, out_vehicle="V2")

    with pytest.raises(Conflict):
        placement.move(request, choice=choice, by=town.dispatcher, at=AT)

    there = Trip.objects.live().get(case_ref=request.case_ref, direction="outbound")
    assert (there.run.vehicle_id, there.status) == ("V1", "scheduled")
    refused = post(dispatcher, "dispatch:move", request.pk, slot=str(town.slot.pk), facility="", car="V2")
    assert refused.status_code == 409
    assert "陈玉梅 已排好" in refused.content.decode()


def test_another_car_home_is_chosen_while_the_first_stands(dispatcher):
    case = walkers.walk(walkers.town(), to="released")
    clock.forget()
    with time_machine.travel(case.at, tick=False):
        page = shown(dispatcher, f"{reverse('dispatch:board')}?who={case.request.pk}")
        assert "返程已排好，换车" in page
        post(dispatcher, "dispatch:move_return", case.request.pk, car="V2")

    assert case.trip("inbound").run.vehicle_id == "V2"


def test_who_was_chosen_stays_chosen_whoever_comes_before_them(dispatcher):
    """Guard: the panel changed person under the hand, and list, lanes and button showed two people."""
    town = walkers.town()
    walkers.ask(town)
    page = shown(dispatcher, reverse("dispatch:board"))
    [address] = {
        line.split('"')[1].replace("&amp;", "&") for line in page.split("data-live=")[1:] if "who=" in line[:120]
    }

    walkers.ask(town, walkers.resident(town, "周八"), need_kind="emergency", is_critical=True, arrive_at=None)
    panel = dispatcher.get(address, headers={"HX-Request": "true", "HX-Target": "panel"}).content.decode()

    assert "给 陈玉梅 派车" in panel
    assert "周八" not in panel


def test_who_was_chosen_and_has_a_car_meanwhile_is_not_followed_by_somebody_else(dispatcher):
    town = walkers.town()
    request = walkers.ask(town)
    walkers.ask(town, walkers.resident(town, "何七"))
    walkers.place_by_hand(town, request)

    assert board(town.dispatcher, who=str(request.pk), at=AT).panel.waiting.kind == "move"
    case = walkers.Walk(town, request, AT)
    for step in ("accepted", "out", "boarded"):
        case.step(step)
    seen = board(town.dispatcher, who=str(request.pk), at=case.at)
    assert seen.panel is None
    assert seen.is_gone


def test_a_car_taken_off_names_whom_it_leaves_and_says_that_they_do_not_come_back(dispatcher):
    """Guard: 撤回 brought the car back and not its people, and said nothing."""
    _town, request = placed()

    before = shown(dispatcher, reverse("dispatch:vehicle", args=["V1"]))
    assert "这 1 位要另排车" in before
    assert "撤回只让车能用，这几位不会自己回来。" in before, "said before the press"
    assert "不会自己回来" not in shown(dispatcher, reverse("dispatch:vehicle", args=["V2"])), "who loses nobody"

    off = post(dispatcher, "dispatch:vehicle_off", "V1").content.decode()

    assert "1 位另排车：陈玉梅" in off
    assert "这几位不会自己回来" in off
    on = post(dispatcher, "dispatch:vehicle_on", "V1").content.decode()
    assert "停用时另排的人不会自己回来" in on
    assert Trip.objects.live().get(case_ref=request.case_ref, direction="outbound").run is None


def test_a_silent_driver_is_named_with_everybody_their_car_was_to_fetch():
    town, request = placed()
    second = walkers.ask(town, walkers.resident(town, "赵德福"), arrive_at=AT + 400 * MIN)
    slot = desk_rows.make_slot(town.slot.service, starts_at=AT + 400 * MIN)
    walkers.place_by_hand(town, second, slot_id=slot.pk)
    run = Trip.objects.get(case_ref=request.case_ref, direction="outbound").run

    [silent] = silence.silent_runs("main", run.occupied.lower + timedelta(minutes=9))

    assert (silent.riders, silent.also) == ("陈玉梅", ["赵德福"])


def test_who_no_car_can_bring_is_offered_other_days_the_desks_number_and_why_by_rule(dispatcher):
    """Guard: red for ever on top, with one time, 150 cars barred one by one and nothing else to do."""
    town = walkers.town(cars=0)
    town.facility.phone = "0415-3120816"
    town.facility.save(update_fields=["phone"])
    for number in range(5):
        walkers.car(f"V{number}", stretchers=0, wheelchairs=number % 2)
    desk_rows.make_slot(town.slot.service, starts_at=town.slot.starts_at + 60 * MIN)
    tomorrow = desk_rows.make_slot(town.slot.service, starts_at=town.slot.starts_at + 24 * 60 * MIN)
    type(tomorrow).objects.filter(pk=tomorrow.pk).update(shift="AM")
    request = walkers.ask(town, mobility="stretcher")

    page = shown(dispatcher, f"{reverse('dispatch:board')}?who={request.pk}")

    assert "5 辆不行" in page
    assert "请医院等一等" in page
    assert 'href="tel:04153120816"' in page
    assert f"slot={tomorrow.pk}" in page
