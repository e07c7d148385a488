"""The algorithm in one page: where and when by flow, who drives by insertion and search, then both in turns."""

from __future__ import annotations

import time

from matching.arrays import UNBOUND
from matching.build import build
from matching.engines import Engine, current
from matching.facilities import assign
from matching.place import construct, place_leftovers, waiting
from matching.plan import Plan
from matching.problem import Problem, validate
from matching.rechoose import may_rechoose, rechoose
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

    A dial-a-ride problem (Cordeau & Laporte 2007, Annals of Operations Research 153:29-46) whose destinations and
    hours are
    chosen too: assignment by minimum-cost flow, insertion, then large neighbourhood search on the routes in turns with
    new choices of facility and hour, and trial insertion of those left over.

    Parameters
    ----------
    seed, iterations, seconds : the chance and the length of the search; whichever budget ends first. Iterations are
    those of each thread. Without either the plan is the insertion plan.
    travel : driving minutes and km between all places; the calibrated great circle without it.
    engine : compiled or interpreted kernels; only the compiled ones search.

    The plan depends on problem, travel, engine, seed and `iterations` alone; with `seconds` on the machine as well.

    Raises
    ------
    BadProblem
        The problem contradicts itself.
    """
    validate(problem)
    began = time.perf_counter()
    board = build(problem, travel or GreatCircle(), engine or current())
    open_requests = {r.id: board.options[r.id] for r in waiting(board) if board.choice[r.id] is None}
    board.choice.update(assign(problem, open_requests, board.routing.engine, board.places_taken()))
    construct(board)
    place_leftovers(board)
    until = UNBOUND if seconds is None else began + seconds
    turns = _turns(iterations, until - time.perf_counter()) if may_rechoose(board) else 1
    done = 0
    for turn in range(turns):
        left = None if seconds is None else max(0.0, until - time.perf_counter()) / (turns - turn)
        part = None if iterations is None else iterations * (turn + 1) // turns - iterations * turn // turns
        searched = improve(board, seed=seed + 7919 * turn, iterations=part, seconds=left)
        done += searched
        if searched:
            place_leftovers(board)
            rechoose(board, until)
    place_leftovers(board)
    return report(board, seed=seed, iterations=done, seconds=time.perf_counter() - began)


def _turns(iterations: int | None, seconds: float) -> int:
    """Return how often routes and choices take turns: four times, less often where there is little to share out."""
    by_count = TURNS if iterations is None else iterations // LEAST_ITERATIONS
    return max(1, min(TURNS, by_count, int(seconds / LEAST_SECONDS)))
