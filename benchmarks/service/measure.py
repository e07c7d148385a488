"""Closed loops (as fast as answers come) and paced ones (so many a second, whatever comes back)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.service.browser import Answer, Browser

GOOD = (200, 204, 302, 304)
Act = Callable[[Browser], Awaitable[Answer]]


@dataclass
class Tally:
    """What came back from one kind of request."""

    seconds: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    lasted: float = 0.0

    def note(self, answer: Answer, took: float | None = None) -> None:
        """Keep one answer; anything but a page, a redirect or an unchanged fragment is an error."""
        self.seconds.append(answer.seconds if took is None else took)
        if answer.status not in GOOD:
            what = f"{answer.status} {answer.text[:60] if answer.status == 0 else ''}".strip()
            self.errors[what] = self.errors.get(what, 0) + 1

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.lasted if self.lasted else 0.0

    def at(self, share: float) -> float:
        """Milliseconds that `share` of the answers kept to."""
        ordered = sorted(self.seconds)
        return 1000.0 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def closed(browsers: list[Browser], act: Act, seconds: float) -> Tally:
    """Let every browser act again as soon as it is answered."""
    tally = Tally()
    began = time.perf_counter()

    async def go_on(browser: Browser) -> None:
        while time.perf_counter() - began < seconds:
            tally.note(await act(browser))

    await asyncio.gather(*map(go_on, browsers))
    tally.lasted = time.perf_counter() - began
    return tally


def opening(path: str) -> Act:
    """Return the act of opening one page."""

    async def act(browser: Browser) -> Answer:
        return await browser.get(path)

    return act


def opening_each(paths: list[str]) -> Act:
    """Return the act of opening the next of many pages."""
    coming = cycle(paths)

    async def act(browser: Browser) -> Answer:
        return await browser.get(next(coming))

    return act
