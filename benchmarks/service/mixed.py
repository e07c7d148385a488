"""Everybody at work at once on the whole product, beside people whose pages keep a live stream open."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit

from benchmarks.service.browser import Answer, Browser
from benchmarks.service.measure import Tally
from benchmarks.service.roles import ROUNDS, SHARES, Worker
from benchmarks.service.steps import hours_of_their_own
from benchmarks.service.town import Town

REFUSED = (409, 422)  # somebody was quicker: an answer of the product, counted apart from errors
TAKEN_AWAY = "这一步没有记下"  # so is this, for the outing that was under a driver's finger
QUIET_S = 120
LATE_S = 30


@dataclass
class Paced:
    """Turns at a fixed rate whatever comes back; an answer's time counts from the moment its turn was due."""

    per_second: float
    seconds: float
    tallies: dict[str, Tally] = field(default_factory=dict)
    refused: int = 0
    left: int = 0  # turns that nobody was free to take
    due: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    async def take(self, name: str, send: Callable[[], Awaitable[Answer]]) -> Answer:
        """Wait for a turn, send, note."""
        began = await self.due.get()
        answer = await send()
        tally = self.tallies.setdefault(name, Tally())
        if answer.status in REFUSED or TAKEN_AWAY in answer.text:
            self.refused += 1
            tally.seconds.append(time.perf_counter() - began)
        else:
            tally.note(answer, time.perf_counter() - began)
        return answer

    async def run(self, seconds: float) -> None:
        """Hand out turns for so long, and forget what came back before."""
        self.tallies, self.refused = {}, 0
        began = time.perf_counter()
        for number in range(int(self.per_second * seconds)):
            at = began + number / self.per_second
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            self.due.put_nowait(at)
        deadline = time.perf_counter() + LATE_S
        while not self.due.empty() and time.perf_counter() < deadline:
            await asyncio.sleep(0.05)
        self.left = self.due.qsize()
        await asyncio.sleep(1.0)
        for tally in self.tallies.values():
            tally.lasted = seconds


@dataclass
class Streams:
    """Open live streams: how many stay open, and what they were told."""

    opened: int = 0
    lost: int = 0
    told: int = 0

    async def follow(self, address: str, browser: Browser, board: str) -> None:
        """Keep one stream open and count its events until cancelled."""
        parts = urlsplit(address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        jar = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        head = [f"GET {parts.path}?board={board} HTTP/1.1", f"Host: {parts.netloc}", f"Cookie: {jar}", "", ""]
        try:
            writer.write("\r\n".join(head).encode())
            if b" 200 " not in await reader.readline():
                self.lost += 1
                return
            self.opened += 1
            while line := await reader.readline():
                self.told += line.startswith(b"event: board")
            self.lost += 1
        finally:
            writer.close()


async def mixed_load(town: Town, options: Any) -> dict[str, Any]:
    """Start every process, sign everybody in, open the streams, and let all work for a while."""
    stack = town.stack
    address = stack.web()
    events = stack.live()
    for start in (stack.relay, stack.worker, stack.urgent, stack.beat):
        start()
    people = await signed_in(town, address, options.users)
    await _until_quiet(town)
    streams, paced = Streams(), Paced(options.rate, options.minutes * 60)
    chance, hours = random.Random(1), hours_of_their_own(town.known["ahead_s"])
    posted = list(islice(cycle(people), options.streams))
    tasks = [asyncio.create_task(streams.follow(events, browser, board)) for _role, browser, board in posted]
    await asyncio.sleep(3)
    tasks += [
        asyncio.create_task(_work(worker, paced, chance.uniform(0, options.ramp)))
        for worker in [
            Worker(role, browser.twin(), paced, random.Random(chance.random()), hours) for role, browser, _b in people
        ]
    ]
    await paced.run(options.ramp)  # everybody comes to work
    opening = _figures(_together(list(paced.tallies.values())))
    before = _spent(town)
    await paced.run(paced.seconds)
    spent = {name: round(seconds - before[name], 1) for name, seconds in _spent(town).items()}
    open_at_end = streams.opened - streams.lost
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=10)
    return {
        "rate": options.rate, "seconds": paced.seconds, "users": len(people), "refused": paced.refused,
        "left": paced.left, "ramp": options.ramp, "opening": opening,
        "processor_s": spent,
        "streams": {"asked": options.streams, "open_at_end": open_at_end, "events": streams.told},
        "pages": {name: _figures(tally) for name, tally in sorted(paced.tallies.items())},
        "all": _figures(_together(list(paced.tallies.values()))),
        "memory": {name: town.memory(name) for name in ("web", "worker", "live", "relay")},
    }  # fmt: skip


def _spent(town: Town) -> dict[str, float]:
    """Return the processor time of every process so far, in seconds; the clients' own as well."""
    return {"clients": time.process_time(), **{name: town.busy(name) for name in town.stack.children}}


async def _work(worker: Worker, paced: Paced, begins_s: float) -> None:
    await asyncio.sleep(begins_s)  # nobody comes to work in the same second as all others
    while True:
        try:
            await ROUNDS[worker.role](worker)
        except Exception as error:  # a page nobody could read: said in the table, and the day goes on
            paced.tallies.setdefault(f"{worker.role}: round", Tally()).errors[repr(error)[:80]] = 1
            await asyncio.sleep(1)


async def signed_in(town: Town, address: str, users: int) -> list[tuple[str, Browser, str]]:
    """Sign so many people in, by the shares of their roles; return role, browser and the board of their post."""
    found = []
    for role, (share, post) in SHARES.items():
        names = town.known["at_work"][post]
        for username, board in islice(cycle(names), max(1, users * share // 100)):
            browser = Browser(address)
            await browser.sign_in(username, town.known["password"])
            browser.close()
            found.append((role, browser, board))
    random.Random(2).shuffle(found)
    return found


async def _until_quiet(town: Town) -> None:
    """Wait until the workers have compiled and planned what waited."""
    quiet_since, deadline = time.monotonic(), time.monotonic() + QUIET_S
    before = town.busy("worker")
    while time.monotonic() < deadline and time.monotonic() - quiet_since < 4:
        await asyncio.sleep(1)
        now = town.busy("worker")
        if now - before > 0.3:
            quiet_since = time.monotonic()
        before = now


def _together(tallies: list[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.seconds += tally.seconds
        whole.lasted = max(whole.lasted, tally.lasted)
        for what, number in tally.errors.items():
            whole.errors[what] = whole.errors.get(what, 0) + number
    return whole


def _figures(tally: Tally) -> dict[str, Any]:
    shares = {f"p{int(share * 100)}": round(tally.at(share), 1) for share in (0.5, 0.95, 0.99)}
    return {"answers": len(tally.seconds), "per_second": round(tally.per_second, 1), **shares, "errors": tally.errors}
