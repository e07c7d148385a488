"""Every page a post can open on its own side, fetched once, and the canaries that may stand on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from access.services import emergencies
from core import names
from hospitals.models import Intake
from hospitals.services import appointments, intake
from tests.factories import town
from tests.factories.town import ROLES, Side, Words
from tests.trust import tables
from tests.trust.walk import bare, clients, idents, routes, tried

STAGES = ("asked", "placed", "inside")
# telling words of three residents; the last digit of a number makes it valid
CANARIES = {
    "asked": Words("谷雪莓", "21060319540302702X", "13977001847", "云杉里甲八八室", "怕打雷要人牵手", "肾衰竭终末期甲", "从锅炉房后门走"),
    "placed": Words("乔霜竹", "21060319540302712X", "13977002958", "云杉里乙九九室", "怕打鼓要人牵手", "肾衰竭终末期乙", "从水塔后门走"),
    "inside": Words("鲁冰荷", "21060319540302722X", "13977003069", "云杉里丙七七室", "怕打枪要人牵手", "肾衰竭终末期丙", "从粮店后门走"),
}  # fmt: skip
# what no record of the product holds yet, or what no single word can tell
NO_CANARY = {
    "pass.answer": "a colour that the gate works out on its own pages",
    "pass.direction_and_party_size": "a direction and a number stand on every page",
    "resident.age_band": "an age is two digits",
    "resident.pickup_point": "the compound's, no word of its own",
    "emergency_contact.phone": "not recorded yet",
    "need.protection_level": "the town's people have none",
    "request.priority": "nobody of the town is critical but strangers",
    "request.history": "events in the words of each page",
    "slot.department": "the word is that of need.category",
    "vehicle.location": "not recorded yet",
    "audit.who_when_which_field": "verbs and names of colleagues, which stand on many pages; audit_log shows no object",
    "audit.old_new_values": "no values are recorded",
    "user.login_events": "a date, on the administrator's page alone",
}


@dataclass(frozen=True)
class Page:
    """One page as one role got it."""

    route: str
    url: str
    body: str
    is_logged: bool = False  # opened by a press that the audit writes down


def canaries(side: Side) -> dict[str, list[str]]:
    """Return the words of each field; each is a pattern."""
    words = CANARIES.values()
    codes = [case.gate_pass.person_code for case in side.cases.values() if case.gate_pass]
    found = {
        "resident.full_name": [each.name for each in words],
        "resident.id_number": [each.id_no for each in words],
        "resident.id_last4": [rf"(?<!\d){each.id_no[-4:]}" for each in words],
        "resident.birth_date": ["1954-03-02", "1954年3月2日", "1954/0?3/0?2"],
        "resident.phone": [each.phone for each in words],
        "resident.address_full": [each.address for each in words],
        "resident.building": ["5号楼"],
        "need.diagnosis_text": [each.diagnosis for each in words],
        "need.category": ["透析", "dialysis"],
        "need.mobility_and_oxygen": ["轮椅"],
        "need.free_text": [word for each in words for word in (each.note, each.wish_note)],
        "slot.hospital": [side.facility.name],
        "vehicle.plate": [re.escape(side.vehicle.plate)],
        "driver.phone": [side.driver.phone],
        "pass.person_check_code": [rf"(?<![0-9A-Za-z:·-]){code}(?![0-9A-Za-z:-])" for code in codes],
    }
    unknown = set(tables.fields()) - set(found) - set(NO_CANARY)
    if unknown:
        raise AssertionError(f"give these fields of fields.csv a canary in tests/trust/pages.py: {sorted(unknown)}")
    return found


def names_of_people() -> list[str]:
    """Return every form of the residents' names: in full, masked, with a title."""
    full = [each.name for each in CANARIES.values()]
    return [form for name in full for form in (name, names.masked(name), names.with_title(name, "F", None))]


def town_of_canaries(at: datetime) -> Side:
    """Build one side whose residents are canaries: one asked, one has a place and a ride, one has no car home."""
    side = town.build(1, at=at, words=CANARIES)
    dispatch, desk = side.actors["dispatch"], side.actors["intake"]
    carried_by = f"{side.vehicle.plate} {side.driver.name}"
    soon = at + 90 * town.MIN
    case_ref = side.cases["placed"].request.case_ref
    appointments.set_ride(case_ref, expected_at=soon, carried_by=carried_by, by=dispatch, at=at)
    arrived = Intake.objects.get(pk=side.cases["inside"].intake.pk)  # type: ignore[union-attr]
    intake.release(arrived, ready_at=at - 40 * town.MIN, by=desk, at=at - 40 * town.MIN)
    emergencies.take_up_missed(at=at)  # whom the guard let out and who walked in: nobody knows yet who they are
    return side


def pages_of(side: Side, roles: tuple[str, ...] = ROLES) -> dict[str, list[Page]]:
    """Fetch every page of every role, with every record of the own side opened."""
    own, signed_in = idents(side), clients(side)
    return {role: list(_pages(role, signed_in[role], own, side)) for role in roles}


def _pages(role: str, client: Client, own: Mapping[str, dict[str, Any]], side: Side) -> Iterator[Page]:
    for route in routes():
        rule = tables.rules().get((route.name, "GET"))
        if rule is None or rule.action == "public" or not rule.lets(role):
            continue
        known = own[route.kind].values() if route.id_params else [None]
        for url in dict.fromkeys(url for ident in known for url in route.urls(ident)):
            yield from _fetched(client, route.name, "GET", url)
    for name, method, words in _besides(role, side):
        yield from _fetched(client, name, method, reverse(name), words)
    yield from _identified(role, client, side)


def _identified(role: str, client: Client, side: Side) -> Iterator[Page]:
    """Look a stranger up, as whoever has them before them: found, and chosen; the audit writes each down."""
    if role not in ("staff", "lead", "dispatch", "intake"):
        return
    stranger, resident = (side.walk_in if role == "intake" else side.emergency), side.cases["asked"].resident
    url = reverse("access:identify", args=[stranger.case_ref])  # type: ignore[union-attr]
    for words in ({"q": f"{resident.name} {resident.phone[-4:]}"}, {"who": str(resident.pk)}):
        yield from (replace(page, is_logged=True) for page in _fetched(client, "access:identify", "GET", url, words))


def _besides(role: str, side: Side) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name the pages that open by what was chosen or typed."""
    for stage in STAGES:
        case = side.cases[stage]
        if role == "dispatch":
            yield "dispatch:board", "GET", {"who": str(case.request.pk)}
        if role in ("dispatch", "command"):
            yield "access:caller_find", "POST", {"phone": CANARIES[stage].phone}
        if role == "guard" and case.gate_pass:
            yield "communities:gate_check", "POST", {"code": case.gate_pass.short_code}


def _fetched(client: Client, name: str, method: str, url: str, words: dict[str, Any] | None = None) -> Iterator[Page]:
    answer = tried(client, method, url, words)
    if answer.status_code < 300:
        yield Page(name, url, _visible(bare(answer)[3].decode(errors="replace"), words))


def _visible(body: str, words: Mapping[str, Any] | None) -> str:
    """Leave out what was typed and stands in the form again."""
    for value in (words or {}).values():
        body = body.replace(f'value="{value}"', "")
    return body


__all__ = ["CANARIES", "NO_CANARY", "ROLES", "Page", "canaries", "names_of_people", "pages_of", "town_of_canaries"]
