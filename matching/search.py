"""Improve a legal plan: groups of neighbouring routes, searched on all cores, regrouped round by round."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from matching.board import Board
from matching.group import Group, cut_out, split_cars
from matching.routing import Routing

GROUP_CARS = 24
CHUNK_S = 0.05
HOT, COLD = 0.8, 0.02
GROUP_HEAT = 0.4
EXCHANGES = 12
ROUNDS = 12
TURN_S = 0.6
GROUP_MEMO_BITS = 15


@dataclass(slots=True)
class Budget:
    """How much work is allowed: iterations, seconds, or both; `clock` tells the seconds, `began` is when they began."""

    iterations: int | None = None
    seconds: float | None = None
    clock: Callable[[], float] = time.perf_counter
    began: float = -1.0
    done: int = 0

    def __post_init__(self) -> None:
        """Begin now, if nothing else is said."""
        if self.began < 0.0:
            self.began = self.clock()

    @property
    def progress(self) -> float:
        """Return the share used, 0 to 1."""
        counted = 0.0 if self.iterations is None else self.done / max(1, self.iterations)
        return min(1.0, max(counted, self.time_used))

    @property
    def time_used(self) -> float:
        """Return the share of the seconds used."""
        if self.seconds is None:
            return 0.0
        return min(1.0, (self.clock() - self.began) / max(self.seconds, 1e-9))


def improve(board: Board, *, seed: int, iterations: int | None, seconds: float | None) -> int:
    """Improve the routes of a board; returns the iterations done. Without the compiler nothing is improved (F38)."""
    is_wanted = iterations != 0 and bool(iterations or seconds)
    if not is_wanted or not board.routing.engine.is_compiled:
        return 0
    return improve_routing(
        board.routing, seed=seed, budget=Budget(iterations, seconds), threads=board.problem.params.threads
    )


def improve_routing(
    routing: Routing, *, seed: int, budget: Budget, threads: int = 1, waiting: Sequence[int] = ()
) -> int:
    """Search the whole if it is small, else groups of routes in rounds.

    `waiting` legs may be put on a car where the whole is searched.
    """
    if len(routing.cars) <= GROUP_CARS + GROUP_CARS // 2:
        search_whole(routing, seed, budget, threads, waiting)
    else:
        search_groups(routing, seed, budget, threads)
    return budget.done


def search_whole(routing: Routing, seed: int, budget: Budget, threads: int, waiting: Sequence[int]) -> None:
    """Search all routes on every thread with a seed each; now and then all go on from the best."""
    cars = range(len(routing.cars))
    groups = [cut_out(routing, cars, waiting, seed * 1009 + k, 18) for k in range(threads)]
    if not len(groups[0].memory.free):
        return
    scale = max(routing.price() / max(1, len(groups[0].legs)), 1e-6)
    kernels = routing.engine.search
    with ThreadPoolExecutor(threads) as pool:
        for turn in range(EXCHANGES):
            span = (budget.progress, (turn + 1) / EXCHANGES)
            step = partial(advance, kernels=kernels, budget=budget, span=span, scale=scale)
            budget.done += next(iter(list(pool.map(step, groups))))
            best = min(groups, key=lambda group: group.best_price)
            for group in groups:
                if group.best_price > best.best_price + 1e-9:
                    group.restart(routing.engine.remove, best)
    best.write_back(routing)


def search_groups(routing: Routing, seed: int, budget: Budget, threads: int) -> None:
    """Search groups of about `GROUP_CARS` neighbouring routes, regrouped along other directions each round.

    Decomposition by region with changing borders: Taillard (1993, Networks 23:661-673); Bent & Van Hentenryck (2010,
    CP-2010), both for problems with one stop a customer.
    """
    random = np.random.default_rng(seed)
    used = sum(1 for riders in routing.routes.riders if riders)
    rounds = _rounds(budget, -(-used // GROUP_CARS), threads)
    scale = max(routing.price() / max(1, len(routing.legs)), 1e-6)
    with ThreadPoolExecutor(threads) as pool:
        for turn in range(rounds):
            groups = split_cars(routing, random)
            if not groups:
                return
            turns = len(groups) if budget.seconds is None else -(-len(groups) // threads)
            share = (1.0 - budget.progress) / (rounds - turn) / turns
            step = partial(_search_group, routing, seed=seed + turn, budget=budget, share=share, scale=scale)
            for k in range(0, len(groups), threads):
                for group, done in pool.map(step, groups[k : k + threads]):
                    group.write_back(routing)
                    budget.done += done
                if budget.progress >= 1.0:
                    return


def _rounds(budget: Budget, groups: int, threads: int) -> int:
    """Return how often all groups can have their turn of `TURN_S`."""
    if budget.seconds is None:
        return ROUNDS
    left = budget.seconds * (1.0 - budget.progress)
    return max(1, min(ROUNDS, round(left * threads / (TURN_S * max(1, groups)))))


def _search_group(
    routing: Routing, cars: Sequence[int], *, seed: int, budget: Budget, share: float, scale: float
) -> tuple[Group, int]:
    """Search one group for its share of the budget; return it and the iterations done."""
    group = cut_out(routing, cars, (), seed * 1009 + cars[0], GROUP_MEMO_BITS)
    if not len(group.memory.free):
        return group, 0
    part = Budget(
        None if budget.iterations is None else max(1, round(budget.iterations * share)),
        None if budget.seconds is None else budget.seconds * share,
        budget.clock,
    )
    kernels, scale = routing.engine.search, scale * GROUP_HEAT
    return group, advance(group, kernels=kernels, budget=part, span=(0.0, 1.0), scale=scale)


def advance(group: Group, *, kernels: Any, budget: Budget, span: tuple[float, float], scale: float) -> int:
    """Search one group over a span of the budget, in chunks of about 50 ms; return the iterations done.

    With a budget of iterations every group does the same number, so the result does not depend on timing.
    """
    start, until = span
    left = None if budget.iterations is None else max(1, round(budget.iterations * (until - start)))
    done = 0
    while budget.time_used < (until if left is None else 1.0) and (left is None or done < left):
        iterations = group.pace if left is None else min(group.pace, left - done)
        now = budget.time_used if left is None else start + (until - start) * done / left
        heat = scale * HOT * (COLD / HOT) ** now
        began = time.perf_counter()
        group.search(kernels, iterations, heat, heat)
        done += iterations
        if left is None:
            group.pace = max(10, min(100_000, int(iterations * CHUNK_S / max(time.perf_counter() - began, 1e-4))))
    return done
