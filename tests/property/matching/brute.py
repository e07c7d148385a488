"""Answers by trying everything, with the temporal network of the checker and no code of the search."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from matching.arrays import DROPOFF, PICKUP, STAY
from matching.board import Board
from matching.routing import Routing
from matching.stn import StopRule, earliest_schedule

ALL_RULES = frozenset({"duty", "room", "class", "own_ride", "others_ride"})


def exists(board: Board, car: int, leg: int, rules: Collection[str] = ALL_RULES) -> bool:
    """Tell whether a leg fits anywhere into a car's route if only windows, halts and the named rules counted."""
    routing = board.routing
    nodes, first = routing.nodes(car), int(routing.routes.first[car])
    duty = float(routing.net.veh_duty[car]) if "duty" in rules else None
    return any(
        is_carried(routing, car, trial, rules)
        and earliest_schedule(rules_of(routing, car, trial, leg, rules), duty) is not None
        for trial in trials(nodes, leg, first)
    )


def trials(nodes: list[int], leg: int, first: int = 0) -> Iterator[list[int]]:
    """Yield a route with a leg at every pair of positions."""
    for i in range(first, len(nodes) - 1):
        for j in range(i, len(nodes) - 1):
            yield [*nodes[: i + 1], 2 * leg, *nodes[i + 1 : j + 1], 2 * leg + 1, *nodes[j + 1 :]]


def is_carried(routing: Routing, car: int, nodes: list[int], rules: Collection[str] = ALL_RULES) -> bool:
    """Tell whether everybody has room, nobody meets another group, and breaks are taken with nobody aboard."""
    aboard: list[int] = []
    for node in nodes:
        kind = routing.net.node_kind[node]
        if kind == PICKUP:
            aboard.append(node // 2)
        elif kind == DROPOFF:
            aboard.remove(node // 2)
        elif kind == STAY and aboard and routing.cars[car].anchor is None:
            return False
        loads = [routing.legs[leg].load for leg in aboard]
        if "room" in rules and any(
            sum(amounts) > room for amounts, room in zip(zip(*loads, strict=True), routing.cars[car].room, strict=False)
        ):
            return False
        if "class" in rules and len({routing.legs[leg].group for leg in aboard}) > 1:
            return False
    return True


def rules_of(
    routing: Routing, car: int, nodes: list[int], own: int = -1, rules: Collection[str] = ALL_RULES
) -> list[StopRule]:
    """Write a route as windows, driving, halts and rides, from the problem's own data; `own` is the leg asked about."""
    net, found = routing.net, []
    at: dict[int, int] = {}
    place, last, aboard = routing.cars[car].start, routing.cars[car].last_class, 0
    clean = routing.cars[car].clean
    for k, node in enumerate(nodes):
        kind = net.node_kind[node]
        to = place if net.node_loc[node] < 0 else int(net.node_loc[node])
        driving = float(routing.time[place, to])
        wait = routing.prices.wait_aboard if aboard and k and net.node_loc[node] >= 0 else None
        ride = None
        if kind == PICKUP:
            leg = routing.legs[node // 2]
            if "class" in rules and not aboard and last not in (None, leg.ride_class):
                driving += clean
            last, aboard, at[node // 2] = leg.ride_class, aboard + 1, k
            clean = routing.cars[car].clean if leg.turn_min is None else leg.turn_min
        elif kind == DROPOFF:
            aboard -= 1
            if ("own_ride" if node // 2 == own else "others_ride") in rules:
                ride = (at[node // 2], float(net.leg_limit[node // 2]))
        service = float(net.node_service[node])
        found.append(StopRule(float(net.node_open[node]), float(net.node_close[node]), service, driving, ride, wait))
        place = to
    return found
