"""When somebody must look at an open request again (INV-13)."""

from __future__ import annotations

from datetime import datetime, timedelta

LOOK_AGAIN = timedelta(minutes=30)
LOOK_AGAIN_CRITICAL = timedelta(minutes=2)


def next_check(at: datetime, *, is_critical: bool) -> datetime:
    """Return when somebody must look again."""
    return at + (LOOK_AGAIN_CRITICAL if is_critical else LOOK_AGAIN)
