"""Whatever was forced into the database, no page answers 500, in either language."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import got_request_exception
from django.db import transaction
from django.urls import reverse

from core import clock
from tests import odd_rows
from tests.factories import town
from tests.factories.town import ROLES, Side
from tests.trust import tables
from tests.trust.pages import town_of_canaries
from tests.trust.walk import clients, idents, routes, tried

pytestmark = pytest.mark.django_db
LANGUAGES = ("zh-hans", "en")
# what a page opens by besides its address
ASKED = {
    "access:residents": ({"q": "谷"}, {"q": "1847"}, {"group": "dialysis"}, {"page": "2"}),
    "access:requests": ({"q": "谷"}, {"only": "open"}, {"only": "closed"}),
    "access:caller_find": ({"q": "13977001847"},),
    "hospitals:desk": ({"q": "乔"}, {"part": "list"}),
    "hospitals:find": ({"code": "ABCD"},),
    "dispatch:command": ({"part": "list"},),
    "dispatch:zones": ({"q": "小区"},),
    "communities:gate_back": ({"direction": "entry"},),
}


@pytest.fixture(scope="module")
def side(django_db_setup: None, django_db_blocker: Any) -> Iterator[Side]:
    with django_db_blocker.unblock(), transaction.atomic():
        town.patient()
        yield town_of_canaries(clock.now())
        transaction.set_rollback(True)


def addresses(role: str, side: Side) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every page that a post may open, for every record of its side, with what may be asked of it."""
    own = idents(side)
    for route in routes():
        rule = tables.rules().get((route.name, "GET"))
        if rule is None or rule.action == "public" or not rule.lets(role) or route.name == "api_schema":
            continue
        known = own[route.kind].values() if route.id_params else [None]
        for url in dict.fromkeys(url for ident in known for url in route.urls(ident)):
            for words in ({}, *ASKED.get(route.name, ())):
                yield url, words
    if role == "dispatch":
        for case in side.cases.values():
            yield reverse("dispatch:board"), {"who": str(case.request.pk)}


class Crawl:
    """Opens every page of every post, and remembers what fell and where."""

    def __init__(self, side: Side) -> None:
        self.side, self.clients = side, clients(side)
        self.known = {role: list(addresses(role, side)) for role in ROLES}
        self.said: list[str] = []
        self.opened = 0

    def _note(self, **_signal: Any) -> None:
        self.said.append("".join(traceback.format_exc(limit=-3)))

    def run(self, language: str) -> Iterator[str]:
        """Open every page in a language; give the addresses that answered 500 with the last lines of why."""
        got_request_exception.connect(self._note)
        try:
            for role, found in self.known.items():
                self.clients[role].cookies[settings.LANGUAGE_COOKIE_NAME] = language
                for url, words in found:
                    self.said.clear()
                    answer = tried(self.clients[role], "GET", url, words)
                    if answer.streaming:
                        b"".join(answer)
                    self.opened += 1
                    if answer.status_code >= 500:
                        yield f"{role} {url} {words or ''}\n{(self.said or [''])[-1]}"
        finally:
            got_request_exception.disconnect(self._note)


def test_every_page_opens_before_anything_is_forced(side: Side) -> None:
    crawl = Crawl(side)

    assert list(crawl.run("zh-hans")) == []
    assert crawl.opened > 300


SHOWN = [
    ("transport_vehicle", "vehicle_class", "'出租车'", "dispatch", "dispatch:vehicles", "？ 出租车"),
    (
        "transport_vehicle",
        "zones_allowed",
        "ARRAY['sealed', '高风险区']",
        "dispatch",
        "dispatch:vehicles",
        "？ 高风险区",
    ),
    ("transport_vehicle", "status", "'坏了'", "dispatch", "dispatch:vehicles", "？ 坏了"),
    ("transport_vehicle", "lat", "'NaN'", "dispatch", "dispatch:engine", "nan"),
    ("hospitals_service", "status", "'算命'", "dispatch", "dispatch:facilities", "？ 算命"),
    ("hospitals_facility", "zone_role", "'绿码医院'", "dispatch", "dispatch:facilities", "绿码医院"),
    ("access_careneed", "kind", "'透晰'", "staff", "access:residents", "？ 透晰"),
    ("access_resident", "mobility", "'火箭'", "staff", "access:residents", "？ 火箭"),
    ("access_careneed", "schedule_days", "'every day'", "staff", "access:resident", "？ every day"),
    ("access_accessrequest", "mobility", "'火箭'", "dispatch", "dispatch:board", "？ 火箭"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("table", "column", "sql", "role", "route", "word"), SHOWN)
def test_what_slipped_through_is_shown_as_it_stands(
    side: Side, table: str, column: str, sql: str, role: str, route: str, word: str, language: str
) -> None:
    client = clients(side)[role]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    args = [side.cases["asked"].resident.pk] if route == "access:resident" else []
    with transaction.atomic():
        odd_rows.force(odd_rows.Fault(table, column, sql))
        shown = client.get(reverse(route, args=args)).content.decode()
        transaction.set_rollback(True)

    assert word in shown
