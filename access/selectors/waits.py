"""How long anybody may wait: for the way home, or for a driver's sign; one table in the rulebook (decisions.md C20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from communities.services import rulebook


@dataclass(frozen=True)
class WaitLimits:
    """Minutes after `ready`: amber, no car named, target, and when the street takes it over.

    `replace`: minutes after the time to leave until a driver without a sign is replaced (rules.md 4.4).
    """

    amber: int = 10
    no_car: int = 15
    target: int = 30
    street: int = 45
    replace: int = 5

    def level(self, waited: timedelta, *, has_ride: bool) -> str:
        """Return "" in time, "wait" when somebody must look, "danger" when somebody must act now."""
        minutes = waited.total_seconds() / 60
        if minutes >= self.target or (not has_ride and minutes >= self.no_car):
            return "danger"
        return "wait" if minutes >= self.amber else ""


def wait_limits(*, at: datetime, place: str = "", book: rulebook.Book | None = None) -> WaitLimits:
    """Return the limits in force at a place (a code, or the beginning of one; empty: everywhere).

    One query, none with a `book` that is read already.
    """
    book = book or rulebook.load()
    names = ("amber", "no_car", "target", "street")
    waits = {name: book.value(f"waiting.{name}_min", place=place, at=at).value for name in names}
    return WaitLimits(**waits, replace=book.value("driver.replace_min", place=place, at=at).value)
