"""Published dial-a-ride instances: read both layouts, solve, write the routes so that anyone can check them.

Layouts: Cordeau (2006) with n and an end depot, and Cordeau & Laporte (2003) with 2n and one depot. Travel time and
cost are Euclidean distances; every request is one leg.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matching.arrays import UNBOUND
from matching.engines import Engine
from matching.errors import BadFile
from matching.legs import Leg, tighten
from matching.problem import Direction, Load
from matching.routing import Car, Prices, Routing
from matching.search import Budget, improve_routing
from matching.travel import Matrix

Node = tuple[float, float, float, int, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance; node rows are (x, y, service, load, open, close), 0 the depot, i + n the drop-off of i."""

    name: str
    vehicles: int
    requests: int
    duration: float
    capacity: int
    ride_limit: float
    nodes: tuple[Node, ...]

    @property
    def matrix(self) -> Matrix:
        """Distances between all nodes but the end depot, which stands where the start does."""
        points = np.array([node[:2] for node in self.nodes[: 2 * self.requests + 1]])
        distance: Matrix = np.hypot(points[:, None, 0] - points[None, :, 0], points[:, None, 1] - points[None, :, 1])
        return distance


def read(path: Path) -> Instance:
    """Read an instance file.

    Raises
    ------
    BadFile
        The number of node lines fits neither layout.
    """
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    try:
        vehicles, count = int(rows[0][0]), int(rows[0][1])
        duration, capacity, ride_limit = float(rows[0][2]), int(float(rows[0][3])), float(rows[0][4])
        nodes = tuple(
            (float(row[1]), float(row[2]), float(row[3]), int(float(row[4])), float(row[5]), float(row[6]))
            for row in rows[1:]
        )
    except (IndexError, ValueError) as error:
        raise BadFile(f"{path.name}: not a dial-a-ride instance ({error})") from error
    by_layout = {2 * count + 2: count, count + 1: count // 2, 2 * count + 1: count}
    if len(nodes) not in by_layout:
        raise BadFile(f"{path.name}: {len(nodes)} node lines fit neither layout")
    return Instance(
        name=path.stem,
        vehicles=vehicles,
        requests=by_layout[len(nodes)],
        duration=duration,
        capacity=capacity,
        ride_limit=ride_limit,
        nodes=nodes,
    )


def routing_of(instance: Instance, engine: Engine) -> Routing:
    """Pack an instance: one leg per request, identical cars."""
    n, matrix = instance.requests, instance.matrix
    legs = []
    for i in range(1, n + 1):
        up, down = instance.nodes[i], instance.nodes[i + n]
        leg = Leg(
            request=str(i),
            direction=Direction.OUTBOUND,
            origin=i,
            destination=i + n,
            pickup=up[4:],
            dropoff=down[4:],
            pickup_service=up[2],
            dropoff_service=down[2],
            ride_limit=instance.ride_limit,
            load=Load(seats=up[3]),
        )
        legs.append(tighten(leg, float(matrix[i, i + n])))
    depot = instance.nodes[0]
    car = Car(
        start=0, end=0, opens=depot[4], closes=depot[5], duty=instance.duration, room=Load(seats=instance.capacity)
    )
    prices = Prices(unserved=10_000.0, wait_aboard=UNBOUND)
    return Routing(legs, [car] * instance.vehicles, [-1] * n, (matrix, matrix), prices, engine)


def result_of(instance: Instance, routing: Routing) -> dict[str, Any]:
    """Return cost, unserved requests and routes as rows of [node, arrival, begin_service, departure, load]."""
    n, matrix = instance.requests, instance.matrix
    routes, cost = [], 0.0
    for car in range(instance.vehicles):
        nodes = routing.nodes(car)
        begins = routing.begins(car)
        assert begins is not None, "a route always has a schedule"
        rows: list[list[float]] = []
        load, before = 0, 0
        for k, (node, begin) in enumerate(zip(nodes, begins, strict=True)):
            number = 0 if node >= 2 * n else node // 2 + 1 + n * (node % 2)
            _, _, service, change, *_ = instance.nodes[number]
            arrival = rows[-1][3] + float(matrix[before, number]) if k else begin
            load += change
            cost += float(matrix[before, number])
            rows.append([number, arrival, begin, begin + service, load])
            before = number
        routes.append(rows)
    unserved = [r + 1 for r in range(n) if routing.car_of(r) < 0]
    return {"instance": instance.name, "cost": cost, "unserved": unserved, "routes": routes}


def solve_file(  # noqa: PLR0913 - a public entry, by name
    path: Path,
    *,
    seconds: float | None,
    iterations: int | None,
    seed: int,
    engine: Engine,
    threads: int = 2,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Any]:
    """Solve one instance file; `seconds` are told by `clock`."""
    instance = read(path)
    began = clock()
    routing = routing_of(instance, engine)
    order = sorted(range(instance.requests), key=lambda r: float(routing.net.node_close[2 * r]))
    engine.construct.place_pairs(
        routing.net, routing.routes, routing.room, routing.all_cars, routing.vector(order), routing.seen
    )
    done = 0
    if engine.is_compiled:
        waiting = [leg for leg in range(len(routing.legs)) if routing.car_of(leg) < 0]
        budget = Budget(iterations, seconds, clock, began)
        done = improve_routing(routing, seed=seed, budget=budget, threads=threads, waiting=waiting)
    result = result_of(instance, routing)
    return {**result, "seed": seed, "iterations": done, "seconds": clock() - began}
