"""The list of residents: whom each filter keeps, how many its button says, and what a record lacks."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import clock
from tests.factories import access as make
from tests.factories import communities as places
from tests.walkers import AT

pytestmark = pytest.mark.django_db
WHOLE: dict[str, Any] = {"phone": "15400003328", "id_index": "x", "checked_at": AT}
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    clock.forget()
    with time_machine.travel(AT, tick=False):
        yield
    clock.forget()


def _seen(group: str = "", words: str = "") -> str:
    client = Client()
    user = User.objects.filter(username="13800000002").first() or places.staff()
    client.force_login(user)
    return client.get(reverse("access:residents"), {"group": group, "q": words}).content.decode()


def _named(page: str) -> set[str]:
    return set(re.findall(r'data-main><b class="size-lg">(\w+)<', page))


def _counted(page: str, group: str) -> int:
    found = re.search(rf'href="\?group={group}&amp;[^>]*>[^<]*<span class="num">(\d+)<', page)
    return int(found[1]) if found else 0


def _resident(name: str, **fields: Any) -> Any:
    given = {**WHOLE, "id_index": name, **fields}
    return make.resident(places.community(), name, **given)


def test_incomplete_keeps_who_lacks_a_telephone_or_a_good_number_and_says_which():
    """Guard: completeness of the roster, each of its three reasons alone; a passport needs no number of ours."""
    _resident("齐全")
    _resident("护照", id_kind="passport", id_index="")
    _resident("缺电话", phone="")
    _resident("缺证号", id_index="")
    _resident("错证号", id_fault="check")

    page = _seen("incomplete")

    assert _named(page) == {"缺电话", "缺证号", "错证号"}
    assert _counted(page, "incomplete") == 3
    lacks = {name: _lacks(page, name) for name in _named(page)}
    assert lacks == {"缺电话": "没填电话", "缺证号": "没填证件", "错证号": "证件号有误"}
    assert _lacks(_seen(), "齐全") == _lacks(_seen(), "护照") == ""


def _lacks(page: str, name: str) -> str:
    row = page[page.index(f'"size-lg">{name}<') :]
    found = re.search(r'<small class="tone-wait">\s*(\S+)', row[: row.index("</td>")])
    return found[1] if found else ""


def test_stale_keeps_who_was_not_checked_for_a_week():
    """Guard: 好久没核对, on both sides of the week (R-000-13)."""
    _resident("没核对", checked_at=None)
    _resident("八天前", checked_at=AT - 7 * DAY - timedelta(minutes=1))
    _resident("七天前", checked_at=AT - 7 * DAY)

    page = _seen("stale")

    assert _named(page) == {"没核对", "八天前"}
    assert _counted(page, "stale") == 2


def test_old_begins_on_the_day_of_the_birthday():
    """Guard: 65 岁以上, on both sides of the birthday."""
    _resident("今天满", birth_date=date(1957, 6, 28))
    _resident("明天满", birth_date=date(1957, 6, 29))
    _resident("不知道", birth_date=None)

    page = _seen("old")

    assert _named(page) == {"今天满"}
    assert _counted(page, "old") == 1


@pytest.mark.parametrize(
    ("group", "kinds"),
    [
        ("dialysis", ["dialysis", "peritoneal_dialysis"]),
        ("tumour", ["chemotherapy", "radiotherapy", "picc_care"]),
        ("maternal", ["pregnancy", "postpartum", "newborn"]),
        ("child", ["child_chronic"]),
        ("mental", ["severe_mental_illness"]),
        ("medicine", ["chronic_medicine", "controlled_medicine", "home_nursing"]),
    ],
)
def test_a_filter_of_needs_keeps_who_has_one_now(group, kinds):
    """Guard: each filter's kinds, and that a need which ended or pauses counts no more."""
    for kind in ["outpatient", *kinds]:
        make.need(_resident(kind), kind)
    for status in ("ended", "suspended"):
        make.need(_resident(status), kinds[0], status=status)
    make.need(_resident("走了", archived_at=AT), kinds[0])

    page = _seen(group)

    assert _named(page) == set(kinds)
    assert _counted(page, group) == len(kinds)


def test_who_is_put_away_is_found_by_name_and_stands_in_no_list():
    """Guard: the list is of those who are there; a search finds a person, marked, so that nobody registers them anew."""
    _resident("在册")
    _resident("走了", archived_at=AT)

    assert _named(_seen()) == {"在册"}
    found = _seen(words="走了")
    assert _named(found) == {"走了"}
    assert "已归档" in found
