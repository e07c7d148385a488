"""Compile in the background, so that nothing in a request ever waits for the compiler."""

from __future__ import annotations

import threading

from matching.check import check
from matching.engines import compiled, has_compiler, mark_ready
from matching.problem import Facility, Load, Place, Problem, Request, Slot, Vehicle
from matching.solve import solve


def warm_up() -> bool:
    """Run every kernel once on a tiny problem; True if the compiled form may now be used.

    Takes seconds from the cache, up to a minute the first time. Meanwhile the interpreted form answers.
    """
    if not has_compiler():
        return False
    problem = tiny_problem()
    plan = solve(problem, engine=compiled(), iterations=20)
    if check(problem, plan):
        return False
    mark_ready()
    return True


def warm_up_in_background() -> threading.Thread:
    """Start `warm_up` in a daemon thread; workers call this when they start."""
    thread = threading.Thread(target=warm_up, name="matching-warm-up", daemon=True)
    thread.start()
    return thread


def tiny_problem() -> Problem:
    """Return two patients, one hospital, two cars."""
    places = tuple(Place(id=f"p{k}", latitude=40.0 + 0.01 * k, longitude=124.0) for k in range(4))
    slot = Slot(id="s", need="dialysis", start_min=540.0, capacity=2)
    hospital = Facility(id="f", place="p3", needs=frozenset({"dialysis"}), slots=(slot,))
    requests = tuple(Request(id=f"r{k}", need="dialysis", home=f"p{k + 1}") for k in range(2))
    vehicles = tuple(
        Vehicle(
            id=f"v{k}",
            capacity=Load(seats=2),
            start_place="p0",
            end_place="p0",
            shift_start_min=300.0,
            shift_end_min=1200.0,
        )
        for k in range(2)
    )
    return Problem(places=places, facilities=(hospital,), vehicles=vehicles, requests=requests)
