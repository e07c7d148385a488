"""Travel times: the estimate."""

from __future__ import annotations

from matching.travel import GreatCircle
from tests.unit.matching.small import PLACES


def test_hour_and_gates_count() -> None:
    slow = GreatCircle(hourly=(1.0,) * 8 + (2.0,) + (1.0,) * 15, hour=8)
    calm = GreatCircle(hourly=(1.0,) * 24, hour=8)

    assert slow.matrices(PLACES)[0][0, 1] > calm.matrices(PLACES)[0][0, 1]
