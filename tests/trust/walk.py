"""Walking every address as every role: which routes there are, which ids they may be asked for, what came back."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Post
from tests.factories.town import ROLES, Side

ABSENT_UUID, ABSENT_INT = uuid.UUID("7a1d5b1e-0000-4000-8000-00000000dead"), 2_000_000_000
ABSENT_CODE = "no-such-code"
PART = "UUIDConverter+UUIDConverter"  # an object inside another
ABSENT: dict[str, Any] = {
    "UUIDConverter": ABSENT_UUID, "IntConverter": ABSENT_INT, "StringConverter": ABSENT_CODE,
    PART: (ABSENT_UUID, ABSENT_UUID),
}  # fmt: skip
NAMING = tuple(ABSENT)  # the kinds of arguments that name an object: an id, a number, a code
SLUGS = ("arrive", "depart", "accept", "undo")
NO_RECORDS = {"django_session", "core_idempotencykey"}
_VOLATILE = [
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), b"UUID"),
    (re.compile(rb"\b[0-9a-f]{32}\b"), b"KEY"),
    (re.compile(rb'(csrfmiddlewaretoken" value=|csrf-token" content=|X-CSRFToken[^:]*:\s?)"?[A-Za-z0-9]{64}'), b"CSRF"),
    (re.compile(rb"\b[A-Za-z0-9]{64}\b"), b"CSRF"),
    (re.compile(rb"copy-[0-9a-f]+"), b"COPY"),
]
# one word of the right kind for every field that any form asks for
WORDS = {
    "reason": "no_need", "minutes": "5", "decision": "let_out", "direction": "exit", "purpose": "check",
    "note": "一句话", "label": "王", "status": "open", "capacity": "9", "where": "路口", "answer": "yes",
    "event_id": "", "code": "ABCD", "large": "1", "kind": "dialysis", "service": "hemodialysis", "outcome": "not_gone",
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One address with its name and the kinds of its arguments."""

    name: str
    params: tuple[tuple[str, str], ...]

    @property
    def id_params(self) -> list[tuple[str, str]]:
        """Return the arguments that name an object."""
        return [(key, kind) for key, kind in self.params if kind in NAMING]

    @property
    def kind(self) -> str:
        """Say by what it names an object: "UUIDConverter", or two joined by "+" for a part of another."""
        return "+".join(kind for _, kind in self.id_params)

    def urls(self, ident: Any) -> list[str]:
        """Return its addresses for one object; one for each word where it takes one."""
        keys = [key for key, _ in self.id_params]
        fixed = dict(zip(keys, ident if len(keys) > 1 else [ident], strict=False))
        words = [key for key, kind in self.params if kind not in NAMING]
        return [
            reverse(self.name, kwargs={**fixed, **dict.fromkeys(words, word)}) for word in (SLUGS if words else ("",))
        ]


def _entries(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern, dict[str, Any]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _entries(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            yield f"{prefix}{entry.name}", entry, {}


def entries() -> list[tuple[str, URLPattern, dict[str, Any]]]:
    """Return every named address with its pattern."""
    return list(_entries(get_resolver()))


@lru_cache
def routes() -> tuple[Route, ...]:
    """Return every named address."""
    found = {
        name: Route(name, tuple((key, type(each).__name__) for key, each in entry.pattern.converters.items()))
        for name, entry, _ in entries()
    }
    return tuple(sorted(found.values(), key=lambda route: route.name))


def idents(side: Side, stages: tuple[str, ...] = ("asked", "placed", "inside")) -> dict[str, dict[str, Any]]:
    """Return the ids of one side, by kind of argument and by what they name; of cases that came so far."""
    uuids: dict[str, Any] = {"emergency": side.emergency.pk, "walk_in": side.walk_in.pk, "plan": side.plan.pk}  # type: ignore[union-attr]
    uuids |= {"call": side.call.pk, "house call": side.house_call.pk, "walk_in case": side.walk_in.case_ref}
    uuids["transfer"] = side.transfer.pk  # type: ignore[union-attr]
    uuids["emergency case"] = side.emergency.case_ref  # type: ignore[union-attr]  # type: ignore[union-attr]
    numbers: dict[str, Any] = {"slot": side.slot.pk, "service": side.service.pk}
    for stage in stages:
        case = side.cases[stage]
        for what in ("resident", "request", "appointment", "there", "back", "run", "gate_pass", "scan", "intake"):
            if (row := getattr(case, what)) is not None:
                (uuids if isinstance(row.pk, uuid.UUID) else numbers)[f"{stage} {what}"] = row.pk
        uuids[f"{stage} case"] = case.request.case_ref
        if case.run:
            numbers |= {f"{stage} stop {stop.position}": stop.pk for stop in case.run.stops.all()}
    posts = Post.objects.filter(user__in=side.users.values()).order_by("id")
    numbers |= {f"post {post.role}": post.pk for post in posts}
    parts = {
        f"{stage} need": (need.resident_id, need.pk)
        for stage in stages
        for need in side.cases[stage].resident.needs.all()
    }
    codes = {"vehicle": side.vehicle.code, "community": side.community.code}
    return {"UUIDConverter": uuids, "IntConverter": numbers, "StringConverter": codes, PART: parts}


def clients(side: Side) -> dict[str, Client]:
    """Return a signed-in browser for every role of one side."""
    found = {}
    for role in ROLES:
        found[role] = Client(raise_request_exception=False)
        found[role].force_login(side.users[role])
    return found


def send(client: Client, method: str, url: str, words: dict[str, Any] | None = None) -> HttpResponse:
    """Send one request with a key of its own; JSON to the API, a form to pages."""
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    if method == "GET":
        return client.get(url, words or {}, headers=headers)
    if url.startswith("/api/"):
        return client.post(url, words or {}, content_type="application/json", headers=headers)
    return client.post(url, {**(words or {}), "idempotency_key": uuid.uuid4().hex}, headers=headers)


def tried(client: Client, method: str, url: str, words: dict[str, Any] | None = None) -> HttpResponse:
    """Send one request and take back whatever it did, in the tables and in the browser."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        answer = send(client, method, url, words)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def bare(answer: HttpResponse, words: Mapping[str, Any] | None = None) -> tuple[int, str, str, bytes]:
    """Return an answer without what differs each time: keys, tokens, ids, and the words sent that a form repeats."""
    body = b"".join(answer) if answer.streaming else answer.content
    for name, value in (words or {}).items():
        body = body.replace(f"{name}={value}".encode(), b"PAIR")
        if not isinstance(value, int):
            body = body.replace(f'value="{value}"'.encode(), b"VALUE")
    for pattern, word in _VOLATILE:
        body = pattern.sub(word, body)
    location = _VOLATILE[0][0].sub(b"UUID", answer.headers.get("Location", "").encode()).decode()
    return answer.status_code, answer.headers.get("Content-Type", ""), location.split("?")[0], body


def difference(one: tuple[Any, ...], other: tuple[Any, ...]) -> str:
    """Say where two answers part."""
    if one[:3] != other[:3]:
        return f"{one[:3]} instead of {other[:3]}"
    at = next((n for n, (a, b) in enumerate(zip(one[3], other[3], strict=False)) if a != b), 0)
    return f"…{one[3][max(0, at - 30) : at + 50].decode(errors='replace')}… instead of …{other[3][at : at + 50].decode(errors='replace')}…"


def digest() -> dict[str, str]:
    """Return a fingerprint of every table of records."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in NO_RECORDS]
        marks = {}
        for name in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM \"{name}\" t"
            )
            marks[name] = cursor.fetchone()[0]
    return marks
