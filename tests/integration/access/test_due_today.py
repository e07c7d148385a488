"""Due today is due until asked for, excused with a reason, or midnight: the hour has no say."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest, Excuse
from access.selectors.home import home_lists
from access.selectors.suggestion import suggestion
from access.services import excuses
from core import clock
from core.errors import Conflict, Invalid
from tests import walkers
from tests.factories import access as make
from tests.factories import communities as people

pytestmark = pytest.mark.django_db
TUESDAY = date(2022, 6, 28)
SHIFTS = [("AM", "07:30"), ("PM", "12:30"), ("EV", "17:30"), ("", "09:00")]


def due(shift: str = "AM", days: str = "2,4"):
    """Make a town with one resident on dialysis on Tuesdays and Thursdays."""
    town = walkers.town()
    person = walkers.resident(town, "王秀兰")
    return town, person, make.need(person, schedule_kind="weekly", schedule_days=days, shift=shift)


def signed_in(town) -> Client:
    client, home = Client(), town.community
    client.force_login(people.user("13800000077", "林晓", role="staff", place=("community", home.code, home.name)))
    return client


@pytest.mark.parametrize(("shift", "hour"), SHIFTS)
@pytest.mark.parametrize("minutes", [-30, -1, 0, 1, 10, 30])
def test_whoever_is_due_stays_due_before_and_after_the_shift(shift: str, hour: str, minutes: int):
    """faults 3: ten past the assumed hour they were on no list, and the headline said that all was well."""
    town, person, _need = due(shift)
    at = clock.at_local(TUESDAY, hour) + timedelta(minutes=minutes)

    lists = home_lists(town.staff, at=at)

    assert [each.resident for each in lists.unasked] == [person]
    assert lists.lacking == 1


def test_it_ends_at_midnight_and_not_before():
    town, person, _need = due()
    last = clock.at_local(TUESDAY, "23:59")
    assert [each.resident for each in home_lists(town.staff, at=last).unasked] == [person]
    assert home_lists(town.staff, at=last + timedelta(minutes=1)).unasked == []
    assert home_lists(town.staff, at=clock.at_local(TUESDAY, "00:01")).unasked != []


@pytest.mark.parametrize(
    ("minutes", "level"), [(-180, ""), (-121, ""), (-41, "over"), (0, "over"), (5, "over"), (10, "late"), (600, "late")]
)
def test_the_hour_only_says_how_pressing_it_is(minutes: int, level: str):
    town, _person, _need = due("AM")
    at = clock.at_local(TUESDAY, "07:30") + timedelta(minutes=minutes)
    (row,) = home_lists(town.staff, at=at).unasked
    assert row.level_at(at) == (level or ("over" if -120 < minutes < 5 else ""))


def test_asked_for_is_the_end_of_it():
    """The twin."""
    town, person, _need = due()
    walkers.ask(town, person)
    assert home_lists(town.staff, at=walkers.AT).unasked == []


def test_excused_with_a_reason_until_it_is_taken_back():
    town, person, need = due()
    with pytest.raises(Invalid):
        excuses.say(need, reason="", by=town.staff, at=walkers.AT)
    assert home_lists(town.staff, at=walkers.AT).unasked != []

    for _press in range(2):
        excuses.say(need, reason="moved", by=town.staff, at=walkers.AT)
    lists = home_lists(town.staff, at=walkers.AT)

    assert Excuse.objects.count() == 1
    assert (lists.unasked, lists.lacking) == ([], 0)
    assert [(each.need, each.reason) for each in lists.excused] == [(need, "医院改了日子")]
    excuses.withdraw(need, by=town.staff, at=walkers.AT)
    assert [each.resident for each in home_lists(town.staff, at=walkers.AT).unasked] == [person]
    with pytest.raises(Conflict):
        excuses.withdraw(need, by=town.staff, at=walkers.AT)


def test_an_excuse_of_one_treatment_and_day_says_nothing_of_another():
    town, person, need = due()
    other = make.need(person, kind="chemotherapy", schedule_kind="weekly", schedule_days="2", shift="PM")
    excuses.say(need, reason="was_done", by=town.staff, at=walkers.AT)
    assert [each.need for each in home_lists(town.staff, at=walkers.AT).unasked] == [other]
    thursday = walkers.AT + timedelta(days=2)
    assert [each.need for each in home_lists(town.staff, at=thursday).unasked] == [need]


def test_the_page_says_it_takes_the_excuse_and_gives_it_back():
    town, person, need = due()
    at = clock.at_local(TUESDAY, "07:40")
    client = signed_in(town)
    with time_machine.travel(at, tick=False):
        page = client.get(reverse("access:home")).content.decode()
        assert "1 位还没有车" in page
        assert "都安排好了" not in page
        assert "王秀兰" in page
        assert 'data-level="danger"' in page
        said = client.post(
            reverse("access:excuse", args=[person.pk, need.pk]),
            {"reason": "patient", "idempotency_key": uuid.uuid4().hex},
            follow=True,
        ).content.decode()
        assert "今天没有人要出门。" in said
        assert "说过今天不去" in said
        assert "本人不去" in said
        back = client.post(
            reverse("access:excuse_undo", args=[person.pk, need.pk]),
            {"idempotency_key": uuid.uuid4().hex},
            follow=True,
        ).content.decode()
        assert "1 位还没有车" in back


@pytest.mark.parametrize("minutes", [-41, 10, 300])
def test_asking_for_somebody_due_now_begins_with_today(minutes: int):
    """faults 3: 41 minutes before the shift Thursday was preselected, and nobody read it."""
    town, person, _need = due()
    at = clock.at_local(TUESDAY, "07:30") + timedelta(minutes=minutes)
    found = suggestion(person, at=at)
    assert found.is_due_now
    with time_machine.travel(at, tick=False):
        page = signed_in(town).get(reverse("access:request_new", args=[person.pk])).content.decode()
    first = page.split('name="time"')[1]
    assert 'value="soon"' in first
    assert "checked" in first.split(">")[0]
    assert "今天，越快越好" in page


@pytest.mark.parametrize("how", ["asked", "excused", "in time"])
def test_else_the_next_session_comes_first(how: str):
    """The twin: today is taken care of, or can still be reached."""
    town, person, need = due("PM" if how == "in time" else "AM")
    at = walkers.AT
    if how == "asked":
        walkers.ask(town, person)
    if how == "excused":
        excuses.say(need, reason="was_done", by=town.staff, at=at)
    found = suggestion(person, at=at)
    day = TUESDAY if how == "in time" else TUESDAY + timedelta(days=2)
    assert not found.is_due_now
    assert clock.local_day(found.usual_at) == day


def test_of_several_needs_without_a_rhythm_none_is_preset():
    town = walkers.town()
    person = walkers.resident(town, "吴国栋")
    make.need(person, kind="pregnancy", schedule_kind="none")
    assert suggestion(person, at=walkers.AT).chosen.kind == "pregnancy"
    make.need(person, kind="child_chronic", schedule_kind="none")
    assert suggestion(person, at=walkers.AT).chosen is None


def test_the_request_page_always_says_the_day_and_the_hour():
    town = walkers.town()
    walkers.ask(town, walkers.resident(town, "王秀兰"))
    walkers.ask(town, walkers.resident(town, "吴国栋"), arrive_at=None)
    client = signed_in(town)
    with time_machine.travel(walkers.AT, tick=False):
        said = {
            row.name: client.get(reverse("access:request", args=[row.pk])).content.decode()
            for row in AccessRequest.objects.all()
        }
    assert "6月28日 周二 13:00 要到医院" in said["王秀兰"]
    assert "6月28日提的，越快越好" in said["吴国栋"]
