"""The engine's minutes become times to the second: none may fall outside the shift it was planned in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.planning import outings
from matching.engines import INTERPRETED
from matching.solve import solve
from tests.unit.matching.small import car, hospital, patient, town

MIDNIGHT = datetime(2022, 6, 27, 16, tzinfo=UTC)
SHIFT_STARTS = [MIDNIGHT + timedelta(hours=8, seconds=second) for second in range(0, 3600, 7)]


def early(starts: datetime) -> bool:
    """Plan somebody who must leave the moment the shift starts; say whether the car was to leave before it."""
    minute = (starts - MIDNIGHT) / timedelta(minutes=1)
    asked = replace(patient(0), is_critical=True, needs_inbound=False, latest_safe_min=None)
    site = hospital(needs=frozenset({"dialysis"}), slots=())
    vehicles = (car(id="car@1", shift_start_min=minute),)
    problem = town(vehicles=vehicles, requests=(asked,), facilities=(site,), now_min=minute)
    plan = solve(problem, engine=INTERPRETED, iterations=0)
    (outing,) = outings.cut(problem, plan, origin=MIDNIGHT).values()
    assert abs(outing.leave_at - starts) <= timedelta(seconds=1)
    return outing.leave_at < starts


def test_no_car_leaves_before_its_shift() -> None:
    assert not any(map(early, SHIFT_STARTS))


def test_cut_off_seconds_leave_before_the_shift(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: with minutes cut off instead of rounded, some cars would leave a second before their driver is there."""
    monkeypatch.setattr(outings, "_time", lambda origin, minutes: origin + timedelta(seconds=int(minutes * 60)))
    assert any(map(early, SHIFT_STARTS))
