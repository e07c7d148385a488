"""The bars of the board: what is offered, taken, late and shared reads as that, and each leads somewhere."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock
from core.actors import Actor
from core.vocabulary import hhmm
from tests import walkers
from tests.walkers import AT, MIN
from transport.models import Run, Trip
from transport.services import runs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten_forty")]


def placed() -> tuple[walkers.Town, Trip]:
    town = walkers.town()
    request = walkers.ask(town)
    walkers.place_by_hand(town, request)
    return town, Trip.objects.select_related("run").get(case_ref=request.case_ref, direction="outbound")


def take(run: Run) -> None:
    runs.accept(run, by=Actor("user:d", run.driver.name, "driver", "fleet", run.driver_id), at=AT)


def bars(dispatcher: Client, at: datetime) -> list[tuple[str, str, str]]:
    """Return (address, state, words) of every bar."""
    clock.forget()
    with time_machine.travel(at, tick=False):
        page = dispatcher.get(reverse("dispatch:board")).content.decode()
    found = re.findall(r'<a class="run" href="([^"]*)" data-s="(\w*)".*?title="([^"]*)"', page, re.DOTALL)
    return sorted(found, key=lambda bar: bar[1] == "kept")


def test_offered_is_not_taken(dispatcher):
    """Guard: an outing that no driver had answered looked like one that was on its way."""
    _town, trip = placed()
    at = hhmm(trip.pickup_planned_at)
    offered = bars(dispatcher, AT)[0]
    assert offered[1] == "offered"
    assert f"{at}，司机没接" in offered[2]

    take(trip.run)

    taken = bars(dispatcher, AT + MIN)[0]
    assert taken[1] == ""
    assert "司机没接" not in taken[2]
    assert at in taken[2]


def test_the_car_home_is_said_to_be_kept(dispatcher):
    placed()

    kept = bars(dispatcher, AT + 120 * MIN)[-1]

    assert kept[1] == "kept"
    assert "返 预留" in kept[2]


@pytest.mark.parametrize(("minutes", "state"), [(4, ""), (6, "late"), (12, "late")])
def test_an_overdue_one_says_by_how_much(dispatcher, minutes, state):
    _town, trip = placed()
    take(trip.run)

    bar = bars(dispatcher, trip.pickup_planned_at + minutes * MIN)[0]

    assert bar[1] == state
    assert (f"晚 {minutes} 分" in bar[2]) == (state == "late")


def test_one_rider_opens_the_case_and_several_the_car_where_each_can_be_chosen(dispatcher):
    """Guard: a shared bar led nowhere; a link is reached by Tab, and so is each rider on the car's page."""
    town, trip = placed()
    assert bars(dispatcher, AT)[0][0] == reverse("access:case", args=[trip.case_ref])
    second = walkers.ask(town, walkers.resident(town, "赵德福"))
    walkers.place_by_hand(town, second, out_vehicle="V2")
    Trip.objects.filter(case_ref=second.case_ref, direction="outbound").update(run=trip.run)

    address, _state, words = next(bar for bar in bars(dispatcher, AT + MIN) if "拼车 2 人" in bar[2])

    assert address == f"{reverse('dispatch:vehicle', args=['V1'])}#run-{trip.run_id}"
    page = dispatcher.get(address.partition("#")[0]).content.decode()
    assert f'id="run-{trip.run_id}"' in page
    for case_ref in (trip.case_ref, second.case_ref):
        assert f'<a href="{reverse("access:case", args=[case_ref])}"' in page
    assert words
