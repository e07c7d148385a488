"""A promised pick-up that has passed stands on top, in amber and red, and no headline says that all is well."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.selectors.home import home_lists
from access.services import critical, requests
from tests import walkers
from tests.factories import communities as people
from tests.walkers import AT, MIN, Walk
from transport.services import trips

pytestmark = pytest.mark.django_db
WELL = "都安排好了"


def case_waiting_for_its_car() -> Walk:
    return walkers.walk(walkers.town(), to="accepted")


def home_page(case: Walk, at) -> str:
    """Read the community's first page at a moment."""
    home = case.town.community
    with time_machine.travel(at, tick=False):
        client = Client()
        client.force_login(people.user("13800000077", "林晓", role="staff", place=("community", home.code, home.name)))
        return client.get(reverse("access:home")).content.decode()


@pytest.mark.parametrize(
    ("late", "level", "urgency"), [(-30, "", 60), (4, "", 60), (5, "over", 4), (10, "late", 2), (44, "late", 2)]
)
def test_a_passed_pick_up_climbs_by_the_minute(late: int, level: str, urgency: int):
    """R-000-17, faults 3: late is amber at +5 and red at +10, on a moving clock."""
    case = case_waiting_for_its_car()
    promised = case.trip("outbound").pickup_planned_at

    (row,) = home_lists(case.town.staff, at=promised + late * MIN).journeys

    assert (row.line.standing.level, row.line.standing.urgency) == (level, urgency)
    page = home_page(case, promised + late * MIN)
    assert (WELL in page) is not bool(level)
    assert ("1 位没按时" in page) is bool(level)
    assert ("还没上车，打给司机问" in page) is bool(level)


def test_whoever_is_aboard_is_not_overdue():
    """The twin: the pick-up is long past, but the driver has the patient in the car and is on time."""
    case = walkers.walk(walkers.town(), to="boarded")
    arrives = case.trip("outbound").dropoff_planned_at
    assert arrives - case.trip("outbound").pickup_planned_at >= 10 * MIN
    (row,) = home_lists(case.town.staff, at=arrives).journeys
    assert row.line.standing.level == ""


LATE_AT = [(4, ""), (5, "over"), (10, "late"), (44, "late")]


@pytest.mark.parametrize(("late", "level"), LATE_AT)
@pytest.mark.parametrize(
    ("stage", "direction", "promise", "words"),
    [
        ("out", "outbound", "pickup_planned_at", "还没上车，打给司机问"),
        ("boarded", "outbound", "dropoff_planned_at", "就该到医院"),
        ("boarded_back", "inbound", "dropoff_planned_at", "就该到家"),
    ],
)
def test_every_promise_of_the_way_climbs_alike(
    stage: str, direction: str, promise: str, words: str, late: int, level: str
):
    """faults 3: time counts in every branch, not only before the car came."""
    case = walkers.walk(walkers.town(), to=stage)
    promised = getattr(case.trip(direction), promise)

    (row,) = home_lists(case.town.staff, at=promised + late * MIN).journeys

    assert row.line.standing.level == level
    assert (words in row.line.summary) is bool(level)


def test_a_named_car_home_that_does_not_come_is_late():
    """The wait itself is short: it is the promise that is broken."""
    case = walkers.walk(walkers.town(), to="released")
    trip = case.trip("inbound")
    type(trip).objects.filter(pk=trip.pk).update(pickup_planned_at=case.at - 7 * MIN)

    (row,) = home_lists(case.town.staff, at=case.at + MIN).journeys

    assert row.line.standing.level == "over"


def test_whoever_is_out_without_a_car_stands_above_whoever_is_late():
    """R-000-12: called off while out, no car home: in amber, on top, and no longer a blue 已出门."""
    case = walkers.walk(walkers.town(), to="boarded")
    requests.cancel(case.request, reason="date", by=case.town.staff, at=case.at)
    trips.cancel_return(case.request.case_ref, by=case.town.dispatcher, at=case.at, reason="车坏了")

    (row,) = home_lists(case.town.staff, at=case.at + MIN).journeys

    assert (row.line.standing.word, row.line.standing.level, row.line.standing.urgency) == (
        "awaiting_return",
        "over",
        0,
    )
    assert row.line.summary == "申请取消了，人还在外面"


def test_somebody_critical_aboard_stands_above_all_who_are_not():
    """R-000-2: also while nothing is late."""
    case = walkers.walk(walkers.town(), to="boarded")
    critical.make_critical(case.request, by=case.town.staff, at=case.at)

    (row,) = home_lists(case.town.staff, at=case.at).journeys

    assert (row.line.standing.level, row.line.standing.urgency) == ("", 1)


def test_a_critical_patient_without_a_car_is_red_at_once():
    """R-000-2: not after a quarter of an hour, like the others."""
    town = walkers.town(cars=0)
    request = walkers.ask(town)
    assert home_lists(town.staff, at=AT + MIN).without_car[0].line.standing.level == ""
    critical.make_critical(request, by=town.staff, at=AT)

    (row,) = home_lists(town.staff, at=AT + timedelta(seconds=5)).without_car

    assert (row.line.standing.level, row.line.standing.urgency) == ("late", 1)
