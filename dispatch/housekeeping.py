"""What must be there before anybody asks: slots and shifts of the days ahead; and what may go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from access import finding
from access.models import Resident
from communities.models import ZonePeriod
from core import clock
from core.buildings import fill_keys
from core.models import IdempotencyKey
from hospitals.models import Slot
from transport.models import Shift

AHEAD = timedelta(days=3)
DAY = timedelta(days=1)
KEEP_KEYS = timedelta(days=2)
BATCH = 500


def keep(*, at: datetime) -> None:
    """Open the days ahead, and drop keys nobody can repeat any more."""
    extend_days(at=at)
    drop_old_keys()


def index_people(*, at: datetime) -> None:
    """Make those findable whom a version of the product from before the index wrote last.

    A job of its own, each minute: two versions stand side by side for as long as an installation takes to change. The
    hour `at` is told to every job; this one does the same at any.
    """
    fill_keys(ZonePeriod.objects.all())
    while finding.refresh(Resident.objects.filter(finding.stale()), most=BATCH) == BATCH:
        pass


def extend_days(*, at: datetime) -> int:
    """Repeat the last known day's slots and shifts up to three days ahead; return how many rows are new.

    Days that somebody planned are left as they are. Safe to run twice.
    """
    goal = clock.day_bounds(clock.local_day(at + AHEAD))[1]
    count = 0
    for model in (Slot, Shift):
        last = model.objects.order_by("-starts_at").values_list("starts_at", flat=True).first()
        while last is not None and last < goal - DAY:
            made = _repeat(model, last)
            count += made
            last += DAY
    return count


def _repeat(model: type[Slot] | type[Shift], last: datetime) -> int:
    """Copy the day of `last` to the day after it."""
    start, end = clock.day_bounds(clock.local_day(last))
    rows: list[Any] = list(model.objects.filter(starts_at__gte=start, starts_at__lt=end))
    for row in rows:
        row.pk = None
        row.starts_at, row.ends_at = row.starts_at + DAY, row.ends_at + DAY
        if isinstance(row, Slot):
            row.booked = 0
    model._default_manager.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
    return len(rows)


def drop_old_keys() -> int:
    """Drop idempotency keys older than any page that could still repeat them."""
    old = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEEP_KEYS)
    return old.delete()[0]
