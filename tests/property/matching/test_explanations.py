"""Every explanation is true when it is checked again: by trying every position with the checker's own arithmetic."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from benchmarks.engine.day import running
from matching.bars import RESOURCE_CODES, refusal
from matching.board import Board
from matching.build import build
from matching.engines import INTERPRETED
from matching.explain import standing_rule, why_not_car, why_unmet
from matching.facilities import assign, is_safe, with_place
from matching.online import open_board
from matching.place import construct, place_leftovers, waiting
from matching.plan import Reason
from matching.problem import Direction, Facility, Problem, Request
from matching.solve import solve
from matching.travel import GreatCircle
from tests.property.matching.brute import ALL_RULES, exists
from tests.property.matching.problems import varied_problem
from tests.property.matching.switch import CASES

# What still counts when the reason is found; each reason means: with these rules no position is left.
LADDER = (
    ("time_window", ()),
    ("duty", ("duty",)),
    ("full", ("duty", "room")),
    ("class_aboard", ("duty", "room", "class")),
    ("others_ride", ("duty", "room", "class", "others_ride")),
    ("own_ride", ALL_RULES),
)


def board_in_use(seed: int) -> Board:
    """Return a board some hours into a day, with one more request to ask about."""
    chance = random.Random(seed)
    problem = varied_problem(seed, 10)
    plan = solve(problem, engine=INTERPRETED, iterations=0)
    new = replace(chance.choice(problem.requests), id="new", outbound_vehicle=None, inbound_vehicle=None)
    return open_board(running(problem, plan, chance.choice([240.0, 500.0, 700.0]), extra=(new,)), engine=INTERPRETED)


@pytest.mark.parametrize("seed", range(CASES))
def test_the_rule_named_is_the_first_that_bars_the_car(seed: int) -> None:
    board = board_in_use(seed)
    request = board.problem.request_by_id["new"]
    if not board.options["new"]:
        return
    board.aim(request, board.options["new"][0])
    for leg in board.needed(request):
        for car in range(len(board.problem.vehicles)):
            reason = why_not_car(board, car, leg)
            if reason is None or standing_rule(board, car, leg) is None:
                first = next((code for code, rules in LADDER if not exists(board, car, leg, rules)), None)
                assert (reason.code if reason else None) == first
            else:
                assert is_standing_rule_true(board, car, leg, reason)


def is_standing_rule_true(board: Board, car: int, leg: int, reason: Reason) -> bool:
    """Check a rule that bars a car whatever its route."""
    vehicle, trip = board.problem.vehicles[car], board.routing.legs[leg]
    request = board.problem.request_by_id[trip.request]
    if reason.code in RESOURCE_CODES:
        at = RESOURCE_CODES.index(reason.code)
        return (reason.needed, reason.available) == (request.party[at], vehicle.capacity[at]) and (
            request.party[at] > vehicle.capacity[at]
        )
    if reason.code == "shift":
        return vehicle.shift_start_min > trip.pickup[1] or vehicle.shift_end_min < trip.dropoff[0]
    return {
        "zone_class": bool(vehicle.zones) and request.zone not in vehicle.zones,
        "skill": reason.subject in request.skills - vehicle.skills,
        "chosen_by_person": vehicle.id not in (request.outbound_vehicle, request.inbound_vehicle),
    }[reason.code]


def solved_board(problem: Problem) -> Board:
    """Return the board as it is when the insertion plan is reported."""
    board = build(problem, GreatCircle(), INTERPRETED)
    wanted = {r.id: board.options[r.id] for r in waiting(board) if board.choice[r.id] is None}
    board.choice.update(assign(problem, wanted, INTERPRETED, board.places_taken()))
    construct(board)
    place_leftovers(board)
    return board


@pytest.mark.parametrize("seed", range(CASES))
def test_who_stays_unmet_is_told_a_true_reason_and_a_change_that_helps(seed: int) -> None:
    board = solved_board(varied_problem(seed))
    for request in waiting(board):
        unmet = why_unmet(board, request)
        code = unmet.reason.code
        legs = {board.routing.legs[leg].direction: leg for leg in board.needed(request)}
        if code == "slots_full":
            assert with_place(board.options[request.id], request, board.places_taken()) == []
        elif code == "no_car_both_ways":
            assert all(is_fitting(board, leg) for leg in legs.values() if board.routing.car_of(leg) < 0)
        elif code.startswith("no_car_"):
            leg = legs[Direction(code.removeprefix("no_car_"))]
            assert not is_fitting(board, leg)
            if unmet.change is not None:
                change(board, leg, unmet.change)
                assert is_fitting(board, leg)
        else:
            assert board.options[request.id] == []
            assert all(refusal(site, request) or not takes(board, request, site) for site in board.problem.facilities)


def is_fitting(board: Board, leg: int) -> bool:
    """Tell whether any car may carry a leg and has a position for it."""
    cars = range(len(board.problem.vehicles))
    return any(standing_rule(board, car, leg) is None and exists(board, car, leg) for car in cars)


def change(board: Board, leg: int, reason: Reason) -> None:
    """Change a limit as proposed."""
    net, extra = board.routing.net, reason.needed or 0.0
    if reason.code == "ride_longer":
        net.leg_limit[leg] += extra
    else:
        net.node_close[2 * leg] += extra
        net.node_close[2 * leg + 1] += extra


def takes(board: Board, request: Request, site: Facility) -> bool:
    """Tell whether a facility has a slot the request may take, or needs none."""
    slots = [slot for slot in site.slots if slot.need == request.need]
    return not slots or any(is_safe(request, slot, board.problem.now_min) for slot in slots)
