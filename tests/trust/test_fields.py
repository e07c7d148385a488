"""Every field of `authz/fields.csv` × role × page the role can open (trust.md G8, C2): canaries, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.db import transaction

from core import clock
from core.models import AuditEvent
from tests.factories import town
from tests.factories.town import ROLES, Side
from tests.trust import tables
from tests.trust.pages import (
    CANARIES,
    NO_CANARY,
    Page,
    canaries,
    names_of_people,
    pages_of,
    town_of_canaries,
)
from tests.trust.walk import clients, send

pytestmark = pytest.mark.django_db
NEEDED = 2_000  # with the addresses of test_authz.py more than the 8,000 of trust.md G7
FIELDS = [field for field in tables.fields() if field not in NO_CANARY]
NOWHERE, NOT_BY_ITSELF, NOT_WITH_A_PERSON = ("X", "M"), ("L",), ("D", "B")


@pytest.fixture(scope="module")
def side(django_db_setup: None, django_db_blocker: Any) -> Iterator[Side]:
    with django_db_blocker.unblock(), transaction.atomic():
        town.patient()
        yield town_of_canaries(clock.now())
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def pages(side: Side, django_db_blocker: Any) -> dict[str, list[Page]]:
    """Every page of every role, fetched once."""
    with django_db_blocker.unblock():
        return pages_of(side)


def faults(field: str, role: str, pages: list[Page], words: list[str]) -> list[str]:
    """Return the pages of one role that tell of one field more than its letter grants, or that none tells it."""
    letter = tables.fields()[field][role][0]
    telling = [page for page in pages if any(re.search(word, page.body) for word in words)]
    said = f"fields.csv gives {role} {letter} of {field}"
    if letter in NOT_BY_ITSELF:
        telling = [page for page in telling if not page.is_logged]
    if letter in (*NOWHERE, *NOT_BY_ITSELF):
        return [f"{said}: it stands on {page.route} ({page.url})" for page in telling]
    if letter in NOT_WITH_A_PERSON:
        beside = [page for page in telling if any(name in page.body for name in names_of_people())]
        return [f"{said}: it stands beside a person on {page.route} ({page.url})" for page in beside]
    return [f"{said}: no page shows it"] if letter == "F" and not telling else []


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("field", FIELDS)
def test_a_role_reads_of_a_field_what_its_letter_grants(
    field: str, role: str, side: Side, pages: dict[str, list[Page]]
) -> None:
    """G8: X and M nowhere, L not by itself, D and B never beside a person, F on a page at least."""
    assert faults(field, role, pages[role], canaries(side)[field]) == []


def test_there_are_as_many_checks_as_the_tables_need(pages: dict[str, list[Page]]) -> None:
    """Each field on each page of each role is one check."""
    assert len(FIELDS) * sum(len(each) for each in pages.values()) >= NEEDED
    assert set(NO_CANARY) <= set(tables.fields())


def test_every_page_of_every_post_was_read(pages: dict[str, list[Page]]) -> None:
    """Else a page that nobody could open would prove nothing."""
    for (name, method), rule in tables.rules().items():
        if method != "GET" or rule.action == "public" or name in LEADING_ON:
            continue
        missing = [role for role in ROLES if rule.lets(role) and name not in {page.route for page in pages[role]}]
        assert missing == [], f"{name} was opened by none of {missing}: give the town what it shows"


# these lead on to another page
LEADING_ON = {"home", "access:case", "hospitals:find"}


def undialled(page: Page, numbers: list[str]) -> list[str]:
    """List what of a page's telephones a device would not dial: links with more than digits, numbers without a link."""
    found = [href for href in re.findall(r'href="tel:([^"]*)"', page.body) if not re.fullmatch(r"\d+(,\d+)?", href)]
    text = re.sub(r'<a\b[^>]*href="tel:\d+(?:,\d+)?"[^>]*>.*?</a>', "", page.body, flags=re.DOTALL)
    text = re.sub(r"<(textarea|script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    shown = re.sub(r"<[^>]*>", " ", text)
    return [f"{page.route} ({page.url}): {each}" for each in (*found, *(n for n in numbers if n in shown))]


@pytest.mark.parametrize("role", ROLES)
def test_every_telephone_is_a_link_that_dials(role: str, side: Side, pages: dict[str, list[Page]]) -> None:
    """One filter makes what a device dials; a number beside no link would be typed over by hand, at a gate, at night."""
    numbers = [side.community.contact_phone, *(words.phone for words in CANARIES.values())]

    assert [fault for page in pages[role] for fault in undialled(page, numbers)] == []
    if role == "guard":
        assert any('href="tel:04153120001"' in page.body for page in pages[role])


def test_twin_a_telephone_that_nobody_could_press_is_named() -> None:
    page = Page("a", "/a/", '<a href="tel:0415-3120001">问</a><b>0415-3120001</b><textarea>0415-3120001</textarea>')
    assert undialled(page, ["0415-3120001"]) == ["a (/a/): 0415-3120001", "a (/a/): 0415-3120001"]
    assert undialled(Page("a", "/a/", '<a href="tel:04153120001,8">0415-3120001</a>'), ["0415-3120001"]) == []


def test_masked_is_a_surname_with_marks(pages: dict[str, list[Page]]) -> None:
    """M: what hospital management, a gate and command read of a person waiting for the way home (R-000-7)."""
    for role in ("guard", "driver", "hospadm", "command"):
        [strip] = [page for page in pages[role] if page.route == "access:people_out"]
        assert "鲁＊＊" in strip.body, role


@pytest.mark.parametrize("role", ["staff", "lead"])
def test_a_full_number_is_shown_by_a_press_that_is_written_down(role: str, side: Side) -> None:
    """L: the press shows it, and the audit says who pressed."""
    client, resident = clients(side)[role], side.cases["asked"].resident
    before = AuditEvent.objects.filter(actor_role=role, object_id=str(resident.pk)).count()

    shown = send(client, "POST", f"/residents/{resident.pk}/reveal/", {"purpose": "check"})

    assert CANARIES["asked"].id_no in shown.content.decode()
    assert AuditEvent.objects.filter(actor_role=role, object_id=str(resident.pk)).count() == before + 1


@pytest.mark.parametrize("role", ["dispatch", "intake"])
def test_a_register_searched_from_outside_is_written_down(role: str, side: Side) -> None:
    """L: a building, for a desk, stands behind a search that takes two things and leaves its trace."""
    before = AuditEvent.objects.filter(verb="resident.looked_up", actor_role=role).count()

    stranger = side.walk_in if role == "intake" else side.emergency
    words = {"q": f"谷雪莓 {CANARIES['asked'].phone[-4:]}"}
    shown = send(clients(side)[role], "GET", f"/cases/{stranger.case_ref}/identify/", words)  # type: ignore[union-attr]

    assert "5号楼" in shown.content.decode()
    assert AuditEvent.objects.filter(verb="resident.looked_up", actor_role=role).count() == before + 1


@pytest.mark.parametrize("field", ["resident.phone", "resident.building", "need.mobility_and_oxygen"])
def test_outside_the_window_a_driver_reads_nothing_of_a_rider(field: str, side: Side) -> None:
    """w: three days later no page of the driver tells of anybody."""
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        later = pages_of(side, roles=("driver",))["driver"]

    # what to read to 120 is never taken away from a driver: a place, no person
    later = [page for page in later if page.route != "transport:unwell"]
    telling = [page.url for page in later if any(re.search(word, page.body) for word in canaries(side)[field])]
    assert telling == []


def test_twin_a_full_name_where_it_is_masked_is_named(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    selector = import_module("access.selectors.people_out")  # the package gives the function this name
    monkeypatch.setattr(selector, "FULL_NAMES", {"hospadm"})

    found = faults("resident.full_name", "hospadm", pages_of(side, roles=("hospadm",))["hospadm"], ["鲁冰荷"])
    assert any("access:people_out" in fault for fault in found)
