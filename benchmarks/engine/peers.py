"""The same instances by other solvers. Each runs in a child process: both hold the interpreter lock while solving.

OR-Tools keeps the ride limit as a linear constraint between the two time cumuls. VROOM has no ride limit, so its
routes are shown with the number of rides over it (a lower bound: best timing per route).
"""

from __future__ import annotations

import itertools
import json
import math
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from matching.darp import Instance
from matching.stn import StopRule, earliest_schedule

SCALE = 1000
UNSERVED = 10_000


def ortools(instance: Instance, seconds: float) -> dict[str, Any]:
    """Solve by OR-Tools: parallel cheapest insertion, then guided local search."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: PLC0415

    n, matrix = instance.requests, instance.matrix
    minutes = [[math.ceil(value * SCALE) for value in row] for row in matrix.tolist()]
    manager = pywrapcp.RoutingIndexManager(2 * n + 1, instance.vehicles, 0)
    routing = pywrapcp.RoutingModel(manager)
    service = [int(node[2] * SCALE) for node in instance.nodes]
    cost = routing.RegisterTransitCallback(lambda a, b: minutes[manager.IndexToNode(a)][manager.IndexToNode(b)])
    clock = routing.RegisterTransitCallback(
        lambda a, b: service[manager.IndexToNode(a)] + minutes[manager.IndexToNode(a)][manager.IndexToNode(b)]
    )
    load = routing.RegisterUnaryTransitCallback(lambda a: instance.nodes[manager.IndexToNode(a)][3])
    routing.SetArcCostEvaluatorOfAllVehicles(cost)
    horizon = int(max(node[5] for node in instance.nodes) * SCALE)
    routing.AddDimension(clock, horizon, horizon, False, "time")
    routing.AddDimension(load, 0, instance.capacity, True, "load")
    times, solver = routing.GetDimensionOrDie("time"), routing.solver()
    for number in range(1, 2 * n + 1):
        opens, closes = instance.nodes[number][4:]
        times.CumulVar(manager.NodeToIndex(number)).SetRange(math.ceil(opens * SCALE), math.floor(closes * SCALE))
    for vehicle in range(instance.vehicles):
        times.SetSpanUpperBoundForVehicle(int(instance.duration * SCALE), vehicle)
    for i in range(1, n + 1):
        up, down = manager.NodeToIndex(i), manager.NodeToIndex(i + n)
        routing.AddPickupAndDelivery(up, down)
        solver.Add(routing.VehicleVar(up) == routing.VehicleVar(down))
        limit = int(instance.ride_limit * SCALE) + service[i]
        solver.Add(times.CumulVar(down) - times.CumulVar(up) <= limit)
        routing.AddDisjunction([up], UNSERVED * SCALE // 2)
        routing.AddDisjunction([down], UNSERVED * SCALE // 2)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
    began = time.perf_counter()
    solution = routing.SolveWithParameters(parameters)
    routes = []
    for vehicle in range(instance.vehicles if solution else 0):
        index, nodes = routing.Start(vehicle), []
        while not routing.IsEnd(index):
            nodes.append(manager.IndexToNode(index))
            index = solution.Value(routing.NextVar(index))
        routes.append([*nodes, 0])
    return measured(instance, routes, time.perf_counter() - began)


def vroom(instance: Instance, seconds: float) -> dict[str, Any]:
    """Solve by VROOM at its deepest exploration; it stops by itself and ignores the ride limit."""
    import vroom as library  # noqa: PLC0415

    matrix = [[math.ceil(value * 100) for value in row] for row in instance.matrix.tolist()]
    opens, closes = instance.nodes[0][4:]
    window = [math.ceil(opens * 100), math.floor(closes * 100)]
    room = {"start_index": 0, "end_index": 0, "capacity": [instance.capacity], "time_window": window}
    document = {
        "vehicles": [{"id": vehicle, **room} for vehicle in range(instance.vehicles)],
        "shipments": [
            {
                "pickup": step(instance, i),
                "delivery": step(instance, i + instance.requests),
                "amount": [instance.nodes[i][3]],
            }
            for i in range(1, instance.requests + 1)
        ],
        "matrices": {"car": {"durations": matrix}},
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(document, file)
        file.flush()
        problem = library.Input.from_json(Path(file.name))
    began = time.perf_counter()
    answer = problem.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds)).to_dict()
    routes = [[step.get("location_index", 0) for step in route["steps"]] for route in answer["routes"]]
    return measured(instance, routes, time.perf_counter() - began)


def step(instance: Instance, number: int) -> dict[str, Any]:
    """Return one end of a ride in VROOM's words, in hundredths; windows cut by the ride limit, which helps it most."""
    n = instance.requests
    i = number if number <= n else number - n
    up, down, direct = instance.nodes[i], instance.nodes[i + n], float(instance.matrix[i, i + n])
    if number <= n:
        opens = max(up[4], down[4] - instance.ride_limit - up[2])
        closes = min(up[5], down[5] - direct - up[2])
    else:
        opens = max(down[4], up[4] + up[2] + direct)
        closes = min(down[5], up[5] + up[2] + instance.ride_limit)
    window = [math.ceil(opens * 100), math.floor(closes * 100)]
    service = int(instance.nodes[number][2] * 100)
    return {"id": number, "location_index": number, "service": service, "time_windows": [window]}


def nearest(instance: Instance, seconds: float) -> dict[str, Any]:
    """Dispatch as by telephone: in order of time, the free vehicle that can be there first, one ride at a time."""
    n, matrix = instance.requests, instance.matrix
    began = time.perf_counter()
    depot = instance.nodes[0]
    free = [(depot[4], 0)] * instance.vehicles
    routes: list[list[int]] = [[0] for _ in free]
    order = sorted(
        range(1, n + 1), key=lambda i: min(instance.nodes[i][5], instance.nodes[i + n][5] - matrix[i, i + n])
    )
    for i in order:
        best = None
        for vehicle, (minute, place) in enumerate(free):
            up, down = instance.nodes[i], instance.nodes[i + n]
            least = down[4] - instance.ride_limit - up[2]
            begin = max(up[4], least, minute + float(matrix[place, i]))
            arrive = max(down[4], begin + up[2] + float(matrix[i, i + n]))
            home = arrive + down[2] + float(matrix[i + n, 0])
            is_legal = begin <= up[5] and arrive <= down[5] and home <= depot[5]
            if is_legal and (best is None or begin < best[0]):
                best = (begin, vehicle, arrive + down[2])
        if best is not None:
            free[best[1]] = (best[2], i + n)
            routes[best[1]] += [i, i + n]
    return measured(instance, [[*route, 0] for route in routes], time.perf_counter() - began)


def measured(instance: Instance, routes: list[list[int]], seconds: float) -> dict[str, Any]:
    """Measure routes of any origin: cost from the matrix, served, rides over the limit at best timing."""
    n, matrix = instance.requests, instance.matrix
    cost = sum(float(matrix[a, b]) for route in routes for a, b in itertools.pairwise(route))
    served = sum(1 for route in routes for node in route if 1 <= node <= n)
    over = sum(over_limit(instance, route) for route in routes)
    return {"cost": cost, "served": served, "over_limit": over, "seconds": seconds}


def over_limit(instance: Instance, route: list[int]) -> int:
    """Return how many ride limits must be dropped before the route has a schedule (greedily, so a close estimate)."""
    n, dropped = instance.requests, set()
    while True:
        at = {node: k for k, node in enumerate(route)}
        stops = []
        for k, node in enumerate(route):
            _, _, service, _, opens, closes = instance.nodes[node]
            driving = float(instance.matrix[route[k - 1], node]) if k else 0.0
            ride = (at[node - n], instance.ride_limit) if node > n and node not in dropped else None
            stops.append(StopRule(opens - 0.01, closes + 0.01, service, driving, ride))
        if earliest_schedule(stops, instance.duration + 0.05) is not None:
            return len(dropped)
        loose = [StopRule(s.opens, s.closes, s.service, s.driving) for s in stops]
        begins = earliest_schedule(loose)
        if begins is None:
            return len(dropped) + 1
        rides = {
            node: begins[k] - begins[at[node - n]] - instance.nodes[node - n][2]
            for k, node in enumerate(route)
            if node > n and node not in dropped
        }
        if not rides:
            return len(dropped)
        dropped.add(max(sorted(rides), key=lambda node: rides[node]))


PEERS = {"ortools": ortools, "vroom": vroom, "nearest": nearest}
