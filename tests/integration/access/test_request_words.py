"""What the page of one request says is so: after its end, and of an hour that was not asked for."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.services import requests
from tests import walkers
from tests.factories import communities as people
from tests.factories import hospitals as desk_rows
from tests.walkers import AT, MIN
from transport.models import Trip

pytestmark = pytest.mark.django_db
PROMISES = ("医院还没定，调度会按规定选。", "还没有车。排上以后", "排好车就自动发", "车还在安排")


def signed_in(town, role: str = "staff") -> Client:
    home, client = town.community, Client()
    place = ("gate", f"{home.code}-1", home.name) if role == "guard" else ("community", home.code, home.name)
    client.force_login(people.user(f"user-{role}", "林晓", role=role, place=place))
    return client


def test_the_community_reads_whose_pass_it_is_and_the_guard_does_not():
    """faults 3: the community's own list was masked like the gate's (R-000-19)."""
    town = walkers.town()
    walkers.walk(town, to="placed", request=walkers.ask(town, walkers.resident(town, "欧阳秀兰")))
    with time_machine.travel(AT, tick=False):
        for role in ("staff", "lead"):
            desk = signed_in(town, role)
            listed = desk.get(reverse("communities:passes"))
            assert "欧阳秀兰" in listed.content.decode()
            (gate_pass,) = listed.context["passes"]
            assert "欧阳秀兰" in desk.get(reverse("communities:pass", args=[gate_pass.pk])).content.decode()
        gate = signed_in(town, "guard").get(reverse("communities:gate_list")).content.decode()
    assert gate_pass.number in gate
    assert "秀兰" not in gate


def test_people_are_told_one_number_and_find_by_it():
    """faults 3: 单号, 证号 and 短码 on one page, and the guard was told the wrong one."""
    case = walkers.walk(walkers.town(), to="placed")
    number = case.request.number
    desk = signed_in(case.town)
    with time_machine.travel(AT, tick=False):
        page = desk.get(reverse("access:request", args=[case.request.pk]))
        gate_pass = page.context["d"].parts.gate_pass
        text = page.context["chat_text"]
        found = desk.get(reverse("access:requests"), {"q": gate_pass.number}).content.decode()
    assert number != gate_pass.number
    assert gate_pass.number in text
    for words in (page.content.decode(), text):
        assert number not in words
        assert gate_pass.short_code not in words
        assert "单号" not in words
        assert "短码" not in words
    assert "陈玉梅" in found.split("<main")[1]


def page_of(town, request, *, at=AT) -> str:
    home = town.community
    client = Client()
    client.force_login(people.user("13800000077", "林晓", role="staff", place=("community", home.code, home.name)))
    with time_machine.travel(at, tick=False):
        return client.get(reverse("access:request", args=[request.pk])).content.decode()


@pytest.mark.parametrize("stage", ["asked", "placed"])
@pytest.mark.parametrize("how", ["cancelled", "not gone"])
def test_after_the_end_the_page_promises_nothing(stage: str, how: str):
    """faults 3: a cancelled request still said that the car is being arranged."""
    case = walkers.walk(walkers.town(), to=stage)
    if how == "cancelled":
        requests.cancel(case.request, reason="date", by=case.town.staff, at=case.at)
    else:
        requests.close(case.request, outcome="not_gone", by=case.town.staff, at=case.at)

    page = page_of(case.town, case.request)

    assert [words for words in PROMISES if words in page] == []
    assert "这一趟结了，没有派车。" in page
    assert "这一趟结了，没有能用的通行证。" in page
    assert "现在轮到" not in page


def test_before_the_end_it_says_what_comes():
    """The twin."""
    case = walkers.walk(walkers.town(), to="asked")
    page = page_of(case.town, case.request)
    assert [words for words in PROMISES if words in page] != []
    assert "这一趟结了" not in page


@pytest.mark.parametrize(
    ("explained", "why"),
    [
        ([{"code": "later_hour", "verdict": "but", "figures": {"min": 60, "why": "full"}}], "因为那个钟点的号满了"),
        ([{"code": "later_hour", "verdict": "but", "figures": {"min": 60, "why": "cars"}}], "因为那个钟点的车不够"),
        ([], "这是调度员定的"),
    ],
)
def test_another_hour_than_asked_for_is_said_in_amber_with_its_reason(explained, why: str):
    """faults 3: asked for 12:00 and given 13:00 was one grey line."""
    town = walkers.town()
    request = walkers.ask(town, arrive_at=town.slot.starts_at - 60 * MIN)
    walkers.place_by_hand(town, request)
    trip = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    trip.explanation = {**trip.explanation, "hospital": explained}
    trip.save(update_fields=["explanation"])

    page = page_of(town, request)

    strip = page.split('data-key="other-hour"')[0].rsplit("<div", 1)[1]
    assert "strip-wait" in strip
    assert f"您要 12:00，排到 13:00，{why}。" in page


def test_another_day_is_named():
    town = walkers.town()
    request = walkers.ask(town, arrive_at=town.slot.starts_at)
    late = desk_rows.make_slot(town.slot.service, starts_at=town.slot.starts_at + 720 * MIN)
    walkers.place_by_hand(town, request, slot_id=late.pk)
    assert "您要 6月28日 13:00，排到 6月29日 01:00" in page_of(town, request)


def test_the_hour_asked_for_needs_no_word():
    """The twin."""
    town = walkers.town()
    request = walkers.ask(town)
    walkers.place_by_hand(town, request)
    assert "您要" not in page_of(town, request)
