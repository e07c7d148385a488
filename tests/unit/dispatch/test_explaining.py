"""Why this hour: said whenever it is another than asked for, and true (matching.md section 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dispatch.planning.explaining import explain
from dispatch.planning.outings import cut
from dispatch.shapes import Check
from dispatch.words import sentence
from matching.engines import INTERPRETED
from matching.problem import Slot
from matching.solve import solve
from tests.unit.matching.small import car, hospital, patient, slot, town

MIDNIGHT = datetime(2022, 6, 27, 16, tzinfo=UTC)


def of_hospital(*slots: Slot, opens: float = 360.0) -> dict[str, list[dict[str, Any]]]:
    """Return what is said of each patient's hospital and hour when two ask for nine o'clock."""
    people = tuple(replace(patient(number), asked_min=540.0) for number in (0, 1))
    cars = tuple(car(id=f"car@{number}", shift_start_min=opens) for number in (1, 2))
    problem = town(facilities=(hospital(slots=slots),), requests=people, vehicles=cars)
    plan = solve(problem, engine=INTERPRETED, iterations=0)
    found = explain(problem, plan, cut(problem, plan, origin=MIDNIGHT), {each.id: each.id for each in people}, {})
    return {case: found[case]["outbound"]["hospital"] for case in found}


def hours(said: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return what is said of another hour."""
    return [check for checks in said.values() for check in checks if check["code"].endswith("_hour")]


def test_the_hour_asked_for_needs_no_word() -> None:
    assert hours(of_hospital(slot())) == []


def test_a_full_hour_is_named() -> None:
    (check,) = hours(of_hospital(slot(capacity=1), slot("s2", 600.0)))

    assert (check["code"], check["figures"]) == ("later_hour", {"min": 60, "why": "full"})
    assert sentence(Check(**check)) == "比要的钟点晚 60 分钟：要的钟点满了"


def test_an_hour_with_a_place_but_no_car_is_named_too() -> None:
    """Nobody may read that an hour was full when it was not."""
    said = hours(of_hospital(slot(), slot("s2", 660.0), opens=560.0))

    assert [check["figures"] for check in said] == [{"min": 120, "why": "cars"}] * 2
    assert sentence(Check(**said[0])) == "比要的钟点晚 120 分钟：要的钟点还有位，这个钟点车排得开"
