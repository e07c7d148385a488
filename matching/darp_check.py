"""Check a published instance's routes without any code of the search."""

from __future__ import annotations

import itertools
import math
from typing import Any

from matching.check_routes import Violation
from matching.darp import Instance
from matching.stn import StopRule, earliest_schedule

TOLERANCE = 1e-4


def check_result(instance: Instance, result: dict[str, Any]) -> list[Violation]:
    """Return every rule the routes break: pairing, order, load, times as stated, existence of a schedule, cost."""
    found: list[Violation] = []
    seen: list[int] = []
    cost = 0.0
    if len(result["routes"]) > instance.vehicles:
        found.append(Violation("too_many_routes", instance.name, len(result["routes"])))
    for number, route in enumerate(result["routes"]):
        nodes = [int(row[0]) for row in route]
        seen += nodes[1:-1]
        cost += sum(distance(instance, a, b) for a, b in itertools.pairwise(nodes))
        found += [Violation(code, f"{instance.name}/{number}") for code in _route(instance, nodes, route)]
    served = {node for node in seen if node <= instance.requests}
    if sorted(seen) != sorted([*served, *(node + instance.requests for node in served)]):
        found.append(Violation("served_once", instance.name))
    if len(served) + len(result["unserved"]) != instance.requests:
        found.append(Violation("unserved_listed", instance.name))
    if abs(cost - float(result["cost"])) > TOLERANCE:
        found.append(Violation("cost", instance.name, cost - float(result["cost"])))
    return found


def distance(instance: Instance, a: int, b: int) -> float:
    """Return the Euclidean distance of two nodes."""
    (x, y, *_), (u, v, *_) = instance.nodes[a], instance.nodes[b]
    return math.hypot(x - u, y - v)


def _route(instance: Instance, nodes: list[int], rows: list[list[float]]) -> list[str]:
    broken: list[str] = []
    n, load, at = instance.requests, 0, {}
    stops: list[StopRule] = []
    for k, node in enumerate(nodes):
        _, _, service, change, opens, closes = instance.nodes[node]
        load += change
        at[node] = k
        if load > instance.capacity or load < 0:
            broken.append("load")
        if node > n and node - n not in at:
            broken.append("order")
            return broken
        ride = (at[node - n], instance.ride_limit) if node > n else None
        driving = distance(instance, nodes[k - 1], node) if k else 0.0
        stops.append(StopRule(opens, closes, service, driving, ride))
        begin = rows[k][2]
        if not opens - TOLERANCE <= begin <= closes + TOLERANCE:
            broken.append("window")
        if k and begin < rows[k - 1][2] + stops[k - 1].service + driving - TOLERANCE:
            broken.append("too_fast")
        if ride and begin - rows[ride[0]][2] - stops[ride[0]].service > instance.ride_limit + TOLERANCE:
            broken.append("ride_limit")
    if rows[-1][2] - rows[0][2] > instance.duration + TOLERANCE:
        broken.append("duration")
    if (nodes[0], nodes[-1]) != (0, 0):
        broken.append("depot")
    if earliest_schedule(stops, instance.duration) is None:
        broken.append("no_schedule")
    return broken
