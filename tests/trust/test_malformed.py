"""Whatever is sent, nobody reads a 500, waits five seconds, or loses what was typed (G9, Done 6)."""

from __future__ import annotations

import copy
import io
import json
import os
import re
import time
import uuid
import zlib
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories.town import Side
from tests.trust.fields import every_field
from tests.trust.walk import WORDS, Route, idents, routes, tried

pytestmark = pytest.mark.django_db
PATIENCE_S = 5.0
NASTY_TEXTS = (
    "", " ", "\x00", "a\x00b", "\x01\x02\x1b[31m", "\u202e王\u202c", "\u200b\u200d\ufeff", "\u2028\u2029", "👩‍👩‍👧‍👦" * 20,
    "Z" + "\u0301" * 500, "王" * 61, "王" * 5000, "x" * 1_000_000, "%00", "%n%s%d", "'; DROP TABLE x; --", "\\", "{{ 7*7 }}",
    "<script>alert(1)</script>", "../../etc/passwd", "\r\nSet-Cookie: a=b", "=1+1", "null", "undefined", "true", "[]",
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e-400", "-1", "0", "00", "0x10", "1_000", "１２", "٣", "½", "1,5",
    "9" * 400, "2147483648", "-2147483649", "9223372036854775808", "18446744073709551616", "1.0", "1.5", "0.1e1",
    "0001-01-01", "0000-00-00", "9999-12-31", "10000-01-01", "2022-02-31", "2022-02-30T25:61", "2022-13-01",
    "0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "2022-06-28T10:00+99:00",
    "2022-06-28 10:00:60", "1969-12-31", "12:60", "24:00", "-00:01", "2022-W26-2", "2022-06-28T10:00Z",
    "00000000-0000-0000-0000-000000000000", "not-a-uuid", "7a1d5b1e-0000-4000-8000-00000000deadbeef", "g" * 36,
    "110101190001010015", "11010119000101001x", "2106021954030224281", "1" * 17 + "X", "15012345678901", "+86 138 0000 0000",
    "#" * 11, "()", "a" * 40 + "@" + "b" * 300, "C:\\con", "\ud7ff", "\uffff", "\U0010ffff", "𠮷", "ﷺ" * 200, "ß", "İ",
)  # fmt: skip
NASTY_JSON: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 10**400, -(2**63) - 1, 1.5, 1e308, "", "\x00", "a\x00b", "\u202e", [], [[]], {}, {"a": {}}, [None],
    ["x"] * 300, {"x": "y" * 100_000}, "x" * 1_000_000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2022-02-31T00:00", "not-a-uuid", "00000000-0000-0000-0000-000000000000", "٣", "1e400",
)  # fmt: skip
RAW_JSON = (
    b"", b" ", b"null", b"[]", b'"', b"{", b'{"a":1,}', b"\xff\xfe{}", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e400}',
    b'{"step": "\\ud800"}', b'{"events": [{"event_id": "\\ud800", "code_text": "\\ud800"}]}', b'{"note": "\\ud800"}',
    b'{"label": "\\u0000"}', b'{"a": 1, "a": 2}', b"[" * 20_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"\x00",
    b'{"events": [1, null, "x", [], {}]}', b'{"events": {}}', b'{"events": ' + b"9" * 5_000 + b"}", b"true",
)  # fmt: skip
RAW_FORMS = (
    b"", b"&&&==&", b"name=%ff%fe&idempotency_key=12345678", b"name=%00&idempotency_key=%00%00%00%00%00%00%00%00",
    b"idempotency_key=" + b"k" * 70, b"idempotency_key=\xff\xff\xff\xff\xff\xff\xff\xff", b"a=1&" * 2_000, b"%", b"\xff" * 200,
    b"name=1&name=2&name=3&idempotency_key=12345678&idempotency_key=87654321",
)  # fmt: skip
FIELDS = sorted(set(WORDS) | every_field())
# every field is nasty at once; a form says what is wrong with each, so one request tries them all
# the default run gives each address a third of the list, another third to each; TRUST_LONGER=1 gives it all
SHARE = 1 if os.environ.get("TRUST_LONGER") else 3
EVERY = tuple(dict.fromkeys(FIELDS, nasty[:5000]) for nasty in NASTY_TEXTS)


def share(things: Sequence[Any], url: str) -> list[Any]:
    """Return this address's share of a list."""
    place = re.sub(r"[0-9a-f-]{36}|\d+", "", url)
    return list(things[zlib.crc32(place.encode()) % SHARE :: SHARE])


class Witness:
    """Sends, takes back what it did, and remembers what should not have happened."""

    def __init__(self, client: Client, who: str) -> None:
        self.client, self.who = client, who
        self.faults: list[str] = []

    def send(self, method: str, url: str, what: str, **request: Any) -> HttpResponse:
        """Send one malformed request; a rollback keeps the town as it was."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        start, cookies = time.monotonic(), copy.deepcopy(self.client.cookies)
        with transaction.atomic():
            answer = self.client.generic(method, url, headers=headers, **request)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        self.client.cookies = cookies
        if answer.status_code >= 500:
            self.faults.append(f"{self.who} {method} {url[:60]} {what[:60]!r}: {answer.status_code}")
        if time.monotonic() - start > PATIENCE_S:
            self.faults.append(f"{self.who} {method} {url[:60]} {what[:60]!r}: took too long")
        if answer.status_code >= 400 and self.owes_code(method, url) and not _is_error(body):
            self.faults.append(f"{self.who} {method} {url[:60]} {what[:60]!r}: {answer.status_code} without code")
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


def _form(words: dict[str, Any]) -> dict[str, Any]:
    data = io.BytesIO()
    boundary = "BoUnDaRy"
    for name, value in {**words, "idempotency_key": uuid.uuid4().hex}.items():
        data.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode())
        data.write(str(value).encode("utf-8", "surrogatepass") + b"\r\n")
    data.write(f"--{boundary}--\r\n".encode())
    return {"data": data.getvalue(), "content_type": f"multipart/form-data; boundary={boundary}"}


def _urls(route: Route, side: Side) -> list[str]:
    """Return one address of an own object of each kind this route may take."""
    if not route.id_params:
        return route.urls(None)
    own = idents(side)[route.kind]
    return [url for ident in own.values() for url in route.urls(ident)[:2]]


def _witnesses(route: Route, side: Side, people: dict[str, Client]) -> list[tuple[Witness, str, str]]:
    """Return (witness, method, address) for one role that is let in, for each method; the first stands for all."""
    found = []
    for method in ("GET", "POST"):
        for role, client in people.items():
            witness = Witness(client, role)
            url = next((url for url in _urls(route, side) if witness.is_let_in(method, url)), None)
            if url is not None:
                found.append((witness, method, url))
                break
    return found


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_nothing_malformed_breaks_a_page(route: Route, sides: tuple[Side, Side], people: dict[str, Client]) -> None:
    if route.params and not route.id_params:
        return
    faults: list[str] = []
    for witness, method, url in _witnesses(route, sides[0], people):
        if method == "GET":
            _read_badly(witness, url)
        elif url.startswith("/api/"):
            _post_bad_json(witness, url)
        else:
            _post_badly(witness, url)
        for odd in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "FROB"):
            witness.send(odd, url, odd)
        faults += witness.faults

    assert faults == []


def _read_badly(witness: Witness, url: str) -> None:
    for nasty, words in share(tuple(zip(NASTY_TEXTS, EVERY, strict=True)), url):
        shorter = {name: value[:2000] for name, value in words.items()}
        witness.send("GET", url, nasty, query_params=shorter)
    witness.send("GET", url, "bad bytes", QUERY_STRING="q=%ff%fe&page=%00&done=%ed%a0%80&day=%c0%80")
    witness.send(
        "GET", url, "bad header", HTTP_IF_NONE_MATCH="\x7f", HTTP_HX_REQUEST="true", HTTP_ACCEPT_LANGUAGE="x" * 5000
    )


def _post_badly(witness: Witness, url: str) -> None:
    for nasty, words in share(tuple(zip(NASTY_TEXTS, EVERY, strict=True)), url):
        witness.send("POST", url, nasty, **_form(words))
    for nasty in share(NASTY_TEXTS[:20], url):  # what a form of otherwise good words lets through to the services
        odd = dict.fromkeys(("note", "reason", "label", "building", "name", "where"), nasty)
        witness.send("POST", url, f"words {nasty}", **_form(WORDS | odd))
    for raw in RAW_FORMS:
        witness.send("POST", url, repr(raw[:40]), data=raw, content_type="application/x-www-form-urlencoded")
    for kind in (
        "application/json",
        "text/xml",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "x" * 300,
        "",
    ):
        witness.send("POST", url, kind, data=b'{"name": "x"}', content_type=kind)
    files = {name: SimpleUploadedFile("a.txt", b"\x00" * 100) for name in FIELDS}
    answer = tried(witness.client, "POST", url, files)
    if answer.status_code >= 500:
        witness.faults.append(f"{witness.who} POST {url} files: {answer.status_code}")


def _post_bad_json(witness: Witness, url: str) -> None:
    for nasty in share(NASTY_JSON, url):
        every = dict.fromkeys(FIELDS if len(str(nasty)) < 5000 else ("note", "code_text"), nasty)
        for body in (
            nasty,
            every,
            {**every, "events": [every]},
            {"events": nasty},
            {"step": "release", "ready_at": nasty},
        ):
            witness.send("POST", url, repr(nasty)[:60], data=json.dumps(body), content_type="application/json")
    for raw in RAW_JSON:
        witness.send("POST", url, repr(raw[:40]), data=raw, content_type="application/json")
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=utf-7",
        "",
    ):
        witness.send("POST", url, kind, data=b"{}", content_type=kind)


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
