"""The only source of time. A demo city runs ahead of or behind the wall clock by a stored offset."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

from django.utils import timezone

from core import installation
from core.models import ClockOffset
from core.vocabulary import CHINA as CHINA

_CACHE_S = 5.0
NEAR = timedelta(hours=6)  # what a page of the day shows beyond midnight, to both sides of now
_cached: tuple[float, timedelta] | None = None


def offset() -> timedelta:
    """Return how far the product's clock stands from the wall clock; zero outside a demo city."""
    global _cached
    tick = time.monotonic()
    if _cached is None or tick - _cached[0] > _CACHE_S:
        row = ClockOffset.objects.filter(pk=1).values_list("seconds", flat=True).first()
        _cached = (tick, timedelta(seconds=row or 0))
    return _cached[1]


def is_offset() -> bool:
    """Say whether a demo clock was ever set here."""
    return ClockOffset.objects.filter(pk=1).exists()


def forget() -> None:
    """Drop the cached offset: after it was changed, and between tests."""
    global _cached
    _cached = None


def set_offset(value: timedelta) -> None:
    """Store the demo offset for every process (each follows within seconds). Raises NotAllowed in production."""
    installation.refuse_in_production("Another time than the wall clock's")
    ClockOffset.objects.update_or_create(pk=1, defaults={"seconds": value.total_seconds()})
    forget()


def now() -> datetime:
    """Return the product's time, aware, in UTC."""
    return timezone.now() + offset()


def today() -> date:
    """Return the product's calendar day in China Standard Time."""
    return local_day(now())


def local_day(at: datetime) -> date:
    """Return the China Standard Time calendar day of an aware time."""
    return at.astimezone(CHINA).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return [start, end) of a China Standard Time calendar day."""
    start = datetime.combine(day, datetime.min.time(), tzinfo=CHINA)
    return start, start + timedelta(days=1)


def day_around(at: datetime) -> tuple[datetime, datetime]:
    """Return [start, end) of the China day of a moment, at least `NEAR` to both sides of it: a night has no edge."""
    start, end = day_bounds(local_day(at))
    return min(start, at - NEAR), max(end, at + NEAR)


def at_local(day: date, hhmm: str) -> datetime:
    """Return the aware time of `hhmm` ("07:30"; "24:00" is the next midnight) on a China Standard Time day."""
    hours, minutes = (int(part) for part in hhmm.split(":"))
    return day_bounds(day)[0] + timedelta(hours=hours, minutes=minutes)
