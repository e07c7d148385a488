"""Which routes are worth asking: those that pass near both ends of a leg at about its time.

The city is cut into up to 62 cells, so "which cells a route visits in an hour" is one integer. Restricting
insertion to routes near in space and time is what keeps construction close to linear in the size of the city
(compare the clustering phase of Jaw et al. 1986).
"""

from __future__ import annotations

from typing import Any

from matching.arrays import UNBOUND, Net, Routes, Scratch

from .insert import best_in_route, is_allowed
from .jit import kernel
from .repair import extra_price

BUCKET_MIN = 60.0
BUCKETS = 32


@kernel
def bucket_of(minute: float) -> int:
    """Return the hour a minute falls into, within the table."""
    return max(0, min(BUCKETS - 1, int(minute / BUCKET_MIN)))


@kernel
def note_visits(net: Net, routes: Routes, near: Any, vehicle: int) -> None:
    """Write down in which cells a route may be in which hour; between two stops it may still be at the first."""
    for bucket in range(BUCKETS):
        near.visits[vehicle * BUCKETS + bucket] = 0
    base, size = vehicle * net.width, routes.size[vehicle]
    for k in range(base, base + size):
        cell = 1 << near.cell[routes.place[k]]
        until = routes.late[k + 1] if k + 1 < base + size else routes.late[k]
        for bucket in range(bucket_of(routes.early[k]), bucket_of(until) + 1):
            near.visits[vehicle * BUCKETS + bucket] |= cell


@kernel
def passes_by(near: Any, vehicle: int, place: int, opens: float, closes: float) -> bool:
    """Tell whether a route visits a cell near a place within a window, an hour more at either end."""
    wanted = near.around[near.cell[place]]
    for bucket in range(bucket_of(opens - BUCKET_MIN), bucket_of(min(closes, opens + 240.0)) + 1):
        if near.visits[vehicle * BUCKETS + bucket] & wanted != 0:
            return True
    return False


@kernel
def best_nearby(net: Net, routes: Routes, room: Scratch, near: Any, leg: int) -> tuple[float, int, int, int]:
    """Return (price, vehicle, i, j) over the routes that pass by, and over one empty vehicle of each kind."""
    best, chosen, best_i, best_j = UNBOUND, -1, -1, -1
    up, down = 2 * leg, 2 * leg + 1
    last_kind = -1
    for at in range(len(near.order)):
        vehicle = near.order[at]
        if routes.riders[vehicle] == 0:
            if net.veh_kind[vehicle] == last_kind:
                continue
            last_kind = net.veh_kind[vehicle]
        elif not passes_by(near, vehicle, net.node_loc[up], net.node_open[up], net.node_close[up]) or not passes_by(
            near, vehicle, net.node_loc[down], net.node_open[down], net.node_close[down]
        ):
            continue
        if not is_allowed(net, vehicle, leg):
            continue
        extra = extra_price(net, routes, vehicle, leg)
        price, i, j = best_in_route(net, routes, room, vehicle, leg, best - extra)
        if i >= 0:
            best, chosen, best_i, best_j = price + extra, vehicle, i, j
    return best, chosen, best_i, best_j
