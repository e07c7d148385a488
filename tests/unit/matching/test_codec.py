"""Problems and plans survive JSON; what is not theirs is refused."""

from __future__ import annotations

import json

import pytest

from benchmarks.engine.day import running
from benchmarks.engine.town import make_town
from matching.codec import dumps, loads
from matching.engines import INTERPRETED
from matching.errors import BadFile
from matching.plan import Plan
from matching.problem import Problem
from matching.solve import solve
from tests.unit.matching.small import town


@pytest.mark.parametrize("seed", range(3))
def test_problem_and_plan_round_trip(seed: int) -> None:
    problem = make_town(12, seed)
    plan = solve(problem, engine=INTERPRETED, iterations=0)
    day = running(problem, plan, 600.0)

    assert loads(dumps(problem), Problem) == problem
    assert loads(dumps(plan), Plan) == plan
    assert loads(dumps(day), Problem) == day


@pytest.mark.parametrize(
    "change",
    [{"version": 99}, {"kind": "Plan"}, {"body": {"places": []}}, {"body": {"colour": 1}}],
    ids=["version", "kind", "missing", "unknown"],
)
def test_foreign_document_is_refused(change: dict[str, object]) -> None:
    document = {**json.loads(dumps(town())), **change}

    with pytest.raises(BadFile):
        loads(json.dumps(document), Problem)


def test_wrong_type_and_no_json_are_refused() -> None:
    document = json.loads(dumps(town()))
    document["body"]["now_min"] = "noon"

    for text in (json.dumps(document), "{"):
        with pytest.raises(BadFile):
            loads(text, Problem)
