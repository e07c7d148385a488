"""A day as it happens: `python -m benchmarks.engine.rolling --patients 320 --share ready`.

The plan is made anew every few minutes; treatment ends earlier or later than expected and is known only when it has
ended. One line of JSON per way of sharing the way home, beside the nearest-vehicle dispatcher on the same day.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.engine.city import dispatch_nearest
from benchmarks.engine.day import running
from benchmarks.engine.town import make_town
from matching.check import check
from matching.engines import Engine, compiled
from matching.plan import Plan, Route, RouteStop
from matching.problem import Action, Direction, Problem, Request, StopInForce, StopState
from matching.solve import solve
from matching.travel import GreatCircle
from matching.warm import warm_up

SHARING: dict[str, dict[str, Any]] = {
    "none": {"shares_return": False},
    "ready": {"shares_return": False, "shares_ready_return": True},
    "all": {"shares_return": True},
}
OVERDUE_MIN = 15.0
TOLD_AHEAD_MIN = {Direction.OUTBOUND: 90.0, Direction.INBOUND: 0.0}


@dataclass(slots=True)
class Day:
    """What has happened so far."""

    problem: Problem
    ready: dict[str, float]
    km: float = 0.0
    used: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)
    rides: list[float] = field(default_factory=list)
    picked: dict[tuple[str, Direction], float] = field(default_factory=dict)
    unmet: int = 0
    violations: int = 0

    def drive(self, plan: Plan, until: float) -> None:
        """Let every vehicle do what the plan says up to a moment."""
        for route in plan.routes:
            past = [stop for stop in route.stops if stop.begin_min <= until and stop.action != "end"]
            for a, b in itertools.pairwise(past):
                self.km += distance(self.problem, a.place, b.place)
            for stop in past:
                self.note(route, stop)

    def note(self, route: Route, stop: RouteStop) -> None:
        """Write down one stop, once."""
        if stop.request is None or stop.direction is None:
            return
        key = (stop.request, stop.direction)
        self.used.add(route.vehicle)
        if stop.action == "pickup" and key not in self.picked:
            self.picked[key] = stop.depart_min
            if stop.direction is Direction.INBOUND:
                self.waits.append(stop.begin_min - self.ready[stop.request])
        elif stop.action == "dropoff":
            self.rides.append(stop.begin_min - self.picked[key])

    def go_on(self, plan: Plan, now: float) -> None:
        """Make the problem of a moment: who is done is gone, who is ready is known."""
        day = running(self.problem, plan, now, lambda stop: state_of(stop, now), keeps_unmet=True)
        done = {(s.request, s.direction) for run in day.runs for s in run.stops if is_over(s)}
        requests = [self.now_known(r, now, done) for r in day.requests if (r.id, Direction.INBOUND) not in done]
        runs = tuple(
            replace(run, stops=tuple(s for s in run.stops if (s.request, s.direction) not in done)) for run in day.runs
        )
        self.problem = replace(day, requests=tuple(requests), runs=runs)

    def now_known(self, request: Request, now: float, done: set[tuple[str, Direction]]) -> Request:
        """Return the request as the desk knows it."""
        if (request.id, Direction.OUTBOUND) in done:
            request = replace(request, needs_outbound=False)
        if now >= self.ready[request.id]:
            return replace(request, ready_min=self.ready[request.id])
        slot = next(s for f in self.problem.facilities for s in f.slots if s.id == request.fixed_slot)
        return replace(request, treatment_min=max(request.treatment_min, now + OVERDUE_MIN - slot.start_min))


def is_over(stop: StopInForce) -> bool:
    """Tell whether a stop ended a trip."""
    return stop.state is StopState.DONE and stop.action is Action.DROPOFF


def state_of(stop: RouteStop, now: float) -> StopState:
    """People are told of the way to care in good time, of the way home when the car sets out."""
    assert stop.direction is not None
    return StopState.TOLD if stop.begin_min <= now + TOLD_AHEAD_MIN[stop.direction] else StopState.PLANNED


def distance(problem: Problem, a: str, b: str) -> float:
    """Return the kilometres between two places."""
    found = GreatCircle().matrices([problem.place_by_id[a], problem.place_by_id[b]])[1]
    return float(found[0, 1])


def ends_of_treatment(problem: Problem, plan: Plan, seed: int) -> dict[str, float]:
    """Draw when everybody is really ready: mostly some minutes after the expected end, at times long after."""
    random = np.random.default_rng(seed)
    found = {}
    for item in plan.arranged:
        slot = next(s for f in problem.facilities for s in f.slots if s.id == item.slot)
        late = random.normal(5.0, 12.0) + (random.exponential(40.0) if random.random() < 0.08 else 0.0)
        found[item.request] = slot.start_min + problem.request_by_id[item.request].treatment_min + late
    return found


def play(problem: Problem, seconds: float, step: float, seed: int, engine: Engine) -> dict[str, Any]:
    """Play one day, planned anew every `step` minutes."""
    plan = solve(problem, seed=seed, seconds=20.0 * seconds, engine=engine)
    going = tuple(r for r in problem.requests if r.id in plan.arranged_by_request)
    day = Day(replace(problem, requests=going), ends_of_treatment(problem, plan, seed))
    now = problem.now_min
    while plan.arranged:
        now += step
        day.drive(plan, now)
        day.go_on(plan, now)
        plan = solve(day.problem, seed=seed, seconds=seconds, engine=engine)
        day.violations += len(check(day.problem, plan))
        day.unmet += len(plan.unmet)
    waits, rides = np.array(day.waits), np.array(day.rides)
    return {
        "km": round(day.km),
        "vehicles": len(day.used),
        "going": len(going),
        "home": len(waits),
        "unmet": day.unmet,
        "violations": day.violations,
        "wait_p50": round(float(np.median(waits)), 1),
        "wait_within_60_pct": round(100.0 * float((waits <= 60.0).mean()), 1),
        "ride_p50": round(float(np.median(rides)), 1),
        "ride_within_60_pct": round(100.0 * float((rides <= 60.0).mean()), 1),
    }


def without_way_back(problem: Problem, plan: Plan) -> float:
    """Return the kilometres of a plan up to the last stop of each car."""
    ends = (route.stops[-2:] for route in plan.routes)
    return sum(route.km for route in plan.routes) - sum(distance(problem, a.place, b.place) for a, b in ends)


def main() -> int:
    """Play the day once per way of sharing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=320)
    parser.add_argument("--share", default="none,ready,all")
    parser.add_argument("--seconds", type=float, default=0.5, help="of search each time the plan is made anew")
    parser.add_argument("--step", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warm_up()
    town = make_town(options.patients, options.seed, tightness=4.0)
    nearest = dispatch_nearest(town)[0]
    km = without_way_back(town, nearest)
    each = km / len(nearest.arranged)
    row: dict[str, Any] = {"way": "nearest", "km": round(km), "home": len(nearest.arranged)}
    row |= {"vehicles": nearest.statistics.vehicles_used, "km_each": round(each, 2)}
    sys.stdout.write(json.dumps(row) + "\n")
    for way in options.share.split(","):
        problem = replace(town, params=replace(town.params, **SHARING[way]))
        row = {"way": way, **play(problem, options.seconds, options.step, options.seed, compiled())}
        row["km_each"] = round(row["km"] / row["home"], 2)
        row["km_each_over_nearest"] = round(row["km_each"] / each, 3)
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
