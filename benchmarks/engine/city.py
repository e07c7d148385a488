"""Whole cities: `python -m benchmarks.engine.city --legs 2000,20000 --seconds 60`.

One line of JSON per size: the engine's first legal plan, its plan after the time asked for, and the nearest-vehicle
dispatcher on the same city, all checked by the independent checker.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from typing import Any

import numpy as np

from benchmarks.engine.town import make_town
from matching.arrays import RESOURCES
from matching.board import Board
from matching.build import build
from matching.check import check
from matching.engines import compiled
from matching.facilities import assign
from matching.place import waiting
from matching.plan import Plan
from matching.problem import Problem
from matching.report import report
from matching.solve import solve
from matching.travel import GreatCircle
from matching.warm import warm_up


def main() -> int:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", default="500,2000,5000")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-nearest", action="store_true")
    options = parser.parse_args()
    warm_up()
    for legs in (int(text) for text in options.legs.split(",")):
        problem = make_town(legs // 2, options.seed)
        row: dict[str, Any] = {"legs": legs, "vehicles": len(problem.vehicles)}
        row["first"] = measure(problem, 0.0, options.seed)
        row["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)
        if options.seconds:
            row["after"] = measure(problem, options.seconds, options.seed)
        if not options.without_nearest:
            row["nearest"] = figures(problem, *dispatch_nearest(problem))
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    return 0


def measure(problem: Problem, seconds: float, seed: int) -> dict[str, Any]:
    """Solve within some seconds and check."""
    began, used = time.perf_counter(), time.process_time()
    plan = solve(problem, seed=seed, seconds=seconds, engine=compiled())
    return {**figures(problem, plan, time.perf_counter() - began), "cpu_s": round(time.process_time() - used, 2)}


def figures(problem: Problem, plan: Plan, wall_s: float) -> dict[str, Any]:
    """Return the figures of a plan and the number of broken rules."""
    found = plan.statistics
    return {
        "wall_s": round(wall_s, 2),
        "served_pct": round(100.0 * found.arranged / found.requests, 2),
        "vehicles": found.vehicles_used,
        "km": round(found.km),
        "violations": len(check(problem, plan)),
    }


def dispatch_nearest(problem: Problem) -> tuple[Plan, float]:
    """Dispatch as by telephone: facility first come first served, then in order of time the car that is there first.

    A car takes one party at a time and is free again where it set them down.
    """
    began = time.perf_counter()
    board = build(problem, GreatCircle(), compiled())
    board.choice.update(assign(problem, board.options, board.routing.engine))
    for request in problem.requests:
        choice = board.choice[request.id]
        if choice is not None:
            board.aim(request, choice)
    legs = [leg for r in problem.requests if board.choice[r.id] is not None for leg in board.needed(r)]
    legs.sort(key=lambda leg: float(board.routing.net.node_close[2 * leg]))
    cars = len(board.routing.cars)
    last = [int(board.routing.routes.size[car]) - 2 for car in range(cars)]
    at = np.arange(cars) * board.routing.width + np.array(last)
    free = np.array(board.routing.routes.early[at])
    place = np.array(board.routing.routes.place[at])
    for leg in legs:
        append_nearest(board, leg, free, place)
    for request in waiting(board):
        for leg in board.needed(request):
            board.routing.take(leg)
    return report(board), time.perf_counter() - began


def append_nearest(board: Board, leg: int, free: Any, place: Any) -> None:
    """Give a leg to the car that can be there first after its last stop."""
    routing, net = board.routing, board.routing.net
    reach = free + routing.time[place, routing.legs[leg].origin]
    room = np.asarray(net.veh_room).reshape(-1, RESOURCES)
    load = np.asarray(net.leg_load).reshape(-1, RESOURCES)[leg]
    allowed = (reach <= net.node_close[2 * leg]) & (room >= load).all(axis=1)
    allowed &= (net.leg_zone[leg] & net.veh_zones) == net.leg_zone[leg]
    allowed &= (net.leg_skills[leg] & net.veh_skills) == net.leg_skills[leg]
    begin = np.where(allowed, np.maximum(reach, net.node_open[2 * leg]) + 1e-6 * (reach - free), np.inf)
    for car in np.argsort(begin, kind="stable")[:5]:
        if not allowed[car]:
            return
        nodes = routing.nodes(int(car))
        routing.set_route(int(car), [*nodes[:-1], 2 * leg, 2 * leg + 1, nodes[-1]])
        begins = routing.begins(int(car))
        if begins is not None:
            free[car] = begins[-2] + float(net.node_service[2 * leg + 1])
            place[car] = routing.legs[leg].destination
            return
        routing.set_route(int(car), nodes)
        routing.routes.on[leg] = -1


if __name__ == "__main__":
    raise SystemExit(main())
