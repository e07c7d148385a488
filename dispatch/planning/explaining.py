"""Why this hospital, why this car, what came next: read off the finished plan by asking the engine once more. Pure.

Each ride is taken off, the nearest cars are asked what it would cost them, and it is put back; so every figure is true
of the plan it is stored with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dispatch.planning.outings import Outings
from dispatch.planning.roads import ROADS
from dispatch.shapes import Check
from matching.board import Board
from matching.explain import added_km, standing_rule, why_facilities
from matching.online import choice_at, open_board
from matching.plan import Arranged, Plan
from matching.problem import Action, Direction, Problem, Request, RunInForce, Slot, StopInForce, StopState

ASKED_CARS = 8  # the nearest ones that may carry at all
NEXT = 2
OWN_PLACE = {"no_machine", "no_separate_room"}
Explained = dict[str, dict[str, dict[str, Any]]]


def explain(
    problem: Problem, plan: Plan, outings: Outings, waiting: Mapping[str, Any], plates: Mapping[str, str]
) -> Explained:
    """Return the explanations by case and direction, as `Trip.explanation` stores them."""
    arranged = [item for item in plan.arranged if item.request in waiting]
    if not arranged:
        return {}
    board = open_board(_with_plan(problem, plan), travel=ROADS)
    used = Counter((item.facility, item.slot) for item in plan.arranged if item.request in waiting)
    found: Explained = {}
    for item in arranged:
        request = problem.request_by_id[item.request]
        hospital = _hospital(board, request, item) + _hour(problem, request, item, used)
        found[item.request] = {
            direction: {
                "checks": [check.as_json() for check in _car(board, request, item, direction, outings, plates)],
                "hospital": [check.as_json() for check in hospital],
            }
            for direction in Direction
            if (item.request, direction) in outings
        }
    return found


def _with_plan(problem: Problem, plan: Plan) -> Problem:
    """Return the question with the plan's routes as what stands."""
    runs = [
        RunInForce(
            vehicle=route.vehicle,
            stops=tuple(
                StopInForce(
                    request=stop.request,
                    direction=stop.direction,
                    action=Action(stop.action),
                    at_min=stop.begin_min,
                    state=StopState.TOLD,
                )
                for stop in route.stops
                if stop.request and stop.direction
            ),
        )
        for route in plan.routes
    ]
    return replace(problem, runs=tuple(runs))


def _car(
    board: Board,
    request: Request,
    item: Arranged,
    direction: Direction,
    outings: Outings,
    plates: Mapping[str, str],
) -> list[Check]:
    """Say what speaks for the car, what it costs, who shares it, and which would have been next."""
    outing = outings[(item.request, direction)]
    checks = [Check("zone", "yes", {"zone": request.zone})]
    checks += [Check(code, "yes") for code, is_so in _needs(request) if is_so]
    if "ordinary" not in request.skills and not request.is_critical:
        checks.append(Check("ambulance_used", "but"))
    others = len({rider.case for rider in outing.riders} - {item.request})
    if others:
        checks.append(Check("shared", "yes", {"n": others}))
    own, asked = _costs(board, request, item, direction)
    if own:
        checks.append(Check("added", "yes", own))
    if asked:
        cars = [{"plate": plates.get(name, name), "min": minutes} for name, minutes in asked[:NEXT]]
        checks.append(Check("next_cars", "yes", {"cars": cars}))
    return checks


def _needs(request: Request) -> list[tuple[str, bool]]:
    return [
        ("wheelchair", request.party.wheelchairs > 0),
        ("stretcher", request.party.stretchers > 0),
        ("oxygen", "oxygen" in request.skills),
        ("infection", "positive" in request.skills),
    ]


def _costs(
    board: Board, request: Request, item: Arranged, direction: Direction
) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """Return what the ride adds to its car, and the cheapest other cars with their added minutes."""
    leg = board.number[(request.id, direction)]
    car = board.routing.car_of(leg)
    if car < 0:
        return {}, []
    board.routing.take(leg)
    board.held.discard(leg)
    choice = choice_at(board, request, item.facility, item.slot)
    make = board.maker.outbound if direction is Direction.OUTBOUND else board.maker.inbound
    board.routing.aim(leg, make(request, choice))
    own: dict[str, Any] = {}
    others: list[tuple[float, str]] = []
    price, i, j = board.routing.best_in(car, leg)
    if i >= 0:
        own = {"min": round(price), "km": round(added_km(board, car, leg, i, j), 1)}
        for other in _nearest(board, leg, car):
            cost, at, _to = board.routing.best_in(other, leg)
            if at >= 0:
                others.append((cost, board.problem.vehicles[other].id))
        board.routing.put(leg, car, i, j)
    return own, [(name, round(cost)) for cost, name in sorted(others)]


def _nearest(board: Board, leg: int, besides: int) -> list[int]:
    """Return the cars that may carry at all whose start lies nearest to the pick-up."""
    origin = board.routing.legs[leg].origin
    starts = [(board.maker.direct(car.start, origin), number) for number, car in enumerate(board.routing.cars)]
    found: list[int] = []
    for _minutes, number in sorted(starts):
        if number != besides and standing_rule(board, number, leg) is None:
            found.append(number)
        if len(found) == ASKED_CARS:
            break
    return found


def _hospital(board: Board, request: Request, item: Arranged) -> list[Check]:
    """Say how far the hospital is, that it is the usual one, and what the next one, or the usual one,
    would have been.
    """
    if item.outbound is None or request.is_critical:
        return []
    answers = why_facilities(board, request)
    checks = [Check("usual", "yes")] if item.facility == request.usual_facility else []
    for answer in answers:
        if answer.facility == item.facility and answer.ride_min is not None:
            checks.append(Check("ride_min", "yes", {"min": round(answer.ride_min)}))
    possible = [answer for answer in answers if answer.reason is None and answer.facility != item.facility]
    if possible and possible[0].ride_min is not None:
        figures = {"code": possible[0].facility, "min": round(possible[0].ride_min)}
        checks.append(Check("next_hospital", "yes", figures))
    usual = next((answer for answer in answers if answer.facility == request.usual_facility), None)
    if usual and usual.facility != item.facility:
        why = usual.reason.code if usual.reason else "slots_full"
        why = "not_fitting" if why in OWN_PLACE else why  # stands on the ride, which knows no illness
        checks.append(Check("not_usual", "but", {"code": usual.facility, "why": why}))
    return checks


def _is_for(slot: Slot, request: Request) -> bool:
    return (slot.need, slot.machine) == (request.need, request.machine)


def _hour(problem: Problem, request: Request, item: Arranged, used: Counter[tuple[str, str | None]]) -> list[Check]:
    """Say by how much the hour is another than asked for, and whether a place nearer to that hour is still free."""
    slots = {slot.id: slot for slot in problem.facility_by_id[item.facility].slots if _is_for(slot, request)}
    chosen, asked = slots.get(item.slot or ""), request.asked_min
    if chosen is None or asked is None or request.fixed_slot or chosen.start_min == asked:
        return []
    shift = chosen.start_min - asked
    nearer = [slot for slot in slots.values() if abs(slot.start_min - asked) < abs(shift)]
    nearer = [slot for slot in nearer if slot.start_min >= problem.now_min]
    is_free = any(used[(item.facility, slot.id)] < slot.capacity for slot in nearer)
    code = "later_hour" if shift > 0 else "earlier_hour"
    return [Check(code, "but", {"min": round(abs(shift)), "why": "cars" if is_free else "full"})]
