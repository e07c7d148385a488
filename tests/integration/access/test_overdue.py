"""A promised pick-up that has passed stands on top, in amber and red, and no headline says that all is well."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.selectors.home import home_lists
from access.services import critical
from tests import walkers
from tests.factories import communities as people
from tests.walkers import AT, MIN, Walk

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
    ("late", "level", "urgency"), [(-30, "", 60), (4, "", 60), (5, "over", 4), (10, "late", 0), (44, "late", 0)]
)
def test_a_passed_pick_up_climbs_by_the_minute(late: int, level: str, urgency: int):
    """R-000-17, faults 3: late is amber at +5 and red at +10, on a moving clock."""
    case = case_waiting_for_its_car()
    promised = case.trip("outbound").pickup_planned_at

    (row,) = home_lists(case.town.staff, at=promised + late * MIN).journeys

    assert (row.line.standing.level, row.line.standing.urgency) == (level, urgency)
    page = home_page(case, promised + late * MIN)
    assert (WELL in page) is not bool(level)
    assert ("位没按时，先看最上面" in page) is bool(level)
    assert ("还没上车，打给司机问" in page) is bool(level)


def test_whoever_is_aboard_is_not_overdue():
    """The twin: the same minute, but the driver has the patient in the car."""
    case = walkers.walk(walkers.town(), to="boarded")
    (row,) = home_lists(case.town.staff, at=case.trip("outbound").pickup_planned_at + 30 * MIN).journeys
    assert row.line.standing.level == ""


def test_a_critical_patient_without_a_car_is_red_at_once():
    """R-000-2: not after a quarter of an hour, like the others."""
    town = walkers.town(cars=0)
    request = walkers.ask(town)
    assert home_lists(town.staff, at=AT + MIN).without_car[0].line.standing.level == ""
    critical.make_critical(request, by=town.staff, at=AT)

    (row,) = home_lists(town.staff, at=AT + timedelta(seconds=5)).without_car

    assert (row.line.standing.level, row.line.standing.urgency) == ("late", 0)
