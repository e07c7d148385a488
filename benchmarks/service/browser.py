"""A browser, as far as a server can tell: cookies, connections kept open, forms with their keys, living fragments."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did."""

    status: int
    headers: dict[str, str]
    text: str
    seconds: float

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.headers.get("location", "")


@dataclass
class Form:
    """A form of a page: where it goes, and what a press of its button would send."""

    action: str
    is_post: bool
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Region:
    """A fragment that a page asks for again and again."""

    url: str
    ident: str
    board: str


class Page(HTMLParser):
    """The forms and the living fragments of a page."""

    def __init__(self, text: str, path: str = "") -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.regions: list[Region] = []
        self._form: Form | None = None
        self.text = text
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of forms, what is filled in, and regions."""
        said = {name: value or "" for name, value in attrs}
        if "data-live" in said:
            self.regions.append(Region(said["data-live"], said.get("id", ""), said.get("data-live-board", "")))
        if tag == "form":
            self._form = Form(said.get("action") or self.path, said.get("method", "get").lower() == "post")
            self.forms.append(self._form)
        elif self._form is not None and tag in ("input", "button") and said.get("name"):
            is_choice = said.get("type") in ("radio", "checkbox")
            if tag == "input" and (not is_choice or "checked" in said):
                self._form.fields[said["name"]] = said.get("value", "on" if is_choice else "")
            elif tag == "button":
                self._form.fields.setdefault(said["name"], said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close a form."""
        if tag == "form":
            self._form = None

    def form(self, pattern: str) -> Form | None:
        """Return the first form to press whose address matches."""
        return next((each for each in self.forms if each.is_post and re.search(pattern, each.action)), None)


class Browser:
    """One person at one browser, one connection at a time."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.cookies: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def twin(self) -> Browser:
        """Return the same signed-in person at another connection."""
        other = Browser(f"http://{self.host}:{self.port}")
        other.cookies = dict(self.cookies)
        return other

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Fetch a page or a fragment."""
        return await self._send("GET", path, b"", headers or {})

    async def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Press a form's button; a key of its own where the form brought none."""
        token = self.cookies.get("csrftoken", "")
        words = {"idempotency_key": uuid.uuid4().hex, **fields, "csrfmiddlewaretoken": token}
        body = urlencode(words).encode()
        return await self._send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    async def poll(self, region: Region, tag: str) -> Answer:
        """Ask for a fragment as a page does by itself."""
        headers = {"HX-Request": "true", "HX-Target": region.ident, **({"If-None-Match": tag} if tag else {})}
        return await self.get(region.url, headers)

    async def sign_in(self, username: str, password: str) -> Answer:
        """Open the sign-in page and send the form; raise when it leads nowhere."""
        await self.get("/sign-in/")
        answer = await self.post("/sign-in/", {"username": username, "password": password})
        if answer.status != 302:
            raise RuntimeError(f"{username} could not sign in: {answer.status}")
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Cookie: {jar}", "Accept: text/html"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}"] if method == "POST" else []
        data = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        start = time.perf_counter()
        try:
            status, fields, content = await asyncio.wait_for(self._exchange(data), PATIENCE_S)
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            return Answer(0, {}, type(error).__name__, time.perf_counter() - start)
        return Answer(status, fields, content.decode(errors="replace"), time.perf_counter() - start)

    async def _exchange(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        was_open = self._streams is not None
        try:
            return await self._once(data)
        except (OSError, EOFError):
            self.close()
            if not was_open:
                raise
        return await self._once(data)  # a connection left open had been closed by the server meanwhile

    async def _once(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._streams
        writer.write(data)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in filter(None, head[1:]):
            name, _colon, value = line.partition(": ")
            if name.lower() == "set-cookie":
                self.cookies.update({key: morsel.value for key, morsel in SimpleCookie(value).items()})
            headers[name.lower()] = value
        content = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return int(head[0].split()[1]), headers, content
