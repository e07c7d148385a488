"""Change numbers of the live boards: a page asks for a new fragment only when its board changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.utils import timezone

from core.models import BoardChange

KEPT = timedelta(minutes=30)


def touch(*boards: str) -> None:
    """Note in the caller's transaction that `boards` changed.

    A row each is appended. A shared row with a number would make two writers that name the same boards in another
    order wait for each other in a ring.
    """
    BoardChange.objects.bulk_create([BoardChange(board=board) for board in sorted(set(boards))])


def version(board: str) -> str:
    """Return the mark of a board's state: another one after every committed change, in whatever order they commit."""
    seen = BoardChange.objects.filter(board=board).aggregate(last=Max("id"), count=Count("id"))
    return f"{seen['last'] or 0}-{seen['count']}"


def prune(*, at: datetime) -> None:
    """Drop changes that every page has long seen. The rows keep the database's time, not the product's."""
    BoardChange.objects.filter(changed_at__lt=timezone.now() - KEPT).delete()
