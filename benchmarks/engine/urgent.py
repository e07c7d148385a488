"""One urgent request and one loss in a running city: `python -m benchmarks.engine.urgent --legs 2000 --vehicles 300`."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from typing import Any

from benchmarks.engine.day import running
from benchmarks.engine.town import make_town
from matching.check import check
from matching.engines import INTERPRETED, Engine, compiled
from matching.online import candidates, open_board
from matching.plan import Plan
from matching.problem import Problem
from matching.repair import without_facility, without_vehicle
from matching.solve import solve
from matching.warm import warm_up


def main() -> int:
    """Measure and write one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", type=int, default=2000)
    parser.add_argument("--vehicles", type=int, default=300)
    parser.add_argument("--requests", type=int, default=20)
    options = parser.parse_args()
    warm_up()
    problem = make_town(options.legs // 2, 1, tightness=options.legs / options.vehicles)
    plan = solve(problem, seconds=5.0, engine=compiled())
    row = {
        "compiled_ms": urgent_ms(problem, plan, compiled(), options.requests),
        "interpreted_ms": urgent_ms(problem, plan, INTERPRETED, 3),
        "vehicle_lost": repaired(problem, plan, lambda day: without_vehicle(day, plan.routes[0].vehicle)),
        "unit_closed": repaired(problem, plan, lambda day: without_facility(day, "site1", {"dialysis"})),
    }
    sys.stdout.write(json.dumps(row) + "\n")
    return 0


def urgent_ms(problem: Problem, plan: Plan, engine: Engine, count: int) -> dict[str, float]:
    """Try a new request at every facility and slot it may take, over every car; return median and longest."""
    new = [replace(r, id=f"new{k}", harm_in_min=60.0) for k, r in enumerate(problem.requests[:count])]
    board = open_board(running(problem, plan, 300.0, extra=new), engine=engine)
    found = []
    for request in new:
        began = time.process_time()
        for choice in board.options[request.id][:40]:
            board.aim(request, choice)
            for leg in board.needed(request):
                board.routing.best(leg)
        found.append(1000.0 * (time.process_time() - began))
    began = time.process_time()
    candidates(board, new[0].id)
    return {
        "median": round(statistics.median(found), 2),
        "longest": round(max(found), 2),
        "candidates_of_one": round(1000.0 * (time.process_time() - began), 2),
    }


def repaired(problem: Problem, plan: Plan, lose: Any) -> dict[str, Any]:
    """Lose something at 10:00 and plan again; count told stops of others that moved more than 5 minutes."""
    day = running(problem, plan, 600.0)
    after = lose(day)
    began = time.process_time()
    new = solve(after, iterations=0, engine=compiled())
    seconds = time.process_time() - began
    told = {(s.request, s.direction, s.action.value): s.at_min for run in after.runs for s in run.stops}
    moved = kept = 0
    for route in new.routes:
        for stop in route.stops:
            at = told.get((stop.request, stop.direction, stop.action))  # type: ignore[arg-type]
            if at is not None:
                kept += 1
                moved += abs(stop.begin_min - at) > 5.0 + 1e-6
    return {
        "seconds": round(seconds, 2),
        "unmet": len(new.unmet),
        "others_moved_pct": round(100.0 * moved / max(1, kept), 2),
        "violations": len(check(after, new)),
    }


if __name__ == "__main__":
    raise SystemExit(main())
