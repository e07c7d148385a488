"""The checker finds what is wrong by itself: a legal plan is bent in one place, or judged by a stricter problem."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matching.check import check
from matching.engines import INTERPRETED
from matching.params import Params
from matching.plan import Plan
from matching.problem import Load, Problem
from matching.solve import solve
from tests.unit.matching.small import car, patient, town


def _codes(problem: Problem, plan: Plan) -> set[str]:
    return {violation.code for violation in check(problem, plan)}


def _solved(problem: Problem) -> Plan:
    plan = solve(problem, engine=INTERPRETED, iterations=0)
    assert check(problem, plan) == []
    return plan


def test_two_classes_in_one_car_are_found():
    """Guard: mixing. They ride together where policy merges their classes; where it does not, the plan is illegal."""
    merged = Params(merged_classes={"sealed": "both", "controlled": "both"})
    problem = town(requests=(patient(0), patient(1, zone="sealed")), vehicles=(car(0),), params=merged)
    plan = _solved(problem)
    assert max(stop.aboard for stop in plan.routes[0].stops) == 2

    assert "mixed_classes" in _codes(replace(problem, params=Params()), plan)


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"rides_alone": True}, "rides_alone"),
        ({"party": Load(seats=9)}, "room"),
        ({"skills": frozenset({"oxygen"})}, "skill"),
        ({"home_min": 9.0}, "boarding"),
    ],
)
def test_what_a_rider_needs_is_checked_against_the_car(who, code):
    """Guards: riding alone, room, equipment, the minutes to get in: the plan was made before it was known."""
    problem = town(vehicles=(car(0),))
    plan = _solved(problem)
    stricter = replace(problem, requests=(replace(problem.requests[0], **who), *problem.requests[1:]))

    assert code in _codes(stricter, plan)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"zones": frozenset({"sealed"})}, "zone_class"),
        ({"shift_end_min": 480.0}, "shift"),
        ({"shift_start_min": 800.0}, "shift"),
        ({"max_duty_min": 30.0}, "duty"),
        ({"end_place": "home0"}, "ends"),
    ],
)
def test_what_a_car_may_do_is_checked_against_its_route(what, code):
    """Guards: zones served, both ends of the shift, duty, where the car begins and ends."""
    problem = town(vehicles=(car(0),))
    plan = _solved(problem)
    stricter = replace(problem, vehicles=(replace(problem.vehicles[0], **what),))

    assert code in _codes(stricter, plan)


def _bent(plan: Plan, change: str) -> Plan:
    """Return the plan with one fault in its first route."""
    route = plan.routes[0]
    stops = list(route.stops)
    at = next(n for n, stop in enumerate(stops) if stop.action == ("pickup" if change == "lost" else "dropoff"))
    if change in ("lost", "left"):
        del stops[at]
    elif change == "twice":
        stops.insert(at, stops[at])
    else:
        stops[at] = replace(stops[at], begin_min=stops[at - 1].depart_min)
    return replace(plan, routes=(replace(route, stops=tuple(stops)), *plan.routes[1:]))


@pytest.mark.parametrize(
    ("change", "code"),
    [("lost", "dropoff_without_pickup"), ("left", "never_dropped_off"), ("twice", "stop_twice"), ("fast", "too_fast")],
)
def test_a_route_with_a_stop_lost_doubled_or_too_early_is_found(change, code):
    """Guards: who gets out got in and the other way round, each once, and no car is faster than the road."""
    problem = town(requests=(patient(0),), vehicles=(car(0),))

    assert code in _codes(problem, _bent(_solved(problem), change))
