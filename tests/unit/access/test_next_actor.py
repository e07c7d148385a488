"""Whose move it is, at each fact of the way: what every list names beside a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from access.journey import Facts, next_actor

AT = datetime(2022, 6, 28, 2, 40, tzinfo=UTC)


def _facts(*names: str) -> Facts:
    given: dict[str, Any] = dict.fromkeys(names, AT)
    return Facts(submitted_at=AT, **given)


@pytest.mark.parametrize(
    ("names", "by_car", "by_oneself"),
    [
        ((), "staff", "staff"),
        (("approved_at",), "dispatch", "dispatch"),
        (("approved_at", "scheduled_at"), "driver", "guard"),
        (("approved_at", "scheduled_at", "boarded_at"), "driver", "driver"),
        (("approved_at", "boarded_at", "dropped_at"), "intake", "intake"),
        (("approved_at", "arrived_at"), "intake", "intake"),
        (("approved_at", "arrived_at", "ready_at"), "dispatch", "driver"),
        (("approved_at", "arrived_at", "ready_at", "back_ride_at"), "driver", "driver"),
        (("approved_at", "cancelled_at"), "", ""),
        (("approved_at", "closed_at"), "", ""),
    ],
)
def test_somebody_has_the_next_step_until_it_is_over(names, by_car, by_oneself):
    """Guard: R-000-12, nobody stands outside without a post whose move it is."""
    assert next_actor(_facts(*names)) == by_car
    assert next_actor(_facts(*names), needs_vehicle=False) == by_oneself
