"""In which order the board names those who wait: nearest to harm first (ui.md 8.8)."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest
from core import clock
from dispatch.board.reading import board
from dispatch.home import returns
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.handed import handed
from tests.walkers import AT, MIN
from transport.models import Trip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten_forty")]


def _named(dispatcher: Client) -> list[str]:
    page = dispatcher.get(reverse("dispatch:board"), headers={"HX-Request": "true", "HX-Target": "waiting"})
    return re.findall(r'class="name">(\w+)<', page.content.decode())


def test_who_may_die_stands_first_then_who_is_late_then_by_the_hour(dispatcher):
    """Guards: critical first, overdue, due within the hour, long unanswered, then by the hour; never by the name."""
    town = walkers.town()

    def ask(name: str, in_min: int | None, ago_min: int = 0, **wish: object) -> None:
        hour = None if in_min is None else AT + in_min * MIN
        walkers.ask(town, walkers.resident(town, name), at=AT - ago_min * MIN, arrive_at=hour, **wish)

    ask("安一", 300)
    ask("白二", 200)
    ask("陈三", 239, ago_min=15)
    ask("丁四", None, ago_min=20)
    ask("冯五", 60)
    ask("郭六", 20)
    ask("何七", -5, ago_min=60)
    ask("周八", None, need_kind="emergency", is_critical=True)

    # 丁四 asked for no hour: the age of the asking is what counts
    assert _named(dispatcher) == ["周八", "何七", "郭六", "冯五", "丁四", "陈三", "白二", "安一"]


def test_who_stands_outside_too_long_goes_before_who_still_waits_at_home(dispatcher):
    """Guard: the way home that is late is next to harm; one that has just begun comes before an ordinary asking."""
    town = walkers.town()
    case = walkers.walk(town, to="treated")
    returns.scheduling.release_reservation(case.trip("inbound"), by=town.dispatcher, at=case.at, reason="车坏了")
    case.step("released")
    later = walkers.resident(town, "安一")
    walkers.ask(town, later, at=case.at, arrive_at=case.at + 30 * MIN)
    walkers.ask(town, walkers.resident(town, "白二"), at=case.at, arrive_at=case.at + 300 * MIN)
    seen = {}
    for minutes in (1, 46):
        clock.forget()
        with time_machine.travel(case.at + minutes * MIN, tick=False):
            seen[minutes] = _named(dispatcher)

    assert seen == {1: ["安一", "陈玉梅", "白二"], 46: ["陈玉梅", "安一", "白二"]}


def test_who_may_die_waiting_for_another_house_stands_first_and_who_waits_long_next():
    """Guard: the order of hand-overs between houses; it begins after what is due within the hour."""
    case = handed("ask", cars=1)
    walkers.Vehicle.objects.update(status="off")
    case.steps("accept")
    walkers.ask(case.town, walkers.resident(case.town, "何七"), at=case.at - 60 * MIN, arrive_at=case.at - 5 * MIN)
    walkers.ask(case.town, walkers.resident(case.town, "安一"), at=case.at, arrive_at=case.at + 300 * MIN)

    def named(minutes: int) -> list[str]:
        return [each.request.name for each in board(case.town.dispatcher, at=case.at + minutes * MIN).waiting]

    assert named(1) == ["何七", "陈玉梅", "安一"]
    assert named(15) == ["陈玉梅", "何七", "安一"]
    AccessRequest.objects.filter(pk=case.request.pk).update(is_critical=True)
    assert named(1) == ["陈玉梅", "何七", "安一"]


def test_who_stands_outside_now_comes_before_a_car_lost_for_the_afternoon():
    """Guard: outside for 8 minutes stood sixth, below returns of 14:30 whose kept car was lost."""
    town = walkers.town(cars=4)
    case = walkers.walk(town, to="treated")
    later = walkers.ask(town, walkers.resident(town, "安一"), at=case.at, arrive_at=case.at + 120 * MIN)
    slot = desk_rows.make_slot(town.slot.service, starts_at=case.at + 120 * MIN)
    walkers.place_by_hand(town, later, at=case.at, slot_id=slot.pk, out_vehicle="V2")
    for request in (later, case.request):
        trip = Trip.objects.get(case_ref=request.case_ref, direction="inbound")
        returns.scheduling.release_reservation(trip, by=town.dispatcher, at=case.at, reason="车坏了")
    case.step("released")

    waiting = board(town.dispatcher, at=case.at + 8 * MIN).waiting

    assert waiting[0].request.name == "陈玉梅"


def test_tomorrow_stands_apart_and_is_not_counted_as_waiting_today(dispatcher):
    """Guard: standing orders for tomorrow made 8 waiting 114 in forty seconds."""
    town = walkers.town()
    walkers.ask(town, walkers.resident(town, "安一"), arrive_at=AT + 200 * MIN)
    for name in ("白二", "陈三"):
        walkers.ask(town, walkers.resident(town, name), arrive_at=AT + 24 * 60 * MIN)

    seen = board(town.dispatcher, at=AT)

    assert [each.request.name for each in seen.waiting] == ["安一"]
    assert [each.request.name for each in seen.later] == ["白二", "陈三"]
    page = dispatcher.get(reverse("dispatch:board")).content.decode()
    assert "1 位在等车" in page
    assert "明天以后 2 位还没排" in page


def test_a_little_after_midnight_is_still_this_evening():
    town = walkers.town()
    walkers.ask(town, walkers.resident(town, "安一"), at=AT + 12 * 60 * MIN, arrive_at=AT + 14 * 60 * MIN)

    assert [each.request.name for each in board(town.dispatcher, at=AT + 12 * 60 * MIN).waiting] == ["安一"]
