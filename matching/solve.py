"""The algorithm in one page."""

from __future__ import annotations

import time

from matching.build import build
from matching.engines import Engine, current
from matching.facilities import assign
from matching.place import construct, place_leftovers, waiting
from matching.plan import Plan
from matching.problem import Problem, validate
from matching.report import report
from matching.search import improve
from matching.travel import GreatCircle, Travel


def solve(
    problem: Problem,
    *,
    seed: int = 0,
    iterations: int | None = None,
    seconds: float | None = None,
    travel: Travel | None = None,
    engine: Engine | None = None,
) -> Plan:
    """Match every request to a facility, a slot, a car there and a car back, or say why not.

    Without `iterations` and `seconds` the plan is the insertion plan. The result depends only on the problem, the seed and `iterations`; with `seconds` it also depends on the machine.
    """
    validate(problem)
    began = time.perf_counter()
    board = build(problem, travel or GreatCircle(), engine or current())
    open_requests = {r.id: board.options[r.id] for r in waiting(board) if board.choice[r.id] is None}
    board.choice.update(assign(problem, open_requests, board.routing.engine, board.places_taken()))
    construct(board)
    place_leftovers(board)
    left = None if seconds is None else max(0.0, seconds - (time.perf_counter() - began))
    done = improve(board, seed=seed, iterations=iterations, seconds=left)
    place_leftovers(board)
    return report(board, seed=seed, iterations=done, seconds=time.perf_counter() - began)
