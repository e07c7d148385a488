"""Why this facility, why this car, why not the others, and the nearest change that would work.

Every answer is found by asking the same insertion again, with one rule after the other put aside; so it is true of
the board it was asked on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass

from matching.arrays import RESOURCES, UNBOUND
from matching.bars import first_bar, refusal
from matching.board import Board
from matching.legs import Choice
from matching.plan import Reason, Unmet
from matching.problem import Direction, Request

CHANGES_MIN = (15.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarAnswer:
    """What one car would cost a leg, or the first rule it breaks."""

    vehicle: str
    added_min: float | None = None
    added_km: float | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityAnswer:
    """What one facility and slot would cost a request, or the first rule it breaks."""

    facility: str
    slot: str | None = None
    price_min: float | None = None
    ride_min: float | None = None
    reason: Reason | None = None


def standing_rule(board: Board, car: int, leg: int) -> Reason | None:
    """Return the first rule that bars a car whatever its route: choice, zone, skills, room, shift."""
    problem, routing = board.problem, board.routing
    vehicle, net = problem.vehicles[car], routing.net
    pinned = int(net.leg_vehicle[leg])
    if pinned >= 0 and pinned != car:
        return Reason(code="chosen_by_person", subject=problem.vehicles[pinned].id)
    request = problem.request_by_id[routing.legs[leg].request]
    if bar := first_bar(vehicle, request):
        return bar
    if vehicle.shift_start_min > net.node_close[2 * leg] or vehicle.shift_end_min < net.node_open[2 * leg + 1]:
        return Reason(code="shift", subject=vehicle.id)
    return None


def why_not_car(board: Board, car: int, leg: int) -> Reason | None:
    """Return the first rule that keeps an unplaced leg off a car, None if it fits.

    Order: choice, zone, skills, room, shift, time, duty, room beside others, class aboard, own ride, others' rides.
    """
    found = standing_rule(board, car, leg)
    if found is not None or board.routing.best_in(car, leg)[1] >= 0:
        return found
    vehicle = board.problem.vehicles[car].id
    steps = (
        ("rides", "duty", "room", "class"),
        ("rides", "room", "class"),
        ("rides", "class"),
        ("rides",),
        ("own_ride",),
    )
    for code, put_aside in zip(("time_window", "duty", "full", "class_aboard", "others_ride"), steps, strict=True):
        with rules_put_aside(board, car, leg, put_aside):
            fits = board.routing.best_in(car, leg)[1] >= 0
        if code == "others_ride":
            return Reason(code="own_ride" if fits else code, subject=vehicle)
        if not fits:
            return Reason(code=code, subject=vehicle)
    raise AssertionError("the last step always answers")


@contextmanager
def rules_put_aside(board: Board, car: int, leg: int, rules: tuple[str, ...]) -> Iterator[None]:
    """Put rules aside for one question: rides, own_ride, duty, room, class."""
    net, routing = board.routing.net, board.routing
    riders = {node // 2 for node in routing.nodes(car) if node < routing.first_special}
    saved = [(column, at, column[at]) for column, at in _cells(board, car, leg, riders, rules)]
    same = {id(net.leg_group): net.leg_group[leg], id(net.leg_class): net.leg_class[leg]}
    same[id(net.veh_class)] = net.leg_class[leg]
    for column, at, _ in saved:
        column[at] = same.get(id(column), int(UNBOUND))
    routing.engine.schedule.refresh(net, routing.routes, routing.room, car)
    try:
        yield
    finally:
        for column, at, value in saved:
            column[at] = value
        routing.engine.schedule.refresh(net, routing.routes, routing.room, car)


def _cells(
    board: Board, car: int, leg: int, riders: set[int], rules: tuple[str, ...]
) -> Iterator[tuple[MutableSequence[float], int]]:
    """Yield which number of which column a rule stands in."""
    net = board.routing.net
    if "rides" in rules or "own_ride" in rules:
        yield net.leg_limit, leg
    if "rides" in rules:
        yield from ((net.leg_limit, other) for other in sorted(riders))
    if "duty" in rules:
        yield net.veh_duty, car
    if "room" in rules:
        yield from ((net.veh_room, car * RESOURCES + resource) for resource in range(RESOURCES))
    if "class" in rules:
        yield net.veh_class, car
        yield from ((column, other) for column in (net.leg_group, net.leg_class) for other in sorted(riders))


def why_cars(board: Board, leg: int) -> tuple[CarAnswer, ...]:
    """Rank all cars for an unplaced leg: those that fit by added minutes, then the others with their first rule."""
    answers = []
    for car, vehicle in enumerate(board.problem.vehicles):
        reason = standing_rule(board, car, leg)
        price, i, j = board.routing.best_in(car, leg) if reason is None else (0.0, -1, -1)
        if i < 0:
            answers.append(CarAnswer(vehicle=vehicle.id, reason=reason or why_not_car(board, car, leg)))
        else:
            answers.append(CarAnswer(vehicle=vehicle.id, added_min=price, added_km=added_km(board, car, leg, i, j)))
    return tuple(sorted(answers, key=lambda a: (a.added_min is None, a.added_min or 0.0, a.vehicle)))


def added_km(board: Board, car: int, leg: int, i: int, j: int) -> float:
    """Return the kilometres an insertion adds."""
    routing, km = board.routing, board.maker.km
    at, place = car * routing.width, routing.routes.place
    origin, destination = routing.legs[leg].origin, routing.legs[leg].destination
    rows: list[int] = []
    for k in range(routing.routes.size[car]):
        rows.append(int(place[at + k]))
        rows += [origin] * (k == i) + [destination] * (k == j)
    old = [int(place[at + k]) for k in range(routing.routes.size[car])]
    length = [sum(float(km[a, b]) for a, b in itertools.pairwise(way)) for way in (rows, old)]
    return length[0] - length[1]


def why_facilities(board: Board, request: Request) -> tuple[FacilityAnswer, ...]:
    """Say for every facility what it would cost, or the first rule that keeps the request out."""
    answers = []
    home = board.maker.row_of[request.pickup_place or request.home]
    best: dict[str, Choice] = {}
    for choice in board.options[request.id]:
        best.setdefault(choice.facility.id, choice)
    for facility in board.problem.facilities:
        ride = board.maker.direct(home, board.maker.row_of[facility.place])
        found = best.get(facility.id)
        if found is not None:
            slot = found.slot.id if found.slot else None
            answers.append(FacilityAnswer(facility=facility.id, slot=slot, price_min=found.price, ride_min=ride))
        else:
            reason = refusal(facility, request) or Reason(code="no_slot", subject=facility.id)
            answers.append(FacilityAnswer(facility=facility.id, ride_min=ride, reason=reason))
    return tuple(sorted(answers, key=lambda a: (a.price_min is None, a.price_min or 0.0, a.facility)))


def why_unmet(board: Board, request: Request) -> Unmet:
    """Say which rule left a request unmet and what would have helped."""
    if not board.options[request.id]:
        reasons = [answer.reason for answer in why_facilities(board, request) if answer.reason]
        order = ("no_slot", "no_machine", "no_separate_room", "zone_role", "closed", "no_capability")
        reasons.sort(key=lambda reason: order.index(reason.code))
        return Unmet(request=request.id, reason=reasons[0] if reasons else Reason(code="no_facility"))
    options = board.options[request.id]
    choice = next(iter(board.choices_left(request, board.places_taken())), None)
    if choice is None:
        return Unmet(request=request.id, reason=Reason(code="slots_full", subject=options[0].facility.id))
    board.aim(request, choice)
    missing = [leg for leg in board.needed(request) if board.routing.car_of(leg) < 0]
    for leg in missing:
        if board.routing.best(leg)[1] < 0:
            direction = board.routing.legs[leg].direction
            return Unmet(request=request.id, reason=_no_car(board, leg, direction), change=nearest_change(board, leg))
    return Unmet(request=request.id, reason=Reason(code="no_car_both_ways"))


def _no_car(board: Board, leg: int, direction: Direction) -> Reason:
    """Name the rule that bars most cars."""
    counts: dict[str, int] = {}
    for car in range(len(board.routing.cars)):
        reason = standing_rule(board, car, leg) or Reason(code="time_or_ride")
        counts[reason.code] = counts.get(reason.code, 0) + 1
    commonest = max(sorted(counts), key=lambda code: counts[code], default="none")
    return Reason(code=f"no_car_{direction}", subject=commonest, available=float(counts.get(commonest, 0)))


def nearest_change(board: Board, leg: int) -> Reason | None:
    """Return the smallest change of one limit that lets some car take an unplaced leg."""
    net, routing = board.routing.net, board.routing
    is_out = routing.legs[leg].direction is Direction.OUTBOUND
    cells = {
        "arrive_later" if is_out else "wait_longer": ((net.node_close, 2 * leg), (net.node_close, 2 * leg + 1)),
        "ride_longer": ((net.leg_limit, leg),),
    }
    for extra in CHANGES_MIN:
        for code, columns in cells.items():
            for column, at in columns:
                column[at] += extra
            fits = routing.best(leg)[1] >= 0
            for column, at in columns:
                column[at] -= extra
            if fits:
                return Reason(code=code, needed=extra)
    return None
