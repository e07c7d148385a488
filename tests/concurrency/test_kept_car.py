"""Two neighbours with one kept car are ready at the same moment: both ride in it, and nobody waits for a lock in a ring."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from access.models import AccessRequest
from dispatch.home import kept_cars, returns
from dispatch.planning import planner
from hospitals.models import Appointment, Intake
from hospitals.services import intake
from tests import walkers
from tests.walkers import AT, MIN
from transport.models import Trip

pytestmark = pytest.mark.django_db(transaction=True)


def ready(town: walkers.Town) -> list[AccessRequest]:
    """Two people released with nobody having heard of it yet, one car kept for both."""
    people = [walkers.ask(town, walkers.resident(town, name)) for name in ("陈玉梅", "王秀兰")]
    planner.plan("main", at=AT)
    for request in people:
        arrival = intake.check_in(
            Appointment.objects.get(case_ref=request.case_ref), by=town.desk, at=town.slot.starts_at
        )
        intake.start_treatment(arrival, by=town.desk, at=town.slot.starts_at)
    walkers.deliver()
    for request in people:
        row = Intake.objects.get(case_ref=request.case_ref)
        intake.release(row, by=town.desk, at=town.slot.starts_at + 240 * MIN)
    assert Trip.objects.filter(direction="inbound").values("reserved_run").distinct().count() == 1
    return people


def call_both(town: walkers.Town, people: list[AccessRequest]) -> list[str]:
    start = Barrier(len(people))

    def call(request: AccessRequest) -> str:
        try:
            start.wait(20)
            returns.call_back(request.case_ref, at=town.slot.starts_at + 241 * MIN)
        except Exception as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "called"

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(call, people))


def test_both_ride_in_the_car_that_is_kept_for_both():
    town = walkers.town(cars=2)
    people = ready(town)

    assert call_both(town, people) == ["called", "called"]

    trips = Trip.objects.filter(direction="inbound")
    assert {trip.status for trip in trips} == {"scheduled"}
    assert len({trip.run_id for trip in trips}) == 1


def test_without_the_lock_one_of_them_stumbles_over_the_other(monkeypatch):
    """The twin: what the lock is for. Whoever stumbles is called again by the relay."""
    town = walkers.town(cars=2)
    people = ready(town)
    both_have_read = Barrier(2)

    def read_first(_case_ref: object) -> None:
        both_have_read.wait(20)

    monkeypatch.setattr(kept_cars, "lock", read_first)
    monkeypatch.setattr(returns, "_inbound", _read_together(returns._inbound, Barrier(2)))

    assert sorted(call_both(town, people)) != ["called", "called"] or _are_apart()


def _read_together(read, both):
    """Let both have read their trip before either goes on."""

    def slowly(case_ref):
        trip = read(case_ref)
        both.wait(20)
        return trip

    return slowly


def _are_apart() -> bool:
    return Trip.objects.filter(direction="inbound").values("run").distinct().count() == 2
