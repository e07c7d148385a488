"""Every address × method × role × placement against `authz/actions.csv` and `routes.csv` (trust.md G7, C1)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db.models import Q
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse

from access.models import Resident
from access.models.resident import ResidentQuerySet
from access.selectors import residents
from accounts.access_control import for_roles
from accounts.models import Post, User
from tests.factories.town import ROLES, Side
from tests.trust import tables
from tests.trust.walk import ABSENT, WORDS, Route, clients, entries, idents, routes, tried

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST")
REFUSED = {401, 403, 404, 405}
NEEDED = 6_000  # with the pages of test_fields.py more than the 8,000 of trust.md G7
# places of the same district that no object of the town belongs to
NEIGHBOURS = {
    "staff": ("community", "210601001002"), "lead": ("community", "210601001002"), "guard": ("gate", "210601001002-1"),
    "driver": ("fleet", "D-none"), "dispatch": ("dispatch_area", "area-none"), "intake": ("facility", "T-none"),
    "hospadm": ("facility", "T-none"), "command": ("street", "210601002000"), "auditor": ("district", "210603"),
    "sysadmin": ("city", "210700"),
}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One cell: who asks by which method, whose object or place it is, and whether it is reached."""

    method: str
    role: str
    placement: str
    is_reached: bool


def plan(route: Route) -> list[Check]:
    """Return what the tables say of one address."""
    return [check for method in METHODS for check in _of_method(route, method)]


def _of_method(route: Route, method: str) -> Iterator[Check]:
    rule = tables.rules().get((route.name, method))
    for role in ROLES:
        may = bool(rule and rule.lets(role))
        yield Check(method, role, "own", may)
        if not route.id_params:
            yield Check(method, role, "elsewhere", may)
            continue
        for placement in ("other", "elsewhere", "absent"):
            yield Check(method, role, placement, False)
        if role == "command" and not (rule and rule.action in tables.FREE):
            yield Check(method, role, "above", may)
    is_public = bool(rule and rule.action == "public")
    is_anybodys = bool(rule and rule.action == "own" and not rule.posts and not route.id_params)
    yield Check(method, "nobody", "own", is_public or is_anybodys)
    yield Check(method, "anonymous", "own", is_public)


class Town:
    """Everybody who asks, by placement."""

    def __init__(self, sides: tuple[Side, Side]) -> None:
        """Sign in both sides, a neighbour for every role, command of the city, and two without any post."""
        self.own, self.other = idents(sides[0]), idents(sides[1])
        self.people, self.strangers = clients(sides[0]), clients(sides[1])
        self.neighbours = {role: _on_post(role, *NEIGHBOURS[role]) for role in ROLES}
        self.above = _on_post("command", "city", "210600")
        self.nobody, self.anonymous = _signed_in("nobody"), Client(raise_request_exception=False)
        self.reached: dict[str, set[Any]] = {}  # address → ids of objects that somebody reached there

    def asks(self, route: Route, check: Check) -> Client:
        """Return who asks."""
        if check.role in ("nobody", "anonymous"):
            return self.nobody if check.role == "nobody" else self.anonymous
        if check.placement == "above":
            return self.above
        if check.placement == "elsewhere":
            return (self.neighbours if route.id_params else self.strangers)[check.role]
        return self.people[check.role]

    def objects(self, route: Route, check: Check) -> list[tuple[str, Any]]:
        """Return which objects are asked for, by what they are; those reached before come first."""
        if not route.id_params:
            return [("", None)]
        kind = route.kind
        if check.placement == "absent":
            return [("absent", ABSENT[kind])]
        known, own = (self.other if check.placement in ("other", "above") else self.own)[kind], self.own[kind]
        if known is not own:  # numbers of different tables may be the same
            known = {what: ident for what, ident in known.items() if ident not in own.values()}
        first = {what for what, ident in own.items() if ident in self.reached.get(route.name, ())} & set(known)
        if first and check.placement in ("other", "elsewhere"):
            return [(what, known[what]) for what in sorted(first)]
        return sorted(known.items(), key=lambda pair: (pair[0] not in first, pair[0]))


def _signed_in(name: str) -> Client:
    user, _ = User.objects.get_or_create(username=name, defaults={"name": name})
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def _on_post(role: str, kind: str, code: str) -> Client:
    client = _signed_in(f"{role}@{code}"[:30])
    user = User.objects.get(username=f"{role}@{code}"[:30])
    Post.objects.get_or_create(user=user, role=role, place_kind=kind, place_code=code, place_label=code)
    return client


def deviations(route: Route, town: Town) -> list[str]:
    """Ask for everything the tables speak of, those first who are let in; return where the answer is another."""
    checks = sorted(plan(route), key=lambda check: (check.placement != "own", not check.is_reached))
    return [fault for check in checks if (fault := _deviation(route, check, town))]


def _deviation(route: Route, check: Check, town: Town) -> str:
    client, seen = town.asks(route, check), {}
    for what, ident in town.objects(route, check):
        for url in route.urls(ident):
            answer = tried(client, check.method, url, WORDS)
            seen[what] = answer.status_code
            if answer.status_code >= 500:
                return _said(route, check, f"breaks on {what or 'the page'} ({answer.status_code})")
            if _is_reached(answer, check):
                if check.is_reached:
                    town.reached.setdefault(route.name, set()).add(ident)
                    return ""
                return _said(route, check, f"reaches {what or 'the page'} ({answer.status_code}), should be refused")
            if not check.is_reached and answer.status_code in (401, 403, 405):
                return ""  # refused before any object is looked at
    return _said(route, check, f"is refused everywhere, should be let in: {seen}") if check.is_reached else ""


def _is_reached(answer: HttpResponse, check: Check) -> bool:
    if answer.status_code in REFUSED:
        return False
    target = answer.headers.get("Location", "")
    is_led_away = (
        check.role == "anonymous" and not check.is_reached and target.split("?")[0] in ("/", reverse("sign_in"))
    )
    return not is_led_away


def _said(route: Route, check: Check, words: str) -> str:
    rule = tables.rules().get((route.name, check.method))
    by = f"{rule.action} for {'|'.join(rule.posts) or 'all'}" if rule else "no line in routes.csv"
    return f"{check.role} ({check.placement}) {check.method} {route.name} [{by}]: {words}"


@pytest.fixture(scope="module")
def asking(sides: tuple[Side, Side], django_db_blocker: Any) -> Town:
    with django_db_blocker.unblock():
        return Town(sides)


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """Stop the clock: the town is as it was built."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_the_address_answers_as_the_tables_say(route: Route, asking: Town) -> None:
    """G7: own, another's, of a post elsewhere, of the division above, absent, without a post, without signing in."""
    assert deviations(route, asking) == []


def test_every_address_stands_in_the_table() -> None:
    """A new address needs its line in routes.csv; a line needs its address."""
    listed = {name for name, _ in tables.rules()}
    missing = [_line_for(name, entry) for name, entry, _ in entries() if name not in listed]
    assert missing == [], "add to tests/trust/authz/routes.csv:\n" + "\n".join(missing)
    gone = listed - {route.name for route in routes()}
    assert gone == set(), f"no such address any more, take its lines out of tests/trust/authz/routes.csv: {gone}"


def _line_for(name: str, entry: URLPattern) -> str:
    views = getattr(entry.callback, "views", None) or {"GET or POST": entry.callback}
    roles = {method: "|".join(getattr(view, "roles", ())) for method, view in views.items()}
    return "\n".join(f"{name},{method},<resource.action of actions.csv>,{posts}," for method, posts in roles.items())


def test_every_line_names_an_act_and_posts_that_may() -> None:
    """A screen's posts are among those whose cell has a letter; whatever is free says why."""
    for rule in tables.rules().values():
        where = f"routes.csv: {rule.route} {rule.method}"
        if rule.action in tables.FREE:
            assert rule.reason, f"{where}: say why it is {rule.action}"
            continue
        assert rule.action in tables.actions(), f"{where}: no row {rule.action} in actions.csv"
        beyond = [post for post in rule.posts if not tables.grants(rule.action, post)]
        assert beyond == [], f"{where}: actions.csv gives {rule.action} no letter for {beyond}"


def test_every_letter_has_an_address_or_stands_as_without_one() -> None:
    """A cell with a letter is reached somewhere, or no_screen.csv says that there is nothing yet."""
    found = {}
    for action in tables.actions():
        reached = {
            role for rule in tables.rules().values() if rule.action == action for role in ROLES if rule.lets(role)
        }
        known = {*reached, *tables.without_screen().get(action, ())}
        lacking = [role for role in tables.granted(action) if role not in known]
        if lacking:
            found[action] = f"{action},{'|'.join(lacking)},<reason>"
    assert found == {}, "add to tests/trust/authz/no_screen.csv:\n" + "\n".join(found.values())


def test_there_are_as_many_checks_as_the_tables_need() -> None:
    assert sum(len(plan(route)) for route in routes()) >= NEEDED


def test_twin_a_page_open_to_one_role_more_is_named(asking: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    [(entry, route)] = [
        (entry, _route("access:residents")) for name, entry, _ in entries() if name == "access:residents"
    ]
    view = inspect.unwrap(entry.callback)
    monkeypatch.setattr(entry, "callback", for_roles("staff", "lead", "guard")(view))

    assert any(fault.startswith("guard (own) GET access:residents") for fault in deviations(route, asking))


def test_twin_a_selector_open_to_all_is_named(asking: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_to_all(rows: ResidentQuerySet, _role: str, place_code: str) -> ResidentQuerySet:
        return rows.filter(Q(community_id=place_code) | Q(pk__in=Resident.objects.all()))

    monkeypatch.setattr(ResidentQuerySet, "visible_from", open_to_all)
    monkeypatch.setattr(residents._OWN, "_statements", {})  # composed before, with the selector as it is

    faults = deviations(_route("access:resident"), asking)
    assert any(fault.startswith("staff (other) GET access:resident") for fault in faults)


def _route(name: str) -> Route:
    return next(route for route in routes() if route.name == name)
