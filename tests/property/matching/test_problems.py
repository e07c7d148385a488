"""Generated problems with every feature: plan and checker agree, and every day that follows from a plan stays legal.

`MATCHING_CASES` sets how many problems are tried (2000 for the long form).
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from benchmarks.engine.day import running
from benchmarks.engine.town import make_town
from matching.build import build
from matching.check import check
from matching.codec import dumps, loads
from matching.engines import INTERPRETED
from matching.explain import standing_rule, why_not_car
from matching.params import Params
from matching.plan import Plan
from matching.problem import Problem, StopState
from matching.repair import without_facility, without_vehicle
from matching.solve import solve
from matching.travel import GreatCircle

CASES = int(os.environ.get("MATCHING_CASES", "60"))


def varied_town(seed: int) -> Problem:
    """Return a small town with the policy's numbers varied as well."""
    chance = random.Random(seed)
    town = make_town(
        chance.randint(2, 25), seed, tightness=chance.choice([4.0, 7.0, 12.0]), slack=chance.choice([0.8, 1.2])
    )
    params = Params(
        ride_limit_min=chance.choice([20.0, 45.0, 60.0]),
        wait_aboard_min=chance.choice([0.0, 5.0, 10.0]),
        wait_after_ready_min=chance.choice([30.0, 60.0]),
        merged_classes=chance.choice([{}, {"controlled": "both", "precautionary": "both"}]),
    )
    return replace(town, params=params)


@pytest.mark.parametrize("seed", range(CASES))
def test_plan_is_legal_and_so_is_every_day_after_it(seed: int) -> None:
    chance = random.Random(seed)
    problem = varied_town(seed)
    plan = solve(problem, engine=INTERPRETED, iterations=0, seed=seed)

    assert check(problem, plan) == []
    assert loads(dumps(plan), Plan) == plan
    if not plan.routes:
        return
    state = chance.choice([StopState.TOLD, StopState.PLANNED])
    day = running(problem, plan, chance.uniform(300.0, 1200.0), lambda _: state)
    later = solve(day, engine=INTERPRETED, iterations=0)
    assert check(day, later) == []
    if state is StopState.TOLD:
        assert later.unmet == ()
    lost = without_vehicle(day, chance.choice(plan.routes).vehicle)
    assert check(lost, solve(lost, engine=INTERPRETED, iterations=0)) == []
    shut = without_facility(day, chance.choice(problem.facilities).id)
    assert check(shut, solve(shut, engine=INTERPRETED, iterations=0)) == []


@pytest.mark.parametrize("seed", range(CASES // 2))
def test_reasons_are_true_when_asked_again(seed: int) -> None:
    """A car without a reason takes the leg; a car with one has no legal insertion."""
    chance = random.Random(seed)
    problem = varied_town(seed)
    board = build(problem, GreatCircle(), INTERPRETED)
    request = chance.choice(problem.requests)
    if not board.options[request.id]:
        return
    board.aim(request, board.options[request.id][0])
    for leg in board.needed(request):
        for car in range(len(problem.vehicles)):
            reason = why_not_car(board, car, leg)
            fits = standing_rule(board, car, leg) is None and board.routing.best_in(car, leg)[1] >= 0
            assert (reason is None) == fits
