"""Exactness: compiled equals interpreted, insertion equals trying everything, search finds the optimum of small cases."""

from __future__ import annotations

import itertools
import os
import random

import numpy as np
import pytest

from benchmarks.engine.town import make_town
from matching.check import check
from matching.engines import INTERPRETED, Engine, compiled, has_compiler
from matching.routing import Routing
from matching.search import Budget, improve_routing
from matching.solve import solve
from tests.unit.matching.routes import random_routing, random_sequence

ROUTES = int(os.environ.get("MATCHING_ROUTES", "3000"))
SMALL = int(os.environ.get("MATCHING_SMALL", "20"))


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


@pytest.mark.parametrize("seed", range(0, 400, 4))
def test_insertion_equals_trying_every_pair_of_positions(seed: int) -> None:
    chance = random.Random(seed)
    routing = random_routing(chance, INTERPRETED)
    nodes = random_sequence(chance, routing)
    routing.set_route(0, nodes)
    free = [leg for leg in range(len(routing.legs)) if 2 * leg not in nodes]
    if not is_legal(routing, nodes) or not free:
        return
    found = routing.best_in(0, free[0])[0]
    best = 1e9
    for i in range(len(nodes) - 1):
        for j in range(i, len(nodes) - 1):
            trial = [*nodes[: i + 1], 2 * free[0], *nodes[i + 1 : j + 1], 2 * free[0] + 1, *nodes[j + 1 :]]
            if is_legal(routing, trial):
                best = min(best, length(routing, trial) - length(routing, nodes))

    assert found == pytest.approx(best, abs=1e-6)


def is_legal(routing: Routing, nodes: list[int]) -> bool:
    """Tell whether a route keeps room, groups, breaks and times, told from scratch."""
    aboard: list[int] = []
    for node in nodes:
        leg = node // 2
        if leg >= len(routing.legs):
            if aboard and node not in (nodes[0], nodes[-1]):
                return False
        elif node % 2 == 0:
            aboard.append(leg)
            if len({routing.legs[other].group for other in aboard}) > 1:
                return False
            if sum(routing.legs[other].load.seats for other in aboard) > routing.cars[0].room.seats:
                return False
        else:
            aboard.remove(leg)
    trial = Routing(
        routing.legs, routing.cars, [-1] * len(routing.legs), (routing.time, routing.cost), routing.prices, INTERPRETED
    )
    trial.set_route(0, nodes)
    return trial.begins(0) is not None


def length(routing: Routing, nodes: list[int]) -> float:
    """Return the price of driving a sequence."""
    net = routing.net
    places = [int(net.node_loc[node]) for node in nodes if net.node_loc[node] >= 0]
    return float(sum(routing.cost[a, b] for a, b in itertools.pairwise(places)))


def optimum(routing: Routing) -> float:
    """Return the least price over all ways to serve all or some legs, by trying every order for every set of legs."""
    legs, unserved = len(routing.legs), routing.prices.unserved
    alone = np.full(1 << legs, np.inf)
    alone[0] = 0.0
    start, end = routing.base[0]

    def extend(nodes: list[int], aboard: frozenset[int], served: int) -> None:
        if not aboard and served:
            if is_legal(routing, [*nodes, end]):
                alone[served] = min(alone[served], length(routing, [*nodes, end]))
            else:
                return
        for leg in range(legs):
            if leg in aboard:
                extend_if_legal([*nodes, 2 * leg + 1], aboard - {leg}, served)
            elif not served >> leg & 1 and len(aboard) < 3:
                extend_if_legal([*nodes, 2 * leg], aboard | {leg}, served | 1 << leg)

    def extend_if_legal(nodes: list[int], aboard: frozenset[int], served: int) -> None:
        trial = [*nodes, *(2 * leg + 1 for leg in aboard), end]
        if len(aboard) > 1 or is_legal(routing, trial):
            extend(nodes, aboard, served)

    extend([start], frozenset(), 0)
    best = np.inf
    for first in range(1 << legs):
        for second in range(1 << legs):
            if not first & second:
                out = legs - (first | second).bit_count()
                best = min(best, alone[first] + alone[second] + out * unserved)
    return float(best)


@pytest.mark.parametrize("seed", range(SMALL))
def test_search_finds_the_optimum_of_small_cases(seed: int, engine: Engine) -> None:
    legs = 4 if seed % 5 else 5
    exact = optimum(random_routing(random.Random(seed), INTERPRETED, legs=legs, plain=True, cars=2))
    routing = random_routing(random.Random(seed), engine, legs=legs, plain=True, cars=2)
    improve_routing(routing, seed=seed, budget=Budget(iterations=2000), threads=1, waiting=range(legs))
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
