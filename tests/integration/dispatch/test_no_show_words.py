"""After a car found nobody the dispatcher reads that, and how long it stood there: not that the car cannot come."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock
from core.actors import Actor
from core.vocabulary import hhmm
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.walkers import MIN, Walk
from transport.models import Run, Stop
from transport.services import runs, stops

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten_forty")]
LOST = "原来的车来不了，要换车"


def driver_of(run: Run) -> Actor:
    return Actor(f"user:{run.driver_id}", run.driver.name, "driver", "fleet", run.driver_id)


def pickup(case: Walk) -> Stop:
    return Stop.objects.select_related("run", "trip").get(trip=case.trip("outbound"), kind="pickup")


def left_behind(*, early: int = 0) -> tuple[Walk, str]:
    """A car that stood before the gate and left without its rider, and the words of the board."""
    case = walkers.walk(walkers.town(), to="accepted")
    stop = pickup(case)
    by = driver_of(stop.run)
    runs.start(stop.run, by=by, at=stop.planned_at - (early + 5) * MIN)
    came = stop.planned_at - early * MIN
    stops.arrive(pickup(case), by=by, at=came)
    stops.search(pickup(case), by=by, at=came + MIN)
    case.at = stop.planned_at + 10 * MIN
    stops.no_show(pickup(case), by=by, at=case.at)
    walkers.deliver()
    return case, f"没接到人，车从 {hhmm(came)} 等到 {hhmm(case.at)}"


def board(dispatcher: Client, case: Walk) -> str:
    clock.forget()
    with time_machine.travel(case.at + MIN, tick=False):
        return dispatcher.get(reverse("dispatch:board")).content.decode()


@pytest.mark.parametrize("early", [0, 45])
def test_the_board_says_that_nobody_came_to_the_car_and_how_long_it_stood(dispatcher, early):
    """E4: also of one that came long before the hour promised: it waited from then until ten minutes past it."""
    case, words = left_behind(early=early)

    page = board(dispatcher, case)

    assert words in page
    assert LOST not in page


def test_a_car_taken_off_is_still_said_to_be_lost(dispatcher):
    """The twin: also where another car had found nobody before."""
    case, words = left_behind()
    later = desk_rows.make_slot(case.town.slot.service, starts_at=case.town.slot.starts_at + 90 * MIN)
    walkers.place_by_hand(case.town, case.request, out_vehicle="V2", slot_id=later.pk, at=case.at)
    run = case.trip("outbound").run
    runs.decline(run, by=driver_of(run), at=case.at, reason="车坏了")
    walkers.deliver()

    page = board(dispatcher, case)

    assert LOST in page
    assert words not in page
