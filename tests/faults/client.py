"""A person at a browser, as far as the server can tell: cookies, forms with keys, patience with an end."""

from __future__ import annotations

import http.client
import re
import time
import uuid
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.faults.history import FAIL, OK, UNKNOWN


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did."""

    status: int
    location: str
    text: str
    seconds: float

    @property
    def outcome(self) -> str:
        """Judge as a client may: 2xx and 3xx are promises, 4xx refusals, all else is not known."""
        if 200 <= self.status < 400:
            return OK
        return FAIL if 400 <= self.status < 500 else UNKNOWN


class Person:
    """One browser with its own cookies and a connection per request."""

    def __init__(self, address: str, patience: float = 10.0) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.patience = patience
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        """Fetch a page."""
        return self._send("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str] | None = None, *, key: str = "") -> Answer:
        """Send a form with its key; a new key unless one is given."""
        words = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **(fields or {})}
        words["idempotency_key"] = key or uuid.uuid4().hex
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urlencode(words).encode(), headers)

    def sign_in(self, username: str, password: str) -> Answer:
        """Open the sign-in page and send the form; raise when it does not lead on."""
        self.get("/sign-in/")
        answer = self.post("/sign-in/", {"username": username, "password": password})
        if answer.status != 302:
            raise RuntimeError(f"{username} could not sign in: {answer.status}")
        return answer

    def at(self, address: str) -> Person:
        """Return the same browser behind another address (a proxy)."""
        other = Person(address, self.patience)
        other.cookies = self.cookies
        return other

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        start = time.monotonic()
        connection = http.client.HTTPConnection(self.host, self.port, timeout=self.patience)
        try:
            connection.request(method, path, body, {**headers, "Cookie": jar, "Accept": "text/html, */*"})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return Answer(0, "", "", time.monotonic() - start)
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(header).items()})
        return Answer(answer.status, answer.headers.get("Location", ""), text, time.monotonic() - start)


RESIDENT = re.compile(r"^/residents/[0-9a-f-]{36}/$")
FORM = {
    "id_kind": "resident_id",
    "building": "5号楼",
    "phone_owner": "self",
    "need_kind": "dialysis",
    "mobility": "walk",
    "is_other": "1",
}


def register(person: Person, name: str, *, key: str) -> Answer:
    """Register a resident; a success must lead to the resident's page."""
    answer = person.post("/residents/new/", {**FORM, "name": name}, key=key)
    if answer.outcome == OK and not (answer.status == 302 and RESIDENT.match(answer.location)):
        raise AssertionError(f"a success that is none: {answer.status} {answer.location}")
    return answer
