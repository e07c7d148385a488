"""How late is late: the one rule, for whatever was promised for a moment. Pure; no clock is read here."""

from __future__ import annotations

from datetime import datetime, timedelta

AMBER, RED = timedelta(minutes=5), timedelta(minutes=10)  # past what was promised: somebody must look, must act
OVER, LATE = "over", "late"


def level_of(promised: datetime | None, *, at: datetime, is_critical: bool = False) -> str:
    """Say how late a promise is at a moment: "" in time, "over" from five minutes, "late" from ten.

    Of somebody critical it is late at once (R-000-2). Nothing promised, nothing late.
    """
    if promised is None or at < promised:
        return ""
    late = at - promised
    if is_critical or late >= RED:
        return LATE
    return OVER if late >= AMBER else ""


def worse(*levels: str) -> str:
    """Return the worst of several levels."""
    return LATE if LATE in levels else OVER if OVER in levels else ""


def minutes_late(promised: datetime, *, at: datetime) -> int:
    """Count the whole minutes since a promise; none before it."""
    return max(0, int((at - promised).total_seconds() // 60))
