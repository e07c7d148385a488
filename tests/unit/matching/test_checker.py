"""The checker finds what is wrong by itself: a legal plan is bent in one place, or judged by a stricter problem."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matching.check import check
from matching.engines import INTERPRETED
from matching.params import Params
from matching.plan import Plan
from matching.problem import Break, Load, Problem
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
    elif change == "slow":
        late = {"begin_min": stops[at].begin_min + 60, "depart_min": stops[at].depart_min + 60}
        stops[at] = replace(stops[at], **late)
    elif change == "paused":
        begins = stops[at - 1].depart_min
        pause = {"action": "break", "begin_min": begins, "depart_min": begins + 20, "request": None, "direction": None}
        stops.insert(at, replace(stops[at - 1], **pause))
    else:
        stops[at] = replace(stops[at], begin_min=stops[at - 1].depart_min)
    return replace(plan, routes=(replace(route, stops=tuple(stops)), *plan.routes[1:]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("lost", "dropoff_without_pickup"),
        ("left", "never_dropped_off"),
        ("twice", "stop_twice"),
        ("fast", "too_fast"),
        ("slow", "waits_aboard"),
        ("paused", "break_aboard"),
    ],
)
def test_a_route_with_a_stop_lost_doubled_or_at_a_wrong_time_is_found(change, code):
    """Guards: who gets out got in and the other way round, each once; no car is faster than the road, or waits aboard."""
    problem = town(requests=(patient(0),), vehicles=(car(0),))

    assert code in _codes(problem, _bent(_solved(problem), change))


def test_a_break_that_is_due_and_not_taken_is_found():
    """Guard: a driver's break, in its window, with nobody aboard."""
    due = Break(earliest_min=600.0, latest_min=700.0, duration_min=30.0)
    without = town(requests=(patient(0),), vehicles=(car(0),))
    problem = replace(without, vehicles=(replace(without.vehicles[0], breaks=(due,)),))
    plan = _solved(problem)

    assert "break" in _codes(problem, _solved(without))
    longer = replace(due, duration_min=45.0)
    assert "break" in _codes(replace(problem, vehicles=(replace(without.vehicles[0], breaks=(longer,)),)), plan)
