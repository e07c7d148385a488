"""Generated problems with every feature: plan and checker agree, and every day that follows from a plan stays legal."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from benchmarks.engine.day import running
from matching.check import check
from matching.codec import dumps, loads
from matching.engines import INTERPRETED
from matching.plan import Plan
from matching.problem import Load, Problem, StopState
from matching.repair import without_facility, without_vehicle
from matching.solve import solve
from tests.property.matching.problems import varied_problem
from tests.property.matching.switch import CASES


def planned(problem: Problem) -> Plan:
    """Return the insertion plan."""
    return solve(problem, engine=INTERPRETED, iterations=0)


@pytest.mark.parametrize("seed", range(CASES))
def test_plan_is_legal_and_so_is_every_day_after_it(seed: int) -> None:
    """Whatever the plan: told or not, in the middle of the day, with a car lost or a facility closed."""
    chance = random.Random(seed)
    problem = varied_problem(seed)
    plan = planned(problem)
    assert check(problem, plan) == []
    if not plan.routes:
        return
    state = chance.choice([StopState.TOLD, StopState.PLANNED])
    day = running(problem, plan, chance.uniform(max(300.0, problem.now_min), 1200.0), lambda _: state)
    later = planned(day)
    assert check(day, later) == []
    if state is StopState.TOLD:
        assert later.unmet == ()
    lost = without_vehicle(day, chance.choice(plan.routes).vehicle)
    assert check(lost, planned(lost)) == []
    shut = without_facility(day, chance.choice(problem.facilities).id)
    assert check(shut, planned(shut)) == []


@pytest.mark.parametrize("seed", range(CASES))
def test_problem_and_plan_survive_the_codec(seed: int) -> None:
    problem = varied_problem(seed)
    plan = planned(problem)

    assert loads(dumps(problem), Problem) == problem
    assert loads(dumps(plan), Plan) == plan


def smaller_cars(problem: Problem) -> Problem:
    """Take every place out of the vehicles."""
    return replace(problem, vehicles=tuple(replace(v, capacity=Load()) for v in problem.vehicles))


def other_zones(problem: Problem) -> Problem:
    """Let no vehicle carry any zone of these requests."""
    return replace(problem, vehicles=tuple(replace(v, zones=frozenset({"none"})) for v in problem.vehicles))


def shorter_rides(problem: Problem) -> Problem:
    """Allow no ride longer than a second."""
    return replace(problem, requests=tuple(replace(r, ride_limit_min=0.01) for r in problem.requests))


def shorter_shifts(problem: Problem) -> Problem:
    """End every shift at midnight."""
    return replace(problem, vehicles=tuple(replace(v, shift_end_min=1.0) for v in problem.vehicles))


def slower_boarding(problem: Problem) -> Problem:
    """Let everybody take an hour more to board than the plan allows."""
    slow = tuple(replace(r, home_min=r.home_min + 60.0, facility_min=r.facility_min + 60.0) for r in problem.requests)
    return replace(problem, requests=slow)


def later_hour(problem: Problem) -> Problem:
    """Ask at the end of the day."""
    return replace(problem, now_min=2000.0)


def one_request_more(problem: Problem) -> Problem:
    """Add a request the plan says nothing about."""
    return replace(problem, requests=(*problem.requests, replace(problem.requests[0], id="forgotten")))


SPOILT = {
    "room": smaller_cars,
    "zone_class": other_zones,
    "ride_limit": shorter_rides,
    "shift": shorter_shifts,
    "boarding": slower_boarding,
    "in_the_past": later_hour,
    "answered_once": one_request_more,
}


@pytest.mark.parametrize("code", SPOILT)
@pytest.mark.parametrize("seed", range(max(5, CASES // 10)))
def test_plan_of_another_problem_is_found_out(seed: int, code: str) -> None:
    """The twin: the same plan beside a problem it breaks is not clean."""
    problem = varied_problem(seed)
    plan = planned(problem)
    if plan.routes:
        assert code in {violation.code for violation in check(SPOILT[code](problem), plan)}
