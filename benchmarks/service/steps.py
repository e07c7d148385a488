"""The steps of the table: what is opened or sent, by whom, and the most that it may cost (docs/explanation/speed.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any
from urllib.parse import quote

from benchmarks.service.browser import Answer, Browser
from benchmarks.service.measure import Act, opening, opening_each

ROWS, INSERT, NONE = "rows", "insert", ""


@dataclass(frozen=True)
class Step:
    """One line of the table. `peer`: answers a second, at 16 clients, of the nearest peer's same page in units of the
    50-row list of its own floor; `times`: how many times that we want to be."""

    name: str
    user: str
    act: Callable[[dict[str, Any]], Act]
    url: str = ""
    floor: str = ROWS
    most_queries: int = 0
    least_share: float = 0.0
    peer: float = 0.0
    times: float = 0.0
    most_ms: float = 0.0


FLOOR_OF_PEER = 800.0  # the 50-row list beside the peer, on the machine where both were measured


def _found(kind: str) -> Callable[[dict[str, Any]], Act]:
    def make(town: dict[str, Any]) -> Act:
        return opening_each([f"/residents/?q={quote(word)}" for word in town["people"][kind]])

    return make


def _details(town: dict[str, Any]) -> Act:
    return opening_each([f"/residents/{ident}/" for ident in town["people"]["residents"]])


def hours_of_their_own(ahead_s: float) -> Iterator[str]:
    """Return times of arrival as the form sends them, no two alike: a way asked for again is not stored again.

    `ahead_s`: by how many seconds the demo city's clock stands before the wall clock.
    """
    start = datetime.now(tz=UTC).replace(second=0) + timedelta(hours=1, seconds=ahead_s)
    return (f"{start + timedelta(minutes=number):%Y-%m-%dT%H:%M%z}" for number in cycle(range(80 * 24 * 60)))


def _ask(town: dict[str, Any]) -> Act:
    """Send the form 叫车就医 for the next resident."""
    coming, hours = cycle(town["people"]["asked_for"]), hours_of_their_own(town["ahead_s"])
    form = {"purpose": "outpatient", "travel": "walk", "is_second": "1"}

    async def act(browser: Browser) -> Answer:
        return await browser.post(f"/residents/{next(coming)}/request/", {**form, "time": next(hours)})

    return act


def _sign_in(town: dict[str, Any]) -> Act:
    """Send the sign-in form once more."""

    async def act(browser: Browser) -> Answer:
        return await browser.post("/sign-in/", {"username": "shequ", "password": town["password"]})

    return act


def _open(path: str) -> Callable[[dict[str, Any]], Act]:
    return lambda _town: opening(path)


DESK, DISPATCH, ASKING = "shequ", "diaodu", "asking"
STEPS = (
    Step("board, 14 rows", "bench-second", _open("/dispatch/"), "/dispatch/", most_queries=8, peer=27, times=10),
    Step("board, 50 rows", DISPATCH, _open("/dispatch/"), "/dispatch/", most_queries=8, least_share=0.15, peer=8.8, times=10),
    Step("resident list", DESK, _open("/residents/"), "/residents/", most_queries=6, least_share=0.15, peer=6.4, times=10, most_ms=60),
    Step("search by phone", DESK, _found("phones"), "/residents/?q={phone}", most_queries=6, least_share=0.15, peer=30, times=10, most_ms=60),
    Step("search by name", DESK, _found("names"), "/residents/?q={name}", most_queries=6, least_share=0.15, peer=12, times=10, most_ms=60),
    Step("resident detail", DESK, _details, "/residents/{resident}/", most_queries=10, least_share=0.15, peer=36, times=3),
    Step("create request", ASKING, _ask, floor=INSERT, most_queries=10, least_share=0.1, peer=38, times=3),
    Step("today's bookings, 50 rows", "jiezhen", _open("/desk/"), "/desk/", most_queries=8, least_share=0.15, peer=7.7, times=10),
    Step("sign-in", "", _sign_in, floor=NONE, most_queries=4, peer=7.9, times=2),
)  # fmt: skip
