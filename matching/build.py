"""Problem -> board: the routing with one leg per trip, what is in force already on it, and who is still to place."""

from __future__ import annotations

from matching.arrays import UNBOUND
from matching.board import GRACE_MIN, Board, Key
from matching.engines import Engine
from matching.facilities import Offers
from matching.legs import Choice, Leg, LegMaker
from matching.problem import Problem, StopState, Vehicle
from matching.routing import Car, Prices, Routing
from matching.runs import load_run, who_is_aboard
from matching.travel import Travel


def build(problem: Problem, travel: Travel, engine: Engine) -> Board:
    """Pack a problem: travel matrix, legs, cars, runs in force."""
    row_of = {place.id: row for row, place in enumerate(problem.places)}
    minutes, km = travel.matrices(problem.places)
    maker = LegMaker(problem, row_of, minutes, km)
    offers = Offers(problem, maker)
    options = {request.id: offers.choices(request) for request in problem.requests}
    legs, partners, number = _legs(offers, options)
    params = problem.params
    cars = [_car(problem, row_of, vehicle) for vehicle in problem.vehicles]
    prices = Prices(
        split=params.price_split_return,
        unserved=params.price_unserved,
        wait_aboard=params.wait_aboard_min,
        is_metric=bool(getattr(travel, "is_metric", False)),
    )
    cost = params.price_minute * minutes + params.price_km * km
    routing = Routing(legs, cars, partners, (minutes, cost), prices, engine)
    board = Board(problem, maker, routing, number, options, dict.fromkeys(options), set())
    for request in problem.requests:
        if request.fixed_facility is not None and options[request.id]:
            board.choice[request.id] = options[request.id][0]
    for run in problem.runs:
        load_run(board, run)
    return board


def _legs(offers: Offers, options: dict[str, list[Choice]]) -> tuple[list[Leg], list[int], dict[Key, int]]:
    """Make both legs of every request; those without a choice yet get an empty window."""
    legs: list[Leg] = []
    partners: list[int] = []
    number: dict[Key, int] = {}
    problem, maker = offers.problem, offers.maker
    for request in problem.requests:
        found = options[request.id]
        facilities = offers.sites_for(request) or list(problem.facilities)
        choice = found[0] if found else Choice(facility=facilities[0], slot=None)
        both = request.needs_outbound and request.needs_inbound
        for leg in (maker.outbound(request, choice), maker.inbound(request, choice, grace_min=GRACE_MIN)):
            number[(request.id, leg.direction)] = len(legs)
            partners.append((len(legs) ^ 1) if both else -1)
            legs.append(leg)
    return legs, partners, number


def _car(problem: Problem, row_of: dict[str, int], vehicle: Vehicle) -> Car:
    run = next((run for run in problem.runs if run.vehicle == vehicle.id), None)
    boarded = who_is_aboard(run)
    is_driving = any(stop.state is StopState.BEGUN for stop in run.stops) if run else False
    opens = vehicle.shift_start_min if is_driving else max(vehicle.shift_start_min, problem.now_min)
    return Car(
        start=row_of[vehicle.start_place],
        end=row_of[vehicle.end_place],
        opens=min([opens, *boarded.values()]),
        closes=vehicle.shift_end_min,
        duty=UNBOUND if vehicle.max_duty_min is None else vehicle.max_duty_min,
        room=vehicle.capacity,
        skills=vehicle.skills,
        zones=vehicle.zones,
        breaks=tuple(b for b in vehicle.breaks if b.latest_min >= max(opens, problem.now_min)),
        clean=vehicle.disinfection_min,
        last_class=None if boarded else problem.params.merged(vehicle.last_class),
        fixed=problem.params.price_vehicle,
        anchor=opens if boarded else None,
        is_running=run is not None,
    )
