"""Command's page: who has nothing, the longest first, and the streets with most of them on top."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.services import critical
from communities.models import Area
from core import clock
from tests import walkers
from tests.factories import communities as places
from tests.walkers import AT, MIN

pytestmark = pytest.mark.django_db
STREETS = {"210602001": "甲街", "210602002": "乙街", "210602003": "丙街"}


@pytest.fixture(autouse=True)
def at_ten_forty():
    clock.forget()
    with time_machine.travel(AT, tick=False):
        yield
    clock.forget()


def _page() -> str:
    client = Client()
    place = ("district", "210602000000", "元宝区")
    client.force_login(places.user("cmd", "陶主任", role="command", place=place))
    return client.get(reverse("command:overview")).content.decode()


def _three_streets() -> None:
    """Let one person of 甲街 wait for five minutes, three of 乙街 for twenty, two of 丙街 for fifty."""
    town = walkers.town()
    waits = zip(STREETS.items(), ((1, 5), (3, 20), (2, 50)), strict=True)
    for (code, name), (count, ago_min) in waits:
        Area.objects.create(code=f"{code}000", name=name, level="street")
        home = places.community(f"{code}009", f"{name}小区")
        staff = replace(town.staff, place_code=home.code)
        there = replace(town, community=home, staff=staff)
        for number in range(count):
            walkers.ask(there, walkers.resident(there, f"{name}{number}"), at=AT - ago_min * MIN)


def test_the_longest_wait_is_named_first_and_what_is_late_says_so():
    """Guard: the order of what has no arrangement, by how long it waits, and the mark of the time limit."""
    _three_streets()

    page = _page()

    rows = re.findall(r'<li class="need-row" data-key="(\w)街小区[^"]*">(.*?)</li>', page, re.DOTALL)
    assert [name for name, _ in rows] == ["丙", "乙", "甲"]
    assert ["过了时限" in text for _, text in rows] == [True, True, False]
    assert "6 人的需求没着落" in page


def test_the_street_with_most_people_without_anything_is_on_top():
    """Guard: the order of the streets, by how many have nothing, not by name or by when they came."""
    _three_streets()

    assert re.findall(r'<tr data-key="(\w)街">', _page()) == ["乙", "丙", "甲"]


def test_what_is_read_once_is_another_one_after_every_change(django_assert_max_num_queries):
    """Two command posts share a reading; a request more is seen at once, and the second time costs nothing."""
    _three_streets()
    client = Client()
    client.force_login(places.user("cmd2", "陶主任", role="command", place=("district", "210602000000", "元宝区")))
    assert "6 人的需求没着落" in client.get(reverse("command:overview")).content.decode()
    with django_assert_max_num_queries(5):  # session, person, change numbers, and two of the rulebook
        client.get(reverse("command:overview"))
    home = places.community("210602001010", "甲街二小区")
    town = walkers.town()
    there = replace(town, community=home, staff=replace(town.staff, place_code=home.code))
    walkers.ask(there, walkers.resident(there, "甲又一"), at=AT)

    assert "7 人的需求没着落" in client.get(reverse("command:overview")).content.decode()


def test_no_more_than_twenty_lines_are_named_and_the_rest_is_counted():
    town = walkers.town()
    for number in range(22):
        home = places.community(f"210602001{number + 100}", f"小区{number}")
        there = replace(town, community=home, staff=replace(town.staff, place_code=home.code))
        walkers.ask(there, walkers.resident(there, f"某{number}"), at=AT - number * MIN)

    page = _page()

    assert page.count('class="need-row" data-key="小区') == 20
    assert "还有 2 项" in page
    assert "小区0 " not in page


def test_critical_stands_first_and_another_day_is_counted_apart():
    """Guard: twenty lines by the longest wait hid whoever was critical, and tomorrow's people stood as today's."""
    town = walkers.town()
    for number in range(22):
        home = places.community(f"210602001{number + 100}", f"小区{number}")
        there = replace(town, community=home, staff=replace(town.staff, place_code=home.code))
        walkers.ask(there, walkers.resident(there, f"某{number}"), at=AT - (number + 5) * MIN)
    home = places.community("210602001999", "急小区")
    there = replace(town, community=home, staff=replace(town.staff, place_code=home.code))
    urgent = walkers.ask(there, walkers.resident(there, "急某"), at=AT - MIN)
    critical.make_critical(urgent, by=there.staff, at=AT)
    later = walkers.ask(there, walkers.resident(there, "明某"), at=AT - 90 * MIN, arrive_at=AT + 24 * 60 * MIN)

    page = _page()

    rows = re.findall(r'<li class="need-row" data-key="([^-"]+)-([^-"]+)-', page)
    assert rows[0] == ("急小区", "急危重症")
    assert later.status == "approved"
    assert "23 人的需求没着落" in page
    assert "明天以后 1 位还没排" in page
