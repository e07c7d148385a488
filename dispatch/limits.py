"""The limits that cars, hours and hospitals are judged by: one table for the plan and for the dispatcher's list.

What policy decides is read from the rulebook; the rest is our choice, as no map or stop watch gives it. Where a person
may go further than the plan goes by itself, the limit stands twice: what lies between is shown as "yes, but".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from communities.services import rulebook
from core import clock
from core.vocabulary import Mobility, ZoneClass

MINUTE = timedelta(minutes=1)
_BOARD_MIN = {"walk": 3, "assisted": 5, "wheelchair": 6, "stretcher": 10}
_LEAVE_MIN = {"walk": 2, "assisted": 4, "wheelchair": 5, "stretcher": 8}
_STAIRS_MIN = 5
_TURN_MIN: dict[str, int] = {ZoneClass.SEALED: 30, ZoneClass.CONTROLLED: 10, ZoneClass.PRECAUTIONARY: 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Minutes.

    Attributes
    ----------
    early, early_by_person : nobody is set down at the hospital longer before the hour than this. Nobody is to wait at
        the door for more than 45 minutes, and the road gives up to 20 of them; a person may see a reason.
    spare, spare_by_person : … and at least this long before it.
    aim : a car that has the choice is there this long before.
    wait_target, wait : a car home comes within this of being ready. The second is the plan's alone, where no car of
        the whole fleet keeps the first; nobody is promised it by hand.
    reach : a hospital farther from home than this is proposed by a person alone, and counts as none for the zones.
    fresh : a house that said nothing for longer ranks lower and is called first, but is never left out (F37).
    before, after : another hour than the one asked for is planned this much sooner or later; a treatment that recurs,
        or has no hour, at any time of the span planned. A person may take any shift of the day and of the next.
    told : what was told moves by no more than this for somebody who joins (C19). The plan moves nothing.
    """

    early: float = 25.0
    early_by_person: float = 60.0
    spare: float = 5.0
    spare_by_person: float = 0.0
    aim: float = 10.0
    wait_target: float = 30.0
    wait: float = 60.0
    reach: float = 90.0
    fresh: float = 240.0
    before: float = 180.0
    after: float = 240.0
    told: float = 5.0

    def hours(
        self, asked: datetime | None, *, is_fixed: bool, at: datetime, until: datetime
    ) -> tuple[datetime, datetime]:
        """Return the first and the last hour that is planned for somebody, of a span that ends before `until`."""
        last = until - timedelta(seconds=1)
        if asked is None or is_fixed:
            return at, last
        return max(at, asked - self.before * MINUTE), min(last, max(asked, at) + self.after * MINUTE)


LIMITS = Limits()
EVENING_AT = "20:00"  # plan.tomorrow_by: from then on tomorrow is planned too
PLANNED_AHEAD = timedelta(hours=6)
PLAN_TOLD = 0.0  # a plan moves nothing that was told
EXIT_BEFORE_MIN = 60  # a pass opens this long before the pick-up
RETURN_AFTER_H = 6  # … and expects the way home this long after being ready, at the latest


def limits(*, place: str, at: datetime) -> Limits:
    """Return the limits in force at a place (a code, or the beginning of one; empty: everywhere); one query."""
    return of_book(rulebook.load(), place=place, at=at)


def of_book(book: rulebook.Book, *, place: str, at: datetime) -> Limits:
    """Return the limits by a rulebook that is read already."""
    target = float(book.value("waiting.target_min", place=place, at=at).value)
    longest = float(book.value("waiting.measured_min", place=place, at=at).value[0])
    told = float(book.value("engine.move_told_stop_max_min", place=place, at=at).value)
    fresh = float(book.value("capacity.stale_h", place=place, at=at).value) * 60
    return Limits(wait_target=target, wait=max(longest, target), told=told, fresh=fresh)


def planned_until(at: datetime, *, asked: datetime | None = None) -> datetime:
    """Return the end of the span that the next plan looks at, or that holds the hour asked for where that is later.

    The rest of today, at least six hours; from the evening on, tomorrow as well.
    """
    today = clock.local_day(at)
    end = clock.day_bounds(today)[1]
    if at >= clock.at_local(today, EVENING_AT):
        end += timedelta(days=1)
    if asked is not None:
        end = max(end, clock.day_bounds(clock.local_day(asked))[1])
    return max(end, at + PLANNED_AHEAD)


def board_min(mobility: str, has_stairs: bool) -> int:
    """Return the minutes at the pick-up."""
    return _BOARD_MIN.get(mobility, 5) + (_STAIRS_MIN if has_stairs and mobility != Mobility.WALK else 0)


def leave_min(mobility: str) -> int:
    """Return the minutes at the drop-off."""
    return _LEAVE_MIN.get(mobility, 4)


def turn_min(zone_class: str) -> int:
    """Return the minutes of disinfection after a ride, before another class boards (E18)."""
    return _TURN_MIN.get(zone_class, 10)


def turn_left(zone_class: str, *, set_down: datetime, mobility: str, free_at: datetime) -> timedelta:
    """Return how much of the disinfection the time kept for a ride leaves out: it ends early for its own class."""
    clean = set_down + (leave_min(mobility) + turn_min(zone_class)) * MINUTE
    return max(timedelta(), clean - free_at)


def longest_turn_min(zones: Iterable[str]) -> float:
    """Return the longest disinfection of a car that carries these zones; for what it carried before we knew."""
    return float(max(map(turn_min, zones), default=turn_min("")))
