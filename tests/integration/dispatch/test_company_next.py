"""Who rides along makes a car end elsewhere: its next outing must still be met (E18, C19)."""

from __future__ import annotations

import pytest

from tests import walkers
from tests.factories import transport as car_rows
from tests.integration.dispatch.test_company import planned_apart, release
from tests.walkers import MIN
from transport.models import Run, Trip
from transport.services import scheduling
from transport.services.scheduling import RunTimes

pytestmark = pytest.mark.django_db


def next_outing(first: Trip, *, degrees_away: float) -> None:
    """Promise the car of a way home to somebody half an hour after it is free, so far from where it ends."""
    run = first.run
    assert run is not None
    begins = max(other.occupied.upper for other in Run.objects.live().filter(vehicle=run.vehicle_id))
    trip = car_rows.trip(begins + 30 * MIN)
    ride = RunTimes(run.vehicle, run.driver, begins, begins + 30 * MIN, begins + 50 * MIN, begins + 60 * MIN)
    scheduling.schedule(trip, ride=ride, by=car_rows.BY, at=begins, is_pinned=False)
    where = first.destination.point
    trip.run.stops.update(lat=where.lat + degrees_away, lon=where.lon)


@pytest.mark.parametrize(("degrees_away", "together"), [(0.0, True), (0.5, False)], ids=["next door", "an hour away"])
def test_nobody_rides_along_when_the_next_outing_could_not_be_met(degrees_away, together):
    town = walkers.town(cars=4)
    first, second = planned_apart(town, "陈玉梅", "王秀兰")
    ready = town.slot.starts_at + 240 * MIN
    one = release(town, first, at=ready)
    next_outing(one, degrees_away=degrees_away)

    two = release(town, second, at=ready + 2 * MIN)

    assert (one.run_id == two.run_id) is together
