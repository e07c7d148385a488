"""Ask again which facility and which hour, now that the routes are known, for those whose way is dearest.

The flow chooses places before there is a route: it cannot know that a neighbour drives there an hour later. So choice
and routing take turns, as location and routing do (Prins, Prodhon, Ruiz, Soriano & Wolfler Calvo 2007, Transportation
Science
41:470-483): one request after the other is taken off its cars and tried at its other choices by trial insertion.
Options with capacities inside the search itself: Dumez, Lehuede & Peton (2021, Transportation Research B 144:103-132).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matching.arrays import UNBOUND
from matching.board import Board
from matching.facilities import with_place
from matching.legs import Choice, Leg
from matching.place import place_request
from matching.problem import Direction, Request

MOST_ASKED = 300
MOST_CHOICES = 12
MOST_SHIFT_MIN = 120.0
LEAST_GAIN = 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stood: its choice, its legs as they were aimed, the stops of their cars,
    and what it cost there.
    """

    choice: Choice
    legs: tuple[tuple[int, Leg], ...]
    rows: tuple[tuple[int, list[int]], ...]
    price: float


def rechoose(board: Board, until: float = UNBOUND) -> int:
    """Move requests to another of their choices where that costs less altogether; return how many were moved.

    Nobody new is asked after `until` (seconds of `time.perf_counter`).
    """
    taken = board.places_taken()
    moved = 0
    for request in _dearest(board):
        if time.perf_counter() >= until:
            break
        standing = _take_off(board, request)
        if standing is None:
            continue
        _count(taken, standing.choice, -1)
        if _move(board, request, standing, taken):
            moved += 1
        else:
            _put_back(board, request, standing)
        now = board.choice[request.id]
        _count(taken, now or standing.choice, 1)
    return moved


def _dearest(board: Board) -> list[Request]:
    """Return the placed requests that are free to move, first those with the largest share of their cars' ways."""
    routes = board.routing.routes
    share = np.asarray(routes.price) / np.maximum(1, np.asarray(routes.riders))
    found = [(-sum(float(share[car]) for car in cars), request) for request, cars in _free(board)]
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    return [request for _, request in found[:MOST_ASKED]]


def _free(board: Board) -> Iterator[tuple[Request, list[int]]]:
    """Yield the requests whose facility or hour nobody has fixed or been told, with the cars of their legs."""
    pinned = board.routing.net.leg_vehicle
    for request in board.problem.requests:
        if request.is_critical or request.fixed_slot or request.fixed_facility or len(board.options[request.id]) < 2:
            continue
        legs = board.needed(request)
        cars = [board.routing.car_of(leg) for leg in legs]
        is_begun = any((request.id, direction) in board.closed for direction in Direction)
        is_kept = any(leg in board.held or leg in board.reserved or pinned[leg] >= 0 for leg in legs)
        if legs and min(cars) >= 0 and not is_begun and not is_kept:
            yield request, cars


def may_rechoose(board: Board) -> bool:
    """Tell whether anybody is free to move."""
    return next(_free(board), None) is not None


def _take_off(board: Board, request: Request) -> Standing | None:
    """Take a request off its cars; None where they could not go on without it, and everything is as it was."""
    routing, choice = board.routing, board.choice[request.id]
    assert choice is not None, "a placed request has a choice"
    legs = board.needed(request)
    cars = sorted({routing.car_of(leg) for leg in legs})
    rows = tuple((car, routing.nodes(car)) for car in cars)
    aimed = tuple((leg, routing.legs[leg]) for leg in legs)
    paid = sum(float(routing.routes.price[car]) for car in cars)
    price = paid + _beside(board, request, choice, cars)
    for leg in legs:
        routing.take(leg)
    price -= sum(float(routing.routes.price[car]) for car in cars)
    standing = Standing(choice, aimed, rows, price)
    if all(routing.begins(car) is not None for car in cars):
        return standing
    _put_back(board, request, standing)
    return None


def _put_back(board: Board, request: Request, standing: Standing) -> None:
    """Have a request stand as it stood."""
    for leg, aimed in standing.legs:
        board.routing.aim(leg, aimed)
    for car, nodes in standing.rows:
        board.routing.set_route(car, nodes)
    board.choice[request.id] = standing.choice


def _move(board: Board, request: Request, standing: Standing, taken: dict[tuple[str, str], int]) -> bool:
    """Place a request at the choice that costs least, if that is less than where it stood."""
    routing = board.routing
    without = np.array(routing.routes.price)
    best: Choice | None = None
    least = standing.price - LEAST_GAIN
    for choice in _others(board, request, standing.choice, taken):
        if preference(board, request, choice) >= least or not place_request(board, request, choice):
            continue
        cars = sorted({routing.car_of(leg) for leg, _ in standing.legs})
        price = sum(float(routing.routes.price[car] - without[car]) for car in cars)
        price += _beside(board, request, choice, cars)
        if price < least:
            best, least = choice, price
        for leg, _ in standing.legs:
            routing.take(leg)
    return best is not None and place_request(board, request, best)


def _others(board: Board, request: Request, now: Choice, taken: dict[tuple[str, str], int]) -> list[Choice]:
    """Return the cheapest other choices with a place left.

    To spare a car the way nobody leaves the usual facility, or comes two hours before or after the hour asked for.
    """
    is_usual = now.facility.id == request.usual_facility
    most = max(MOST_SHIFT_MIN, _shift(request, now))
    open_choices = with_place(board.options[request.id], request, taken)
    near = [each for each in open_choices if each is not now and _shift(request, each) <= most]
    near = [each for each in near if each.facility is now.facility or not is_usual]
    return sorted(near, key=lambda each: preference(board, request, each))[:MOST_CHOICES]


def _shift(request: Request, choice: Choice) -> float:
    """Return how many minutes a choice is away from the hour asked for."""
    if choice.slot is None or request.asked_min is None:
        return 0.0
    return abs(choice.slot.start_min - request.asked_min)


def _beside(board: Board, request: Request, choice: Choice, cars: list[int]) -> float:
    """Return what a request costs beside its cars' ways: another place or hour, another car for the way home."""
    split = board.routing.prices.split if len(cars) > 1 else 0.0
    return split + preference(board, request, choice)


def preference(board: Board, request: Request, choice: Choice) -> float:
    """Return what a choice costs beside driving: another facility than the usual one, another hour than asked for."""
    home = board.maker.row_of[request.pickup_place or request.home]
    return choice.price - board.maker.direct(home, board.maker.row_of[choice.facility.place])


def _count(taken: dict[tuple[str, str], int], choice: Choice, number: int) -> None:
    if choice.slot is not None:
        key = (choice.facility.id, choice.slot.id)
        taken[key] = taken.get(key, 0) + number
