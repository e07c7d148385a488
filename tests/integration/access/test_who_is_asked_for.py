"""给谁申请？ The first page to ask from: due people first, everybody found, one press on a name."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.models import Resident
from access.selectors.timeline import TimelineEntry, folded, timeline
from access.services import excuses
from tests import walkers
from tests.factories import access as make
from tests.factories import communities as people
from tests.walkers import AT, MIN

pytestmark = pytest.mark.django_db


def signed_in(town) -> Client:
    client, home = Client(), town.community
    client.force_login(people.user("13800000077", "林晓", role="staff", place=("community", home.code, home.name)))
    return client


def asked(client: Client, words: str = "") -> str:
    with time_machine.travel(AT, tick=False):
        page = client.get(reverse("access:request_who"), {"q": words} if words else {}).content.decode()
    return page.split("<main")[1].split("</main>")[0]


def named(name: str) -> Resident:
    return next(each for each in Resident.objects.all() if each.name == name)


def test_whoever_is_due_stands_first_until_asked_for_or_excused():
    town = walkers.town()
    walkers.resident(town, "安小平")
    for name in ("王秀兰", "吴国栋", "陈玉梅"):
        make.need(walkers.resident(town, name), schedule_kind="weekly", schedule_days="2", shift="AM")
    walkers.ask(town, named("吴国栋"))
    excuses.say(named("陈玉梅").needs.get(), reason="was_done", by=town.staff, at=AT)

    page = asked(signed_in(town))

    due, everybody = page.split('id="h-all"')
    assert "王秀兰" in due
    assert [name for name in ("吴国栋", "陈玉梅", "安小平") if name in due] == []
    assert [name for name in ("王秀兰", "吴国栋", "陈玉梅", "安小平") if name not in everybody] == []
    assert reverse("access:request_new", args=[named("王秀兰").pk]) in due


@pytest.mark.parametrize("words", ["王秀兰", "wxl", "3328", "5号楼"])
def test_a_name_is_found_and_leads_to_the_three_questions(words: str):
    town = walkers.town()
    person = walkers.resident(town, "王秀兰", phone="15400003328", phone_last4="3328")
    walkers.resident(town, "吴国栋", building="9号楼")
    page = asked(signed_in(town), words)
    assert reverse("access:request_new", args=[person.pk]) in page
    assert "吴国栋" not in page


def test_nobody_found_offers_to_register():
    page = asked(signed_in(walkers.town()), "不存在")
    assert "没找到“不存在”" in page
    assert reverse("access:resident_new") in page


def test_every_hand_over_stands_in_what_happened():
    """faults 3: the gate's exit and entry were missing."""
    case = walkers.walk(walkers.town(), to="home")
    lines = [str(each.words) for each in reversed(timeline(case.request.case_ref))]
    wanted = [
        "提交申请",
        "排好了医院和车",
        "出小区门",
        "确认上车",
        "到院",
        "交接完成",
        "开始治疗",
        "治疗结束",
        "确认上车",
        "进小区门",
    ]
    rest = iter(lines)
    assert [each for each in wanted if each not in rest] == [], lines


def test_the_same_done_again_and_again_is_one_line():
    def entry(minute: int, words: str = "派车", who: str = "系统") -> TimelineEntry:
        return TimelineEntry(AT - minute * MIN, words, "", who, is_offline=False)

    shown = folded([entry(1), entry(2), entry(3), entry(4, "退号"), entry(5), entry(6, who="调度 韩冰")])

    assert [(each.words, each.times) for each in shown] == [("派车", 3), ("退号", 1), ("派车", 1), ("派车", 1)]
    assert (shown[0].at, shown[0].since) == (AT - MIN, AT - 3 * MIN)
