"""The whole board: who waits, lanes, and the panel of the one chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from access.models import AccessRequest
from access.selectors import wait_limits
from access.selectors.requests import RequestRow, request_page
from access.selectors.rescue import Rescue
from access.states import RequestStatus
from communities.services import rulebook
from core.actors import Actor
from dispatch import selectors
from dispatch.board import lanes
from dispatch.board.asked import HouseAsked, asked_of
from dispatch.board.lanes import Group, Scale
from dispatch.board.panel import panel
from dispatch.board.placed import standing_of
from dispatch.board.shown import Choice, Panel
from dispatch.board.sketch import Sketch, sketch
from dispatch.board.waiting import Ending, Waiting, WaitingRow, ending_soon, home_name, row_of, waiting_people
from dispatch.facts.silence import Silent, silent_of
from dispatch.hand import snapshot
from dispatch.hand.rescues import of_board
from dispatch.hand.snapshot import Bar, Fleet
from dispatch.limits import of_book
from transport.states import RunStatus

FOUND = 12  # so many of them a search shows
AHEAD_H = 40  # runs looked at: today's and tomorrow's


@dataclass(frozen=True)
class Counts:
    """The figures of the headline."""

    waiting: int
    later: int
    urgent: int
    cars: int
    running: int
    asked: int


@dataclass(frozen=True)
class Board:
    """What the page shows."""

    waiting: list[Waiting]
    ending: list[Ending]
    groups: list[Group]
    scale: Scale
    counts: Counts
    panel: Panel | None
    sketch: Sketch | None
    silent: list[Silent]
    asked: list[HouseAsked]
    rescues: list[Rescue] = field(default_factory=list)
    query: str = ""
    found: list[RequestRow] = field(default_factory=list)
    later: list[Waiting] = field(default_factory=list)  # of another day
    who: str = ""

    @property
    def is_gone(self) -> bool:
        """Say whether somebody was chosen for whom no car can be chosen any more."""
        return self.panel is None and bool(self.who)

    @property
    def rows(self) -> list[WaitingRow]:
        """The list of those who wait today, as it is drawn."""
        return self._rows(self.waiting, begin=1)

    @property
    def later_rows(self) -> list[WaitingRow]:
        """The list of those of another day."""
        return self._rows(self.later, begin=len(self.waiting) + 1)

    def _rows(self, people: list[Waiting], *, begin: int) -> list[WaitingRow]:
        chosen = self.panel.request.pk if self.panel else None
        press = self.panel.press if self.panel else ""
        return [
            row_of(each, number, query=self.query, press=press if each.request.pk == chosen else None)
            for number, each in enumerate(people, begin)
        ]


def board(actor: Actor, *, who: str = "", choice: Choice | None = None, query: str = "", at: datetime) -> Board:
    """Read and judge everything the board shows for an actor's area: five queries."""
    rows = selectors.board_requests(actor, at=at)
    seen = snapshot.fleet(actor.place_code, since=at - snapshot.LOOK_BACK, until=at + timedelta(hours=AHEAD_H))
    place = next((row.community_id for row in rows if row.community_id), "")
    book = rulebook.load()
    limits = wait_limits(at=at, place=place[:6], book=book)
    everybody = waiting_people(rows, seen, limits, at=at)
    people = [each for each in everybody if not query or _finds(each, query)]
    people.sort(key=lambda each: each.is_later(at))
    chosen = _chosen(who, rows, seen, everybody, at=at) if who else people[0] if people else None
    judged_by = of_book(book, place=place[:6], at=at)
    shown = panel(chosen, seen, choice or Choice(), limits=judged_by, at=at) if chosen else None
    scale = lanes.scale(at)
    return Board(
        waiting=[each for each in people if not each.is_later(at)],
        later=[each for each in people if each.is_later(at)],
        ending=ending_soon(rows, seen, at=at),
        groups=lanes.groups(
            seen, scale, ghosts=shown.ghosts if shown else (), name=chosen.request.name if chosen else ""
        ),
        scale=scale,
        counts=_counts(rows, everybody, seen, at),
        panel=shown,
        sketch=sketch(shown, seen, at) if shown else None,
        rescues=of_board(rows, at=at),
        asked=asked_of(rows, at=at),
        silent=silent_of(seen, after_min=limits.replace, at=at),
        query=query,
        found=_elsewhere(actor, query, people, at=at),
        who=who if any(str(row.pk) == who for row in rows) else "",
    )


def _chosen(
    who: str, rows: list[AccessRequest], seen: Fleet, everybody: list[Waiting], *, at: datetime
) -> Waiting | None:
    """Return whoever was chosen, also once they have a car; nobody else takes their place under a hand."""
    found = next((each for each in everybody if str(each.request.pk) == who), None)
    row = next((row for row in rows if str(row.pk) == who), None)
    return found or (standing_of(row, seen, at=at) if row else None)


def _elsewhere(actor: Actor, query: str, people: list[Waiting], *, at: datetime) -> list[RequestRow]:
    """Return whom a search finds besides those who wait: on the way, inside, at home, put away; the newest first."""
    if not query:
        return []
    waiting = {each.request.pk for each in people}
    return [row for row in request_page(actor, at=at, search=query).rows if row.request.pk not in waiting][:FOUND]


def _finds(each: Waiting, query: str) -> bool:
    row = each.request
    known = (row.name, row.number, home_name(row), row.resident.name_search if row.resident else "")
    return any(query.casefold() in text.casefold() for text in known)


def _counts(rows: list[AccessRequest], people: list[Waiting], seen: Fleet, at: datetime) -> Counts:
    on_duty = [car for car in seen.cars if any(duty.starts_at <= at < duty.ends_at for duty in car.duties)]
    running = [code for code, bars in seen.bars.items() if any(_is_running(bar) for bar in bars)]
    asked = sum(1 for row in rows if row.status == RequestStatus.SUBMITTED)
    urgent = sum(1 for each in people if each.level == "danger")
    later = sum(1 for each in people if each.is_later(at))
    return Counts(len(people) - later, later, urgent, len(on_duty), len(running), asked)


def _is_running(bar: Bar) -> bool:
    return bar.run.status == RunStatus.UNDER_WAY
