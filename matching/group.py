"""A few routes cut out of the whole, searched by themselves, and written back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.arrays import RESOURCES, Net, Routes, Scratch, empty_routes, scratch
from matching.memory import Memory, remember
from matching.routing import Routing

OUTSIDE = 4.0
MOST_REMOVED = 14


@dataclass(slots=True)
class Group:
    """Some cars with the legs on them and some legs on no car, renumbered from 0.

    Threads may search different groups at once: nothing but the travel matrices is shared.
    """

    cars: list[int]
    legs: list[int]
    nodes: list[int]
    net: Net
    routes: Routes
    saved: Routes
    best: Routes
    room: Scratch
    memory: Memory
    best_price: float = 0.0
    pace: int = 200

    def search(self, kernels: Any, iterations: int, hot: float, cold: float) -> None:
        """Run the search for some iterations between two temperatures; releases the interpreter lock."""
        most = min(MOST_REMOVED, max(6, len(self.memory.free) // 2))
        span = np.array([iterations, hot, cold, most])
        self.best_price = kernels.search(
            self.net, self.routes, self.saved, self.best, self.room, self.memory, self.best_price, span
        )

    def restart(self, kernels: Any, source: Group) -> None:
        """Go on from the best routes of another group over the same cars."""
        for leg in range(len(self.legs)):
            self.routes.on[leg] = -1
        for car in range(len(self.cars)):
            for target in (self.routes, self.best):
                kernels.copy_route(self.net, source.best, target, car)
            at = car * self.net.width
            for node in source.best.seq[at : at + source.best.size[car]]:
                if node < 2 * len(self.legs):
                    self.routes.on[node // 2] = car
        self.best_price = source.best_price

    def write_back(self, routing: Routing) -> None:
        """Write the best routes found into the whole."""
        for leg in self.legs:
            routing.routes.on[leg] = -1
        for local, car in enumerate(self.cars):
            at = local * self.net.width
            routing.set_route(car, [self.nodes[node] for node in self.best.seq[at : at + self.best.size[local]]])


def cut_out(routing: Routing, cars: Sequence[int], waiting: Sequence[int], seed: int, bits: int) -> Group:
    """Copy some cars and some legs without a car into a group of their own."""
    whole, first = routing.net, routing.first_special
    cars = sorted(cars, key=lambda car: (int(whole.veh_kind[car]), car))
    rows = [routing.nodes(car) for car in cars]
    legs = sorted({node // 2 for row in rows for node in row if node < first} | set(waiting))
    nodes = [node for leg in legs for node in (2 * leg, 2 * leg + 1)]
    nodes += [node for row in rows for node in row if node >= first]
    net = _local_net(routing, cars, legs, nodes)
    routes, saved, best = (empty_routes(len(cars), len(legs), whole.width, False) for _ in range(3))
    room = scratch(len(legs), whole.width, False)
    local_of = {node: k for k, node in enumerate(nodes)}
    refresh = routing.engine.schedule.refresh
    for k, (car, row) in enumerate(zip(cars, rows, strict=True)):
        for target in (routes, best):
            target.seq[k * whole.width : k * whole.width + len(row)] = [local_of[node] for node in row]
            target.size[k], target.first[k] = len(row), whole_first(routing, car)
            refresh(net, target, room, k)
        saved.first[k] = routes.first[k]
    free = [k for k in range(len(legs)) if net.leg_vehicle[k] == -1]
    memory = remember(net, free, seed, len(legs), bits)
    group = Group(list(cars), legs, nodes, net, routes, saved, best, room, memory)
    kernels = routing.engine.search
    kernels.count_out(routes, memory)
    group.best_price = kernels.total_price(net, routes, memory)
    return group


def split_cars(routing: Routing, random: np.random.Generator, most: int = 24) -> list[list[int]]:
    """Halve the cars in use along random directions until no part has more than `most`; spread some empty ones.

    The direction is given by two random places a and b: a route's key is the mean of (minutes from a - minutes from b).
    """
    riders = np.asarray(routing.routes.riders[: len(routing.cars)])
    used = np.flatnonzero(riders)
    stops = {int(car): _places(routing, int(car)) for car in used}
    parts, done = [used], []
    while parts:
        part = parts.pop()
        if len(part) <= most:
            done.append(part)
            continue
        a, b = random.integers(len(routing.time), size=2)
        key = np.array([(routing.time[a, stops[int(car)]] - routing.time[b, stops[int(car)]]).mean() for car in part])
        part = part[np.argsort(key, kind="stable")]
        parts += [part[: len(part) // 2], part[len(part) // 2 :]]
    empty = random.permutation(np.flatnonzero(riders == 0))
    spare = max(1, min(4, len(empty) // max(1, len(done))))
    return [
        [int(car) for car in (*part, *empty[k * spare : (k + 1) * spare])] for k, part in enumerate(done) if len(part)
    ]


def _places(routing: Routing, car: int) -> Any:
    at = car * routing.width
    return np.asarray(routing.routes.place[at : at + routing.routes.size[car]])


def whole_first(routing: Routing, car: int) -> int:
    """Return the first position of a car that may change."""
    return int(routing.routes.first[car])


def _local_net(routing: Routing, cars: Sequence[int], legs: Sequence[int], nodes: Sequence[int]) -> Net:
    whole = routing.net
    at_node, at_leg, at_car = (np.array(list(v), np.int64) for v in (nodes, legs, cars))
    at_load = (at_leg[:, None] * RESOURCES + np.arange(RESOURCES)).ravel()
    at_room = (at_car[:, None] * RESOURCES + np.arange(RESOURCES)).ravel()
    leg_of = {leg: k for k, leg in enumerate(legs)}
    car_of = {car: k for k, car in enumerate(cars)}
    partners = [leg_of.get(int(p), -1) for p in whole.leg_partner[at_leg]]
    has_outside = [int(p) >= 0 and int(p) not in leg_of for p in whole.leg_partner[at_leg]]
    kinds: dict[int, int] = {}
    fields = {name: getattr(whole, name) for name in Net._fields}
    for name, value in fields.items():
        if not isinstance(value, np.ndarray) or name in ("time", "cost"):
            continue
        index = at_node if name.startswith("node_") else at_car if name.startswith("veh_") else at_leg
        index = at_load if name == "leg_load" else at_room if name == "veh_room" else index
        fields[name] = value[index]
    fields["leg_partner"] = np.array(partners, np.int32)
    fields["leg_vehicle"] = np.array([_local(int(v), car_of) for v in whole.leg_vehicle[at_leg]], np.int32)
    fields["leg_price"] = fields["leg_price"] * np.where(has_outside, OUTSIDE, 1.0)
    fields["veh_kind"] = np.array([kinds.setdefault(int(k), len(kinds)) for k in fields["veh_kind"]], np.int32)
    return Net(**fields)


def _local(vehicle: int, car_of: dict[int, int]) -> int:
    """Return −1 for a leg free to move, −2 for one bound to a car outside the group."""
    return vehicle if vehicle < 0 else car_of.get(vehicle, -2)
