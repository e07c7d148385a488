"""Construction on a large fleet: legs priced ahead on all threads give what one thread gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.engine.town import make_town
from matching import routing
from matching.check import check
from matching.engines import Engine, compiled
from matching.problem import Problem
from matching.solve import solve


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Return the compiled kernels."""
    return compiled()


@pytest.fixture(scope="module")
def large() -> Problem:
    """Return a town with more cars than are all asked for every leg."""
    town = make_town(320, 4, tightness=1.4)
    assert len(town.vehicles) > routing.MANY_CARS
    return town


def test_number_of_threads_does_not_change_the_plan(engine: Engine, large: Problem) -> None:
    plans = []
    for threads in (1, 2, 3):
        params = replace(large.params, threads=threads)
        plans.append(solve(replace(large, params=params), engine=engine, iterations=0))

    assert check(large, plans[0]) == []
    assert plans[0].routes == plans[1].routes == plans[2].routes


def test_asking_cars_nearby_costs_little_against_asking_all(
    engine: Engine, large: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearby = solve(large, engine=engine, iterations=0).statistics
    monkeypatch.setattr(routing, "MANY_CARS", 10_000)
    everybody = solve(large, engine=engine, iterations=0).statistics

    assert nearby.arranged == everybody.arranged
    assert nearby.price < 1.05 * everybody.price
