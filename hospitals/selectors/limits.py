"""Limits of the desk: what the rulebook says for a facility's place, read once a minute per process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from communities.services import rulebook
from hospitals.models import Facility

_KEPT_S = 60.0
_cached: dict[str, tuple[float, DeskLimits]] = {}


@dataclass(frozen=True)
class DeskLimits:
    """How long things may take: hand-over (R-002-3), closing (R-002-7d), undo and freshness."""

    hand_over: timedelta
    hand_over_amber: timedelta  # so much before the limit the clock turns amber
    return_amber: timedelta
    status_stale: timedelta
    closed_at_most: timedelta
    transfer_answer: timedelta  # a house asked to take a patient over has answered by then (R-000-17)
    undo: timedelta = timedelta(minutes=10)


def limits(facility_code: str, *, at: datetime) -> DeskLimits:
    """Return the limits in force where a facility lies; a change of the rulebook is seen within a minute."""
    tick = time.monotonic()
    known = _cached.get(facility_code)
    if known is None or tick - known[0] > _KEPT_S:
        known = _cached[facility_code] = (tick, _read(facility_code, at))
    return known[1]


def forget() -> None:
    """Drop what was read: after a change in this process, and between tests."""
    _cached.clear()


def _read(facility_code: str, at: datetime) -> DeskLimits:
    place = Facility.objects.values_list("division_code", flat=True).filter(pk=facility_code).first() or ""
    book = rulebook.load()

    def number(key: str) -> float:
        return float(book.value(key, place=place, at=at).value)

    hand_over = timedelta(minutes=number("intake.handover_min"))
    return DeskLimits(
        hand_over=hand_over,
        hand_over_amber=hand_over - timedelta(minutes=number("intake.handover_warn_min")),
        return_amber=timedelta(minutes=number("waiting.amber_min")),
        status_stale=timedelta(hours=number("capacity.stale_h")),
        closed_at_most=timedelta(hours=number("closure.max_h")),
        transfer_answer=timedelta(minutes=number("transfer.answer_min")),
    )
