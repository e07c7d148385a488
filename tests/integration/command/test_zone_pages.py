"""Command changes a zone after reading whom it meets (4.9, E7; rules.md section 2 no. 5)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.selectors.ground import zone_now
from command.selectors import zoning
from communities.models import ZonePeriod
from core import clock
from core.models import AuditEvent
from tests import walkers
from tests.factories import communities as gate_rows
from tests.walkers import AT, MIN
from transport.models import Trip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    clock.forget()
    with time_machine.travel(AT + 200 * MIN, tick=False):
        yield AT + 200 * MIN
    clock.forget()


def officer(place: str = "210600000000") -> Client:
    client = Client()
    client.force_login(gate_rows.user(f"zhihui{place}", "陶主任", role="command", place=("city", place, "丹东市")))
    return client


def key() -> dict[str, str]:
    return {"idempotency_key": uuid.uuid4().hex}


def test_whom_a_change_meets_is_said_before_and_the_change_reaches_them(noon):
    """Preview writes nothing; the press writes the period, and those on the way follow (test_reclass)."""
    town = walkers.town(cars=3)
    out = walkers.walk(town, to="arrived")
    slot = walkers.desk_rows.make_slot(town.slot.service, starts_at=noon + 140 * MIN)
    placed = walkers.ask(town, walkers.resident(town, "王秀兰"), at=noon, arrive_at=slot.starts_at)
    walkers.place_by_hand(town, placed, slot_id=slot.pk, out_vehicle="V2", at=noon)
    walkers.ask(town, walkers.resident(town, "刘桂英", building="9号楼"), at=noon, arrive_at=slot.starts_at)
    client, to = officer(), reverse("command:zone", args=[town.community.pk])

    assert zoning.affected(town.community, building="") == zoning.Affected(out=1, arranged=1, waiting=1)
    assert zoning.affected(town.community, building="9号楼").total == 1
    page = client.get(to, {"zone_class": "sealed", "building": "", "since": "", "source": ""}).content.decode()
    assert "今天碰到 3 个人" in page
    assert "改成封控区" in page
    assert ZonePeriod.objects.count() == 1
    answer = client.post(to, {"zone_class": "sealed", "source": "通告", **key()}, follow=True)

    assert "锦江花园 现在起是封控区" in answer.content.decode()
    assert zone_now(town.community, "5号楼", at=noon + MIN) == "sealed"
    assert zone_now(town.community, "5号楼", at=AT) == "controlled"
    assert AuditEvent.objects.filter(verb="zone.change").count() == 1
    walkers.deliver()
    assert Trip.objects.live().get(case_ref=out.request.case_ref).zone_class == "sealed"


def test_one_building_is_put_under_and_lifted_again(noon):
    town = walkers.town()
    client, to = officer(), reverse("command:zone", args=[town.community.pk])
    client.post(to, {"zone_class": "sealed", "building": "9号楼", **key()})
    assert zone_now(town.community, "9号楼", at=noon) == "sealed"
    with time_machine.travel(noon + 5 * MIN, tick=False):
        assert "跟全小区一样" in client.get(to).content.decode()
        client.post(reverse("command:zone_lift", args=[town.community.pk]), {"building": "9号楼", **key()})
        assert zone_now(town.community, "9号楼", at=clock.now()) == "controlled"


def test_an_order_for_tonight_stands_below_those_in_force(noon):
    town = walkers.town()
    client, to = officer(), reverse("command:zone", args=[town.community.pk])
    tonight = (noon + timedelta(hours=8)).astimezone(clock.CHINA)
    client.post(to, {"zone_class": "sealed", "since": tonight.strftime("%Y-%m-%dT%H:%M"), **key()})

    assert zone_now(town.community, "", at=noon) == "controlled"
    assert zone_now(town.community, "", at=tonight + MIN) == "sealed"
    shown = zoning.periods(town.community, at=noon)
    assert [period.zone_class for period in shown] == ["controlled", "sealed"]
    assert f"到 {tonight.month}月{tonight.day}日" in client.get(to).content.decode()


def test_wrong_words_come_back_and_nothing_changes():
    town = walkers.town()
    client, to = officer(), reverse("command:zone", args=[town.community.pk])
    for wrong in ({"zone_class": "moon"}, {}, {"zone_class": "sealed", "since": "soon"}):
        answer = client.post(to, {**wrong, **key()})
        assert answer.status_code == 422
    assert client.post(to, {"zone_class": "sealed"}).status_code == 422  # without a key
    assert ZonePeriod.objects.count() == 1


def test_only_command_of_the_division_sees_and_changes():
    town = walkers.town()
    elsewhere, dispatcher = officer("210700000000"), Client()
    dispatcher.force_login(walkers.dispatcher_user())
    for name in ("command:zone", "command:zone_lift"):
        to = reverse(name, args=[town.community.pk])
        assert elsewhere.post(to, {"zone_class": "sealed", **key()}).status_code == 404
        assert dispatcher.post(to, {"zone_class": "sealed", **key()}).status_code == 403
    assert town.community.name not in elsewhere.get(reverse("command:zones")).content.decode()
    assert ZonePeriod.objects.count() == 1


@pytest.mark.parametrize("rows", [5, 50])
def test_the_list_costs_the_same_at_5_and_at_50(rows, django_assert_max_num_queries, noon):
    for number in range(rows):
        made = gate_rows.community(f"2106020{number:02d}001", f"小区{number}")
        gate_rows.zone(made, "sealed", since=AT, building="1号楼")
    client = officer()
    client.get(reverse("command:zones"))  # the hotline is read once a minute
    with django_assert_max_num_queries(8):
        page = client.get(reverse("command:zones"), {"q": "小区"}).content.decode()
    assert page.count("data-row") == min(rows, 50)


def test_a_building_where_nobody_is_registered_is_named_before_it_is_changed(noon):
    """A slip for another one would leave that one as it was, unsaid."""
    town = walkers.town()
    walkers.resident(town, "刘桂英", building="9号楼")
    client, to = officer(), reverse("command:zone", args=[town.community.pk])

    def warns(building: str) -> bool:
        page = client.get(to, {"zone_class": "sealed", "building": building}).content.decode()
        assert "改成封控区" in page
        return "没有人登记在" in page

    assert [warns(written) for written in ("99号楼", "9号楼", "９ 栋", "")] == [True, False, False, False]
