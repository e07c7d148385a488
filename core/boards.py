"""Change numbers of the live boards: a page asks for a new fragment only when its board's number rose."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone


def touch(*boards: str) -> None:
    """Raise the numbers of `boards` in the caller's transaction; sorted, so that two writers never deadlock."""
    if not boards:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO core_boardversion (board, version, changed_at) VALUES (%s, 1, %s)"
            " ON CONFLICT (board) DO UPDATE SET version = core_boardversion.version + 1, changed_at = EXCLUDED.changed_at",
            [(board, timezone.now()) for board in sorted(set(boards))],
        )
