"""How late is late, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.lateness import level_of, minutes_late, worse

PROMISED = datetime(2022, 6, 28, 4, 20, tzinfo=UTC)
MIN = timedelta(minutes=1)


def test_a_promise_climbs_on_a_moving_clock() -> None:
    """R-000-17, faults 3: in time until five minutes past, amber until ten, red from then on."""
    seen = {n: level_of(PROMISED, at=PROMISED + n * MIN) for n in range(-60, 181)}

    assert {n for n, level in seen.items() if level == ""} == set(range(-60, 5))
    assert {n for n, level in seen.items() if level == "over"} == set(range(5, 10))
    assert {n for n, level in seen.items() if level == "late"} == set(range(10, 181))


@pytest.mark.parametrize(("late", "level"), [(-1, ""), (0, "late"), (44, "late")])
def test_of_somebody_critical_it_is_red_at_once(late: int, level: str) -> None:
    """R-000-2."""
    assert level_of(PROMISED, at=PROMISED + late * MIN, is_critical=True) == level


def test_nothing_promised_is_never_late() -> None:
    assert level_of(None, at=PROMISED) == ""
    assert level_of(None, at=PROMISED, is_critical=True) == ""


def test_the_worse_of_two_counts() -> None:
    assert [worse("", ""), worse("over", ""), worse("over", "late")] == ["", "over", "late"]


def test_minutes_are_whole_and_never_below_none() -> None:
    assert [minutes_late(PROMISED, at=PROMISED + n * MIN) for n in (-3, 0, 7.9)] == [0, 0, 7]
