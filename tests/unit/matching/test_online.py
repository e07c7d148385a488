"""One request by hand, explanations that stay true, repair after a loss."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.engine.day import running
from matching.check import check
from matching.engines import INTERPRETED
from matching.errors import UnknownRequest
from matching.explain import why_facilities
from matching.online import candidates, insert_one, open_board, request_on
from matching.plan import Plan
from matching.problem import Direction, Load, Problem, StopState
from matching.repair import without_facility, without_vehicle
from matching.solve import solve as solve_any
from tests.unit.matching.small import car, hospital, patient, slot, town


def solve(problem: Problem) -> Plan:
    """Solve with the interpreted kernels and expect a legal plan."""
    plan = solve_any(problem, engine=INTERPRETED, iterations=0)
    assert check(problem, plan) == []
    return plan


def started(**changes: object) -> tuple[Problem, Plan]:
    """Return the small town with its plan in force at 07:30 and a fourth patient new."""
    problem = town(**changes)
    plan = solve(problem)
    return running(problem, plan, 450.0, extra=(patient(3),)), plan


def test_candidates_rank_every_car_for_both_ways() -> None:
    day, _ = started()
    board = open_board(day, engine=INTERPRETED)
    found = candidates(board, "p3")

    assert found.facility == "hospital"
    for ranking in (found.outbound, found.inbound):
        assert {answer.vehicle for answer in ranking} == {"car0", "car1"}
        prices = [answer.added_min for answer in ranking if answer.added_min is not None]
        assert prices == sorted(prices)


def test_asking_leaves_the_board_as_it_was() -> None:
    day, _ = started()
    board = open_board(day, engine=INTERPRETED)
    before = [board.routing.nodes(k) for k in range(2)]

    assert candidates(board, "p3") == candidates(board, "p3")
    assert [board.routing.nodes(k) for k in range(2)] == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"zones": frozenset({"sealed"})}, "zone_class"),
        ({"capacity": Load(seats=0)}, "seats"),
        ({"shift_start_min": 700.0}, "shift"),
        ({"shift_end_min": 400.0}, "shift"),
        ({"shift_start_min": 514.0}, "time_window"),
        ({"max_duty_min": 10.0}, "duty"),
    ],
    ids=["zone", "room", "late-shift", "early-shift", "time", "duty"],
)
def test_first_rule_that_bars_a_car_is_named(changes: dict[str, object], code: str) -> None:
    problem = town(requests=(patient(0),), vehicles=(car(0, **changes),))
    answer = candidates(open_board(problem, engine=INTERPRETED), "p0").outbound[0]

    assert answer.reason is not None
    assert answer.reason.code == code


def test_skill_and_persons_choice_are_named() -> None:
    needy = patient(0, skills=frozenset({"carry"}), outbound_vehicle="car1")
    found = candidates(open_board(town(requests=(needy,)), engine=INTERPRETED), "p0").outbound
    codes = {answer.vehicle: answer.reason.code for answer in found if answer.reason}

    assert codes == {"car0": "chosen_by_person", "car1": "skill"}


def test_facilities_are_ranked_and_the_others_explained() -> None:
    full = hospital("yellow", slots=(slot(need="chemotherapy"),), zones=frozenset({"sealed"}))
    board = open_board(town(facilities=(hospital(), full)), engine=INTERPRETED)
    found = why_facilities(board, request_on(board, "p0"))

    assert [answer.facility for answer in found] == ["hospital", "yellow"]
    assert found[0].ride_min is not None
    assert found[1].reason is not None
    assert found[1].reason.code == "zone_role"


def test_nearest_change_is_true_when_tried() -> None:
    late = town(requests=(patient(0),), vehicles=(car(0, shift_start_min=525.0),))
    unmet = solve(late).unmet[0]

    assert unmet.change is not None
    assert unmet.change.needed is not None
    later = slot(start=540.0 + unmet.change.needed)
    assert solve(replace(late, facilities=(hospital(slots=(later,)),))).unmet == ()


def test_insert_one_gives_a_legal_plan() -> None:
    day, _ = started()
    plan = insert_one(open_board(day, engine=INTERPRETED), "p3")

    assert check(day, plan) == []
    assert len(plan.arranged) == 4


def test_unknown_request_is_an_error() -> None:
    with pytest.raises(UnknownRequest):
        candidates(open_board(town(), engine=INTERPRETED), "nobody")


@pytest.mark.parametrize("now", [300.0, 480.0, 523.0, 700.0, 800.0])
def test_lost_vehicle_is_replaced(now: float) -> None:
    """E3: nobody is lost, whatever the vehicle was doing."""
    problem = town()
    plan = solve(problem)
    day = running(problem, plan, now)
    after = solve(without_vehicle(day, plan.routes[0].vehicle))

    assert after.unmet == ()


@pytest.mark.parametrize("now", [300.0, 480.0, 523.0, 700.0])
def test_closed_unit_moves_those_not_yet_there(now: float) -> None:
    """E2: running sessions finish, those on the way are taken elsewhere in the same car."""
    other = hospital("yellow", slots=(slot(start=570.0),), rank=3)
    problem = town(facilities=(hospital(), other))
    plan = solve(problem)
    day = running(problem, plan, now)
    arrived = {
        stop.request
        for run in day.runs
        for stop in run.stops
        if stop.state is StopState.DONE and (stop.direction, stop.action.value) == (Direction.OUTBOUND, "dropoff")
    }
    closed = without_facility(day, "hospital")
    after = solve_any(closed, engine=INTERPRETED, iterations=0)
    board = open_board(closed, engine=INTERPRETED)

    assert after.unmet == ()
    assert {a.request for a in after.arranged if a.facility == "hospital"} == arrived
    for request in arrived:  # treatment goes on, and ends when it would have
        choice = board.choice[request]
        assert choice is not None
        assert board.maker.ready_at(closed.request_by_id[request], choice) == 780.0
