"""What people of each role do all day, page by page and press by press, in endless rounds."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from urllib.parse import quote

from benchmarks.service.browser import Answer, Browser, Page

DETAIL = re.compile(r'href="(/residents/[0-9a-f-]{36}/)"')
REQUEST = re.compile(r'href="(/requests/[0-9a-f-]{36}/)"')
PASS = re.compile(r'href="(/gate/pass/[0-9a-f-]{36}/[^"]*)"')
WAITING = re.compile(r'href="(/dispatch/\?[^"]*who=[^"]+)"')
PATIENT = re.compile(r'href="(/desk/(?:appointments|intakes)/[0-9a-f-]{36}/)"')
NAMES = ("王", "li", "zhang", "5号楼", "陈")


class Turns(Protocol):
    """Give the word to one request at a time, and keep what came back."""

    async def take(self, name: str, send: Callable[[], Awaitable[Answer]]) -> Answer:
        """Wait for the next turn, send, and note the answer under a name."""


@dataclass
class Worker:
    """One person at work."""

    role: str
    browser: Browser
    turns: Turns
    chance: random.Random
    hours: Iterator[str]  # of arrival, shared by all: no two ask for the same
    tags: dict[str, str] = field(default_factory=dict)

    async def open(self, name: str, path: str) -> Page:
        """Open a page and read it."""
        answer = await self.turns.take(f"{self.role}: {name}", lambda: self.browser.get(path))
        return self._read(answer, path)

    async def press(self, name: str, page: Page, pattern: str, **typed: str) -> Page | None:
        """Press the first button of a page whose form's address matches; None when there is none."""
        form = page.form(pattern)
        if form is None:
            return None
        fields = {**form.fields, **typed}
        answer = await self.turns.take(f"{self.role}: {name}", lambda: self.browser.post(form.action, fields))
        return await self.open(f"{name}, then", answer.location) if answer.location else self._read(answer, form.action)

    async def follow(self, name: str, page: Page, rounds: int) -> None:
        """Let the page ask for its fragments again, as it does by itself."""
        for _round in range(rounds):
            for region in page.regions:
                key = region.url + region.ident
                ask = partial(self.browser.poll, region, self.tags.get(key, ""))
                answer = await self.turns.take(f"{self.role}: {name}, poll", ask)
                self.tags[key] = answer.headers.get("etag", self.tags.get(key, ""))

    def pick(self, page: Page, pattern: re.Pattern[str]) -> str:
        """Return one of the addresses of a page, "" when it has none."""
        found = pattern.findall(page.text)
        return self.chance.choice(found).replace("&amp;", "&") if found else ""

    def _read(self, answer: Answer, path: str) -> Page:
        return Page(answer.text if answer.status in (200, 409, 422) else "", path)


async def community(worker: Worker) -> None:
    """Look at the day, find a resident, ask for a way, look at what was asked."""
    home = await worker.open("today", "/today/")
    await worker.follow("today", home, 3)
    await worker.open("search", f"/residents/?q={quote(worker.chance.choice(NAMES))}")
    people = await worker.open("residents", "/residents/")
    if path := worker.pick(people, DETAIL):
        await worker.open("resident", path)
        form = await worker.open("request form", f"{path}request/")
        typed = {"purpose": "outpatient", "time": next(worker.hours), "travel": "walk", "is_second": "1"}
        await worker.press("ask for a way", form, r"/request/$", **typed)
    asked = await worker.open("requests", "/requests/")
    await worker.follow("requests", asked, 2)
    if path := worker.pick(asked, REQUEST):
        await worker.follow("request", await worker.open("request", path), 2)


async def gate(worker: Worker) -> None:
    """Read today's list, answer a pass, record it, and wait for the next."""
    await worker.open("scan", "/gate/")
    today = await worker.open("list", "/gate/list/")
    await worker.follow("list", today, 4)
    if path := worker.pick(today, PASS):
        answer = await worker.open("answer", path)
        await worker.press("record", answer, r"^/gate/scan/$")


async def driver(worker: Worker) -> None:
    """Follow the sheet and press its one button."""
    sheet = await worker.open("sheet", "/drive/")
    await worker.follow("sheet", sheet, 3)
    await worker.press("step", sheet, r"^/drive/(run|stop)/[^/]+/(accept|start|arrive|depart)/$")
    await worker.open("day", "/drive/today/")


async def desk(worker: Worker) -> None:
    """Watch who comes, receive, hand over, treat, finish."""
    page = await worker.open("desk", "/desk/")
    await worker.follow("desk", page, 5)
    await worker.press("step", page, r"^/desk/(appointments|intakes)/[^/]+/(arrive|hand-over|start|finish|release)/$")
    await worker.open("inside", "/desk/inside/")
    if path := worker.pick(page, PATIENT):
        await worker.open("patient", path)


async def dispatch(worker: Worker) -> None:
    """Watch the board, look at somebody who waits, place by hand."""
    page = await worker.open("board", "/dispatch/")
    await worker.follow("board", page, 5)
    if path := worker.pick(page, WAITING):
        page = await worker.open("board, somebody", path)
        await worker.press("place", page, r"/place/$")
    await worker.open("cars", "/dispatch/vehicles/")
    await worker.open("hospitals", "/dispatch/facilities/")


ROUNDS: dict[str, Callable[[Worker], Awaitable[None]]] = {
    "community": community,
    "gate": gate,
    "driver": driver,
    "desk": desk,
    "dispatch": dispatch,
}
# of a hundred people at work; post's role in the product
SHARES = {"community": (35, "staff"), "gate": (25, "guard"), "driver": (25, "driver"), "desk": (10, "intake"), "dispatch": (5, "dispatch")}  # fmt: skip
