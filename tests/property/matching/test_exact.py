"""Exactness: compiled equals interpreted, insertion equals trying everything, search finds the optimum of small cases."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.engine.town import make_town
from matching.check import check
from matching.engines import INTERPRETED, Engine, compiled, has_compiler
from matching.routing import Routing
from matching.search import Budget, improve_routing
from matching.solve import solve
from matching.stn import earliest_schedule
from tests.property.matching.brute import is_carried, rules_of, trials
from tests.property.matching.switch import CASES, ROUTES, SMALL
from tests.unit.matching.routes import random_routing, random_sequence


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Return the compiled kernels."""
    assert has_compiler(), "numba is a requirement of the product"
    return compiled()


def test_compiled_and_interpreted_agree(engine: Engine) -> None:
    """Schedules and insertions of thousands of routes, to the last bit."""
    for seed in range(ROUTES // 20):
        first = random_routing(random.Random(seed), INTERPRETED)
        second = random_routing(random.Random(seed), engine)
        chance = random.Random(seed)
        for _ in range(20):
            nodes = random_sequence(chance, first)
            for routing in (first, second):
                routing.set_route(0, nodes)
            begins = first.begins(0)
            assert begins == second.begins(0)
            free = [leg for leg in range(len(first.legs)) if 2 * leg not in nodes]
            if begins is not None and free:
                assert first.best_in(0, free[0]) == second.best_in(0, free[0])


@pytest.mark.parametrize("seed", range(CASES))
def test_insertion_equals_trying_every_pair_of_positions(seed: int) -> None:
    chance = random.Random(seed)
    routing = random_routing(chance, INTERPRETED, metric=seed % 3 > 0)
    nodes = random_sequence(chance, routing)
    routing.set_route(0, nodes)
    free = [leg for leg in range(len(routing.legs)) if 2 * leg not in nodes]
    if not is_legal(routing, nodes) or not free:
        return
    legal = [trial for trial in trials(nodes, free[0]) if is_legal(routing, trial)]
    best = min((length(routing, trial) for trial in legal), default=1e9 + length(routing, nodes))

    assert routing.best_in(0, free[0])[0] == pytest.approx(best - length(routing, nodes), abs=1e-6)


def length(routing: Routing, nodes: list[int]) -> float:
    """Return the price of driving a sequence."""
    net = routing.net
    places = [int(net.node_loc[node]) for node in nodes if net.node_loc[node] >= 0]
    return float(sum(routing.cost[a, b] for a, b in itertools.pairwise(places)))


def is_legal(routing: Routing, nodes: list[int]) -> bool:
    """Tell whether a route keeps room, groups, breaks and times, told from scratch."""
    is_timely = earliest_schedule(rules_of(routing, 0, nodes), routing.cars[0].duty) is not None
    return is_timely and is_carried(routing, 0, nodes)


def cheapest_by_set(routing: Routing) -> list[float]:
    """Return for every set of legs the least price of one car that serves it, by trying every order.

    An order is given up only when what has been driven so far already breaks a rule.
    """
    start, *pauses, end = routing.base[0]
    legs = len(routing.legs)
    least = [math.inf] * (1 << legs)

    def extend(nodes: list[int], aboard: frozenset[int], served: int, paused: int) -> None:
        if not is_legal(routing, nodes):
            return
        if not aboard and paused == len(pauses) and is_legal(routing, [*nodes, end]):
            least[served] = min(least[served], length(routing, [*nodes, end]))
        if not aboard and paused < len(pauses):
            extend([*nodes, pauses[paused]], aboard, served, paused + 1)
        for leg in range(legs):
            if leg in aboard:
                extend([*nodes, 2 * leg + 1], aboard - {leg}, served, paused)
            elif not served >> leg & 1 and len(aboard) < routing.cars[0].room.seats:
                extend([*nodes, 2 * leg], aboard | {leg}, served | 1 << leg, paused)

    extend([start], frozenset(), 0, 0)
    return least


def optimum(routing: Routing) -> float:
    """Return the least price of two equal cars and the legs left out, over all ways to share the legs."""
    legs, least = len(routing.legs), cheapest_by_set(routing)
    return min(
        least[first] + least[second] + (legs - (first | second).bit_count()) * routing.prices.unserved
        for first in range(1 << legs)
        for second in range(1 << legs)
        if not first & second
    )


@pytest.mark.parametrize("seed", range(SMALL))
def test_search_finds_the_optimum_of_small_cases(seed: int, engine: Engine) -> None:
    """Up to six requests, two cars, breaks, classes, disinfection, halts and hours."""
    legs = 2 + seed % 5
    exact = optimum(random_routing(random.Random(seed), INTERPRETED, legs=legs, cars=2))
    routing = random_routing(random.Random(seed), engine, legs=legs, cars=2)
    improve_routing(routing, seed=seed, budget=Budget(iterations=4000), threads=1, waiting=range(legs))
    unserved = sum(routing.car_of(leg) < 0 for leg in range(legs))

    assert routing.price() + unserved * routing.prices.unserved == pytest.approx(exact, abs=1e-6)


def test_seed_and_iterations_decide_the_result(engine: Engine) -> None:
    """On two threads and twice: the same routes; and the plan of a town stays legal under the search."""
    plans = []
    for _ in range(2):
        routing = random_routing(random.Random(3), engine, legs=5, cars=3)
        improve_routing(routing, seed=7, budget=Budget(iterations=3000), threads=2, waiting=range(5))
        plans.append([routing.nodes(car) for car in range(3)])
    assert plans[0] == plans[1]

    for patients in (30, 170):
        problem = make_town(patients, 5)
        first, second = (solve(problem, seed=2, iterations=4000, engine=engine) for _ in range(2))
        assert check(problem, first) == []
        assert first.routes == second.routes
        plain = solve(problem, seed=2, iterations=0, engine=engine)
        assert first.statistics.arranged >= plain.statistics.arranged
        assert first.statistics.price < plain.statistics.price


def test_large_fleet_without_anybody_to_carry_is_searched_at_once(engine: Engine) -> None:
    empty = replace(make_town(170, 5), requests=())
    budgets: list[dict[str, Any]] = [{"iterations": 100}, {"seconds": 0.2}]
    for budget in budgets:
        assert solve(empty, engine=engine, **budget).routes == ()
