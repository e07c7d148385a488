"""A car stands where its last outing ended, not at its base, however long ago that was in its shift."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.hand import snapshot
from tests import walkers

pytestmark = pytest.mark.django_db


def test_a_fleet_is_read_with_the_outings_of_the_shift():
    case = walkers.walk(walkers.town(cars=1), to="treated")
    at = case.at + timedelta(hours=4)

    (car,) = snapshot.fleet("main", since=at - snapshot.LOOK_BACK, until=at).cars

    assert [run.last for run in car.busy][:1] == [case.town.facility.point]
