"""Whatever was forced into the database, no page answers 500, in either language."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.urls import reverse

from access.models import Absence, AccessRequest, Excuse, Identification, StandingOrder
from communities.models import Area, PolicyDocument
from communities.services import gates, rulebook
from core import clock
from core.actors import CITY
from tests import odd_rows, planted
from tests.factories import town
from tests.factories.town import ROLES, Side
from tests.trust import tables
from tests.trust.pages import town_of_canaries
from tests.trust.walk import clients, idents, routes, tried

GROUPS = list(odd_rows.groups())
SPOILT = sorted({fault.table for group in GROUPS for fault in group})
PLANTED = {odd_rows.Fault(*each) for each in planted.in_the_database()}
pytestmark = pytest.mark.django_db
LANGUAGES = ("zh-hans", "en")
SHARE = 1 if os.environ.get("TRUST_LONGER") else 10  # each group opens one in so many of its pages
TABLE = re.compile(r'(?:FROM|JOIN) "?(\w+)"?')
# what a page opens by besides its address
ASKED = {
    "access:residents": ({"q": "谷"}, {"q": "1847"}, {"group": "dialysis"}, {"page": "2"}),
    "access:requests": ({"q": "谷"}, {"only": "open"}, {"only": "closed"}),
    "access:caller_find": ({"q": "13977001847"},),
    "hospitals:desk": ({"q": "乔"}, {"part": "list"}),
    "hospitals:find": ({"code": "ABCD"},),
    "command:overview": ({"part": "list"},),
    "command:zones": ({"q": "小区"},),
    "communities:gate_back": ({"direction": "entry"},),
}


@pytest.fixture(scope="module")
def side(django_db_setup: None, django_db_blocker: Any) -> Iterator[Side]:
    with django_db_blocker.unblock(), transaction.atomic():
        town.patient()
        side = town_of_canaries(clock.now())
        _besides(side, clock.now())
        yield side
        transaction.set_rollback(True)


def _besides(side: Side, at: datetime) -> None:
    """Make a row of each table the town has none of."""
    staff, guard = side.actors["staff"], side.actors["guard"]
    Area.objects.create(code=side.community.street_code, level="street", name="纤维街道", lat=40.1, lon=124.4)
    order = PolicyDocument.objects.create(code="d-1", title="振兴区通告", issuer="指挥部", level="district")
    for key, value in (("waiting.amber_min", 8), ("waiting.target_min", 30), ("critical.fallback_min", 6)):
        rulebook.set_rule(order, key=key, value=value, scope=side.community.code[:6], by=CITY, at=at)
    gates.add_detail(side.emergency, building="9号楼", party_size=2, has_ambulance=True, by=guard, at=at)
    asked, placed = side.cases["asked"].resident, side.cases["placed"].resident
    StandingOrder.objects.create(resident=asked, need_kind="dialysis", day=clock.local_day(at))
    Absence.objects.create(
        resident=placed, person_key=placed.person_key, kind="away", since=at, said_by=staff.label, note="在女儿家"
    )
    Excuse.objects.create(
        resident=asked, need_kind="dialysis", day=clock.local_day(at), reason="patient", at=at, by_key=staff.key,
        by_label=staff.label,
    )  # fmt: skip
    Identification.objects.create(
        request=AccessRequest.objects.get(case_ref=side.walk_in.case_ref),  # type: ignore[union-attr]
        resident=side.cases["inside"].resident,
        before={},
        at=at,
        by_key=staff.key,
        by_label=staff.label,
    )


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


@dataclass(frozen=True)
class Page:
    """One page of one post, with what is asked of it."""

    role: str
    url: str
    words: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.role} {self.url} {dict(self.words) or ''}"


class Crawl:
    """Opens pages, and remembers which tables each read, which fell and why."""

    def __init__(self, side: Side) -> None:
        self.clients = clients(side)
        self.pages = [
            Page(role, url, tuple(words.items())) for role in ROLES for url, words in addresses(role, side)
        ]  # fmt: skip
        self.reads: dict[Page, set[str]] = {page: set() for page in self.pages}
        self.fell: dict[str, list[str]] = {}
        self._why = ""
        self._read: set[str] = set()

    def open_all(self) -> None:
        """Open every page as the rows are; learn which tables it reads, and leave out records that are not for it."""
        answered = {}
        with connection.execute_wrapper(self._listen):
            for page in self.pages:
                self._read = self.reads[page]
                answered[page] = self.run([page], LANGUAGES[0])
        self.pages = [page for page in self.pages if answered[page] < 400]

    def of(self, tables: set[str]) -> list[Page]:
        """Return the pages that read one of these tables."""
        return [page for page in self.pages if self.reads[page] & tables]

    def run(self, pages: list[Page], language: str) -> int:
        """Open pages in a language; keep those that answered 500 by the last lines of why. Return the last answer."""
        status = 0
        got_request_exception.connect(self._note)
        try:
            for page in pages:
                client = self.clients[page.role]
                client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
                self._why = ""
                answer = tried(client, "GET", page.url, dict(page.words))
                if answer.streaming:
                    b"".join(answer)
                status = answer.status_code
                if status >= 500:
                    self.fell.setdefault(self._why, []).append(str(page))
        finally:
            got_request_exception.disconnect(self._note)
        return status

    def _note(self, **_signal: Any) -> None:
        self._why = "".join(traceback.format_exc(limit=-3))

    def _listen(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._read.update(TABLE.findall(sql))
        return execute(sql, params, many, context)


@pytest.fixture(scope="module")
def whole(side: Side) -> Crawl:
    crawl = Crawl(side)
    crawl.open_all()
    return crawl


def test_every_page_opens_before_anything_is_forced(whole: Crawl) -> None:
    assert whole.fell == {}
    assert len(whole.reads) > 300
    assert len(whole.pages) > 100


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_a_page_survives_every_row_that_slipped_through(whole: Crawl, number: int) -> None:
    """Every column is spoilt in every run; by default with a tenth of the pages in turn."""
    group = GROUPS[number]
    whole.fell.clear()
    pages = whole.of({fault.table for fault in group})[number % SHARE :: SHARE]
    with transaction.atomic():
        refused = odd_rows.spoil(group)
        whole.run(pages, LANGUAGES[number % 2])
        transaction.set_rollback(True)

    assert whole.fell == {}, "\n".join(
        f"{why}\n{found}" for why, found in [*whole.fell.items(), ("", [str(fault) for fault in group])]
    )
    assert set(refused) <= PLANTED, "the maker of faults wrote what its column cannot hold"


def test_every_table_that_is_spoilt_has_rows(side: Side) -> None:
    with connection.cursor() as cursor:
        counts = {table: cursor.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in SPOILT}

    assert {table for table, rows in counts.items() if not rows} == set()


def test_most_of_what_a_folder_planted_can_stand_in_the_database(side: Side) -> None:
    with transaction.atomic():
        refused = [fault for fault in PLANTED if odd_rows.spoil([fault])]
        transaction.set_rollback(True)

    assert len(PLANTED) - len(refused) >= 40, sorted(map(str, refused))


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
    ("access_careneed", "kind", "'透晰'", "staff", "access:request_new", "？ 透晰"),
    ("access_accessrequest", "zone_class", "'火箭'", "staff", "access:request", "火箭"),
    ("access_careneed", "facility_id", "'NO-1'", "staff", "access:need_edit", "？ NO-1"),
    ("access_careneed", "schedule_days", "'every day'", "staff", "access:resident", "？ every day"),
    ("access_accessrequest", "mobility", "'火箭'", "dispatch", "dispatch:board", "？ 火箭"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("table", "column", "sql", "role", "route", "word"), SHOWN)
def test_what_slipped_through_is_shown_as_it_stands(  # noqa: PLR0913 - what pytest hands in
    side: Side, table: str, column: str, sql: str, role: str, route: str, word: str, language: str
) -> None:
    client = clients(side)[role]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    case = side.cases["asked"]
    resident = case.resident
    args = {
        "access:resident": [resident.pk],
        "access:request_new": [resident.pk],
        "access:need_edit": [resident.pk, resident.needs.get().pk],
        "access:request": [case.request.pk],
    }.get(route)
    with transaction.atomic():
        odd_rows.force(odd_rows.Fault(table, column, sql))
        shown = client.get(reverse(route, args=args)).content.decode()
        transaction.set_rollback(True)

    assert word in shown
