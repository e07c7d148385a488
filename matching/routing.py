"""The routes of a fleet while they are being made: legs and cars packed into arrays, and the moves on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.arrays import (
    DROPOFF,
    END,
    OWN_CLEAN,
    PICKUP,
    RESOURCES,
    START,
    STAY,
    UNBOUND,
    Net,
    Routes,
    Scratch,
    empty_routes,
    scratch,
    to_lists,
)
from matching.engines import Engine
from matching.legs import Leg
from matching.nearby import LookAhead, Nearby, make_nearby
from matching.problem import ONE_SEAT, Break, Load
from matching.travel import Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """A vehicle as the routing sees it; times in minutes, `start` and `end` rows of the travel matrix."""

    start: int
    end: int
    opens: float
    closes: float
    duty: float = UNBOUND
    room: Load = ONE_SEAT
    skills: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    breaks: tuple[Break, ...] = ()
    clean: float = 0.0
    last_class: str | None = None
    fixed: float = 0.0
    anchor: float | None = None
    is_running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the search minimises, in minutes of driving."""

    split: float = 0.0
    unserved: float = 1000.0
    wait_aboard: float = UNBOUND
    is_metric: bool = True


MANY_CARS = 400


class Numbering:
    """Small integers for words, in order of first use."""

    def __init__(self) -> None:
        self.number: dict[object, int] = {}

    def __call__(self, word: object) -> int:
        """Return the number of a word."""
        return self.number.setdefault(word, len(self.number))

    def mask(self, words: frozenset[str]) -> int:
        """Return a bit for each word."""
        return sum(1 << self(word) for word in sorted(words))


class Routing:
    """Legs, cars and their routes; each method is one move.

    Parameters
    ----------
    legs, cars : the trips and vehicles.
    partners : for each leg the other leg of the same patient, −1 for none.
    time, cost : square matrices in minutes and in the price unit.
    """

    def __init__(  # noqa: PLR0913 - a public entry, by name
        self,
        legs: Sequence[Leg],
        cars: Sequence[Car],
        partners: Sequence[int],
        matrices: tuple[Matrix, Matrix],
        prices: Prices,
        engine: Engine,
        width: int | None = None,
    ) -> None:
        self.legs, self.cars, self.engine, self.prices = list(legs), list(cars), engine, prices
        self.classes, self.groups, self.zones, self.skills = Numbering(), Numbering(), Numbering(), Numbering()
        self.time, self.cost = matrices
        breaks = max((len(car.breaks) for car in cars), default=0)
        self.width = width or min(2 * len(legs) + breaks + 4, 160)
        self.first_special = 2 * len(legs)
        self.base: list[list[int]] = []
        net = self._net(partners)
        as_lists = not engine.is_compiled
        self.net = Net(*to_lists(net)) if as_lists else net
        self.routes: Routes = empty_routes(len(cars), len(legs), self.width, as_lists)
        self.room: Scratch = scratch(len(legs), self.width, as_lists)
        self.seen = self._vector([0] * (max(self.net.veh_kind, default=0) + 1))
        self.all_cars = self._vector(range(len(cars)))
        self.near: Nearby | None = None
        self.ahead: LookAhead | None = None
        if engine.is_compiled and len(cars) > MANY_CARS:
            self.near = make_nearby(self.net)
        for car, nodes in enumerate(self.base):
            self.set_route(car, nodes)

    def _vector(self, values: Any) -> Any:
        return np.array(list(values), np.int32) if self.engine.is_compiled else list(values)

    def vector(self, values: Any) -> Any:
        """Return integers in the form the kernels in use want."""
        return self._vector(values)

    def set_route(self, car: int, nodes: Sequence[int], first: int | None = None) -> None:
        """Write a route as it is, without any test."""
        at = car * self.width
        for k, node in enumerate(nodes):
            self.routes.seq[at + k] = node
        self.routes.size[car] = len(nodes)
        if first is not None:
            self.routes.first[car] = first
        self.engine.schedule.refresh(self.net, self.routes, self.room, car)
        self._note(car)

    def _note(self, car: int) -> None:
        if self.near is not None and car >= 0:
            self.engine.nearby.note_visits(self.net, self.routes, self.near, car)
        if self.ahead is not None and car >= 0:
            self.ahead.note(car)

    def nodes(self, car: int) -> list[int]:
        """Return the nodes of a route in order."""
        at = car * self.width
        return [int(node) for node in self.routes.seq[at : at + self.routes.size[car]]]

    def begins(self, car: int) -> list[float] | None:
        """Return the earliest begin times of a route, None if no schedule exists."""
        size = self.routes.size[car]
        at = car * self.width
        if not self.engine.schedule.schedule(self.net, car, self.routes.seq, at, size, self.room):
            return None
        return [float(t) for t in self.room.begin[:size]]

    def best(self, leg: int, cars: Any = None) -> tuple[float, int, int, int]:
        """Return (price, car, i, j) of the cheapest insertion; car −1 if none."""
        found = self.engine.insert.best_vehicle(
            self.net, self.routes, self.room, self.all_cars if cars is None else cars, leg, self.seen
        )
        return float(found[0]), int(found[1]), int(found[2]), int(found[3])

    def best_in(self, car: int, leg: int) -> tuple[float, int, int]:
        """Return (price, i, j) of the cheapest insertion into one route; i −1 if none."""
        found = self.engine.insert.best_in_route(self.net, self.routes, self.room, car, leg, UNBOUND, True)
        return float(found[0]), int(found[1]), int(found[2])

    def best_nearby(self, leg: int) -> tuple[float, int, int, int]:
        """Return the cheapest insertion among the cars that pass by, else among all; for large fleets."""
        if self.near is None:
            return self.best(leg)
        found = self.ahead.best(leg) if self.ahead is not None else None
        if found is None:
            found = self.engine.nearby.best_nearby(self.net, self.routes, self.room, self.near, leg)
        return (float(found[0]), int(found[1]), int(found[2]), int(found[3])) if found[1] >= 0 else self.best(leg)

    @contextmanager
    def looking_ahead(self, threads: int) -> Iterator[LookAhead | None]:
        """Price legs ahead on all threads while many are put in; None where the fleet is too small to gain by it."""
        if self.near is not None:
            self.ahead = LookAhead(self.engine.nearby, self.net, self.routes, self.near, threads)
        try:
            yield self.ahead
        finally:
            if self.ahead is not None:
                self.ahead.pool.shutdown()
            self.ahead = None

    def put(self, leg: int, car: int, i: int, j: int) -> None:
        """Insert a leg."""
        self.engine.insert.put(self.net, self.routes, self.room, car, leg, i, j)
        self._note(car)

    def take(self, leg: int) -> None:
        """Remove a leg."""
        car = self.car_of(leg)
        self.engine.insert.take(self.net, self.routes, self.room, leg)
        self._note(car)

    def car_of(self, leg: int) -> int:
        """Return the car a leg is on, −1 for none."""
        return int(self.routes.on[leg])

    def price(self) -> float:
        """Return the price of all routes, without the unserved."""
        return float(sum(self.routes.price[: len(self.cars)]))

    def aim(self, number: int, leg: Leg) -> None:
        """Give an unplaced leg other windows, ends or limits."""
        if self.ahead is not None and number in self.ahead.row:
            if leg == self.legs[number]:
                return
            self.ahead.forget(number)
        self.legs[number] = leg
        self._write_leg(self.net, number, leg)

    def _write_leg(self, net: Net, r: int, leg: Leg) -> None:
        up, down = 2 * r, 2 * r + 1
        net.node_loc[up], net.node_loc[down] = leg.origin, leg.destination
        net.node_open[up], net.node_close[up] = leg.pickup
        net.node_open[down], net.node_close[down] = leg.dropoff
        net.node_service[up], net.node_service[down] = leg.pickup_service, leg.dropoff_service
        net.node_kind[up], net.node_kind[down] = PICKUP, DROPOFF
        net.leg_limit[r], net.leg_vehicle[r] = leg.ride_limit, leg.vehicle
        net.leg_group[r], net.leg_class[r] = self.groups(leg.group), self.classes(leg.ride_class)
        net.leg_clean[r] = OWN_CLEAN if leg.turn_min is None else leg.turn_min
        net.leg_skills[r], net.leg_zone[r] = self.skills.mask(leg.skills), 1 << self.zones(leg.zone)
        for k, amount in enumerate(leg.load):
            net.leg_load[r * RESOURCES + k] = amount

    def _net(self, partners: Sequence[int]) -> Net:
        n, m = len(self.legs), len(self.cars)
        specials = sum(3 + len(car.breaks) for car in self.cars)
        nodes = 2 * n + specials
        whole, real = np.int32, np.float64
        net = Net(
            *(np.zeros(nodes, whole), np.zeros(nodes, real), np.zeros(nodes, real), np.zeros(nodes, real)),
            node_kind=np.full(nodes, STAY, whole),
            leg_load=np.zeros(n * RESOURCES, whole),
            leg_group=np.zeros(n, whole),
            leg_class=np.zeros(n, whole),
            leg_clean=np.full(n, OWN_CLEAN, real),
            leg_limit=np.zeros(n, real),
            leg_skills=np.zeros(n, np.int64),
            leg_zone=np.zeros(n, np.int64),
            leg_vehicle=np.full(n, -1, whole),
            leg_partner=np.array(list(partners), whole),
            leg_price=np.full(n, self.prices.unserved, real),
            veh_room=np.zeros(m * RESOURCES, whole),
            veh_skills=np.zeros(m, np.int64),
            veh_zones=np.zeros(m, np.int64),
            veh_duty=np.array([car.duty for car in self.cars], real),
            veh_fixed=np.array([car.fixed for car in self.cars], real),
            veh_clean=np.array([car.clean for car in self.cars], real),
            veh_class=np.array([self._class0(car) for car in self.cars], whole),
            veh_kind=np.zeros(m, whole),
            time=np.ascontiguousarray(self.time, real).ravel(),
            cost=np.ascontiguousarray(self.cost, real).ravel(),
            n_locations=len(self.time),
            width=self.width,
            is_metric=int(self.prices.is_metric),
            wait_aboard=self.prices.wait_aboard,
            price_split=self.prices.split,
        )
        for r, leg in enumerate(self.legs):
            self._write_leg(net, r, leg)
        kinds = Numbering()
        node = self.first_special
        for v, car in enumerate(self.cars):
            node = self._pack_car(net, v, car, node)
            net.veh_kind[v] = kinds((v, car) if car.is_running else car)
        return net

    def _class0(self, car: Car) -> int:
        return -1 if car.last_class is None else self.classes(car.last_class)

    def _pack_car(self, net: Net, v: int, car: Car, node: int) -> int:
        for k, amount in enumerate(car.room):
            net.veh_room[v * RESOURCES + k] = amount
        net.veh_skills[v] = self.skills.mask(car.skills)
        net.veh_zones[v] = self.zones.mask(car.zones) if car.zones else (1 << 62) - 1
        rows = [(START, car.start, car.opens, car.closes, 0.0)]
        if car.anchor is not None:
            rows.append((STAY, -1, car.anchor, UNBOUND, 0.0))
        rows += [(STAY, -1, b.earliest_min, b.latest_min, b.duration_min) for b in car.breaks]
        rows.append((END, car.end, car.opens, car.closes, 0.0))
        self.base.append(list(range(node, node + len(rows))))
        for kind, place, opens, closes, service in rows:
            net.node_kind[node], net.node_loc[node] = kind, place
            net.node_open[node], net.node_close[node], net.node_service[node] = opens, closes, service
            node += 1
        return node
