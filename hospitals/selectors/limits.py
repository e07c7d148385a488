"""Limits of the desk, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class DeskLimits:
    """How long things may take. Sources: R-002-3 (hand-over), decisions on the wait for the way home."""

    hand_over: timedelta = timedelta(minutes=15)
    hand_over_amber: timedelta = timedelta(minutes=5)
    undo: timedelta = timedelta(minutes=10)
    return_amber: timedelta = timedelta(minutes=10)
    status_stale: timedelta = timedelta(hours=4)
    closed_at_most: timedelta = timedelta(hours=48)


def limits() -> DeskLimits:
    """Return the limits in force."""
    return DeskLimits()
