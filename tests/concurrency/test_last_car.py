"""Two planners, one last car: INV-02, and its twin that shows what the constraint is for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from core.errors import Conflict
from tests.factories import transport as make
from transport.models import Run, Trip
from transport.services import scheduling

NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)
GUARDS = ("vehicle_one_run_at_a_time", "driver_one_run_at_a_time")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def without_guards() -> Iterator[None]:
    """Drop the exclusion constraints, and put them back over an emptied table."""
    constraints = {each.name: each for each in Run._meta.constraints if each.name in GUARDS}
    with connection.schema_editor() as editor:
        for each in constraints.values():
            editor.remove_constraint(Run, each)
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE transport_run CASCADE")
    with connection.schema_editor() as editor:
        for each in constraints.values():
            editor.add_constraint(Run, each)


def _race(planners: int = 4) -> list[str]:
    """Let as many planners take the same car for overlapping times at the same moment; return what each got."""
    trips = [make.trip(NOW) for _ in range(planners)]
    rides = [make.ride(NOW + number * MIN) for number in range(planners)]
    ready = Barrier(planners)

    def plan(number: int) -> str:
        try:
            trip = Trip.objects.get(pk=trips[number].pk)
            ready.wait(10)
            scheduling.schedule(trip, ride=rides[number], by=make.BY, at=NOW, is_pinned=True)
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()
        return "won"

    with ThreadPoolExecutor(planners) as pool:
        return sorted(pool.map(plan, range(planners)))


def test_the_last_car_has_one_winner():
    assert _race() == ["vehicle.taken"] * 3 + ["won"]
    assert Trip.objects.filter(status="scheduled").count() == 1
    assert Run.objects.live().count() == 1


@pytest.mark.usefixtures("without_guards")
def test_without_the_constraint_everybody_wins():
    """The twin: nothing but the exclusion constraint keeps two planners off one car."""
    assert _race() == ["won"] * 4


def test_the_last_seat_of_a_shared_run_has_one_winner():
    """E18, INV-02: places are counted under the run's row lock."""
    run = make.run(NOW, party_size=3)  # in a car with four seats and a wheelchair place: two seats left
    riders = [make.trip(NOW, mobility="walk", party_size=2) for _ in range(4)]
    ready = Barrier(len(riders))
    times = {"pickup_at": NOW + 15 * MIN, "dropoff_at": NOW + 40 * MIN, "free_at": NOW + 60 * MIN}

    def join(trip: Trip) -> str:
        try:
            ready.wait(10)
            scheduling.join(run, Trip.objects.get(pk=trip.pk), by=make.BY, at=NOW, **times)
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()
        return "won"

    with ThreadPoolExecutor(len(riders)) as pool:
        assert sorted(pool.map(join, riders)) == ["vehicle.seats"] * 3 + ["won"]
