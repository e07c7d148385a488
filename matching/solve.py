"""The algorithm in one page."""

from __future__ import annotations

import time

from matching.build import build
from matching.engines import Engine, current
from matching.facilities import assign
from matching.place import construct, place_leftovers, waiting
from matching.plan import Plan
from matching.problem import Problem, validate
from matching.rechoose import rechoose
from matching.report import report
from matching.search import improve
from matching.travel import GreatCircle, Travel

TURNS = 4
LEAST_ITERATIONS, LEAST_SECONDS = 1000, 1.0


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
    done, turns = 0, _turns(iterations, seconds)
    for turn in range(turns):
        left = None if seconds is None else max(0.0, seconds - (time.perf_counter() - began)) / (turns - turn)
        part = None if iterations is None else iterations * (turn + 1) // turns - iterations * turn // turns
        searched = improve(board, seed=seed + 7919 * turn, iterations=part, seconds=left)
        done += searched
        if searched and (seconds is None or time.perf_counter() - began < seconds):
            rechoose(board)
    place_leftovers(board)
    return report(board, seed=seed, iterations=done, seconds=time.perf_counter() - began)


def _turns(iterations: int | None, seconds: float | None) -> int:
    """Return how often routes and choices take turns: four times, less often where there is little to share out."""
    by_count = TURNS if iterations is None else iterations // LEAST_ITERATIONS
    by_clock = TURNS if seconds is None else int(seconds / LEAST_SECONDS)
    return max(1, min(TURNS, by_count, by_clock))
