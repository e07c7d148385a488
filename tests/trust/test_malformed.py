"""Whatever is sent, nobody reads a 500, waits five seconds, or loses what was typed (G9, Done 6).

`TRUST_LONGER=1` sends all of it: 20,000 tries and more, dealt out to two roles where two may use an address. By default
each address gets a fifth of that, another fifth to each.
"""

from __future__ import annotations

import copy
import json
import os
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories.town import Side
from tests.ops.newcomer import crowding
from tests.trust.malformed import Try, tries
from tests.trust.walk import Route, idents, routes

pytestmark = pytest.mark.django_db
PATIENCE_S = 5.0
ALL_TRIES = 20_000
LEAST = 150  # tries of each address when all of it is sent
ROLES_EACH = 2  # so many roles share the tries of an address and method, where so many may use it
SHARE = 1 if os.environ.get("TRUST_LONGER") else 5


class Witness:
    """Sends, takes back what it did, and remembers what should not have happened."""

    def __init__(self, client: Client, who: str) -> None:
        self.client, self.who = client, who
        self.faults: list[str] = []
        self.tried = self.broken = 0

    def try_all(self, malformed: Iterable[Try]) -> None:
        """Send one after another."""
        for each in malformed:
            self.send(each.method, each.url, each.what, **each.make())
            self.tried += 1

    def send(self, method: str, url: str, what: str, *, cookie: str = "", **request: Any) -> HttpResponse:
        """Send one malformed request; a rollback keeps the town as it was."""
        if "HTTP_IDEMPOTENCY_KEY" not in request:
            request["headers"] = {"Idempotency-Key": uuid.uuid4().hex}
        start, cookies = time.monotonic(), copy.deepcopy(self.client.cookies)
        if cookie:
            own = (f"{morsel.key}={morsel.coded_value}" for morsel in cookies.values())
            request["HTTP_COOKIE"] = "; ".join([*own, cookie])
        with transaction.atomic():
            answer = self.client.generic(method, url, **request)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        self.client.cookies = cookies
        told = f"{self.who} {method} {url[:60]} {what[:60]!r}: "
        if answer.status_code >= 500:
            self.broken += 1
            self.faults.append(f"{told}{answer.status_code}")
        if (lasted := time.monotonic() - start) > PATIENCE_S * crowding():
            self.faults.append(f"{told}took {lasted:.1f} s")
        if answer.status_code >= 400 and self.owes_code(method, url) and not _is_error(body):
            self.faults.append(f"{told}{answer.status_code} without code")
        return answer

    def owes_code(self, method: str, url: str) -> bool:
        """Say whether refusals must be {code, message, context}: of the API, its schema (YAML) and HEAD aside."""
        return url.startswith("/api/") and url != "/api/schema/" and method != "HEAD"

    def is_let_in(self, method: str, url: str) -> bool:
        """Say whether this role has business at this address at all."""
        return self.send(method, url, "nothing").status_code not in (403, 404, 405)


def _is_error(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return set(said) == {"code", "message", "context"} and isinstance(said["code"], str) and bool(said["message"])


def _urls(route: Route, side: Side) -> list[str]:
    """Return one address of an own object of each kind this route may take."""
    if not route.id_params:
        return route.urls(None)
    own = idents(side)[route.kind]
    return [url for ident in own.values() for url in route.urls(ident)[:2]]


def _witnesses(route: Route, side: Side, people: dict[str, Client]) -> list[tuple[Witness, str, str]]:
    """Return (witness, method, address) of the roles that are let in, for each method; of whoever comes, if none is."""
    found: list[tuple[Witness, str, str]] = []
    every = _urls(route, side)
    for method in ("GET", "POST"):
        urls, let_in = every, 0
        for role, client in people.items():
            witness = Witness(client, role)
            if (url := next((url for url in urls if witness.is_let_in(method, url)), None)) is not None:
                found.append((witness, method, url))
                urls, let_in = [url], let_in + 1  # a second role is asked about the same object
            if let_in == ROLES_EACH:
                break
    return found or [(Witness(people["staff"], "staff"), "POST", every[0])]


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_nothing_malformed_breaks_a_page(
    route: Route,
    sides: tuple[Side, Side],
    people: dict[str, Client],
    record_property: Callable[[str, object], None],
) -> None:
    """No try is answered with 500 or after five seconds; how many there were stands under the last line."""
    witnesses = _witnesses(route, sides[0], people)
    for method in ("GET", "POST"):
        able = [(witness, url) for witness, each, url in witnesses if each == method]
        for nth, (witness, url) in enumerate(able):
            witness.try_all(list(tries(method, url, SHARE))[nth :: len(able)])
    tried = sum(witness.tried for witness, _, _ in witnesses)
    record_property("tries", tried)
    record_property("five_hundreds", sum(witness.broken for witness, _, _ in witnesses))

    assert [fault for witness, _, _ in witnesses for fault in witness.faults] == []
    assert tried >= LEAST // SHARE


def test_every_address_together_is_twenty_thousand_tries() -> None:
    """Each address is held to its part above, a new one by itself; these parts come to the whole."""
    assert len(routes()) * LEAST >= ALL_TRIES


AFTER = "{}_7a1d5b1e-0000-4000-8000-000000000000"
EDGES = (
    *(("communities:passes", "day", day) for day in ("0001-01-01", "9999-12-31", "1900-01-01", "2100-12-31", "2100年12月31日")),
    *(("access:requests", "after", AFTER.format(at)) for at in ("0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00")),
    *(("api_schema", "version", text) for text in ("\r\nSet-Cookie: a=b", "\x00", '";x="', "王")),
    *(("api_schema", "lang", text) for text in ("\x00", "../../en", "x" * 5000, "zh-hans")),
)  # fmt: skip


@pytest.mark.parametrize("role", ["staff", "guard"])
def test_the_ends_of_the_calendar_and_of_a_header_break_nothing(role: str, people: dict[str, Client]) -> None:
    """The day before the first day, and what a query brings into a header's text, are no 500."""
    witness = Witness(people[role], role)
    answers = [witness.send("GET", reverse(name), text, query_params={key: text}) for name, key, text in EDGES]

    assert witness.faults == []
    assert [answer.headers for answer in answers if "Set-Cookie" in answer.headers] == []


def test_typed_words_are_kept(people: dict[str, Client], sides: tuple[Side, Side]) -> None:
    """A form that is refused shows what was typed."""
    typed = {
        "name": "王小明",
        "building": "7号楼西",
        "note": "怕黑，要慢一点",
        "phone": "不知道",
        "idempotency_key": uuid.uuid4().hex,
    }
    resident = sides[0].cases["asked"].resident.pk
    for url in (reverse("access:resident_new"), reverse("access:resident_edit", args=[resident])):
        answer = people["staff"].post(url, typed)
        body = answer.content.decode()

        assert answer.status_code == 422
        assert [word for word in list(typed.values())[:4] if word not in body] == []
    code = people["guard"].post(reverse("communities:gate_check"), {"code": "X" * 500})
    assert code.status_code == 422
    assert "X" * 400 in code.content.decode()
    sign_in = Client().post(reverse("sign_in"), {"username": "没有这个人", "password": ""})
    assert sign_in.status_code == 422
    assert "没有这个人" in sign_in.content.decode()


def test_an_api_refusal_has_code_message_and_context(people: dict[str, Client]) -> None:
    stranger = Client()
    asked = [
        (stranger.post("/api/intake/walk-in", {}, content_type="application/json"), 401),
        (people["guard"].post("/api/intake/walk-in", {}, content_type="application/json"), 403),
        (people["intake"].post("/api/intake/walk-in", {}, content_type="application/json"), 422),
        (people["intake"].get("/api/intake/walk-in"), 405),
        (people["guard"].post("/api/gate/scan", {}, content_type="application/json"), 400),
        (people["guard"].get("/api/nothing"), 404),
    ]

    assert [answer.status_code for answer, _ in asked] == [status for _, status in asked]
    assert [answer.content for answer, _ in asked if not _is_error(answer.content)] == []
