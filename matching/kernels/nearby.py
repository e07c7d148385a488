"""Which routes are worth asking: those that pass near both ends of a leg at about its time.

The city is cut into up to 62 cells, so "which cells a route visits in an hour" is one integer. Restricting
insertion to routes near in space and time is what keeps construction close to linear in the size of the city
(compare the clustering phase of Jaw et al. 1986).
"""

from __future__ import annotations

from typing import Any

from matching.arrays import UNBOUND, Net, Routes, Scratch

from .insert import best_in_route, is_allowed
from .jit import inner, kernel
from .repair import extra_price

BUCKET_MIN = 60.0
BUCKETS = 32


@inner
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


@inner
def passes_by(near: Any, vehicle: int, place: int, opens: float, closes: float) -> bool:
    """Tell whether a route visits a cell near a place within a window, an hour more at either end."""
    wanted = near.around[near.cell[place]]
    for bucket in range(bucket_of(opens - BUCKET_MIN), bucket_of(min(closes, opens + 240.0)) + 1):
        if near.visits[vehicle * BUCKETS + bucket] & wanted != 0:
            return True
    return False


@inner
def is_near(net: Net, near: Any, vehicle: int, leg: int) -> bool:
    """Tell whether a route passes by both ends of a leg at about its time."""
    up, down = 2 * leg, 2 * leg + 1
    return passes_by(near, vehicle, net.node_loc[up], net.node_open[up], net.node_close[up]) and passes_by(
        near, vehicle, net.node_loc[down], net.node_open[down], net.node_close[down]
    )


@kernel
def best_nearby(net: Net, routes: Routes, room: Scratch, near: Any, leg: int) -> tuple[float, int, int, int]:
    """Return (price, vehicle, i, j) over the routes that pass by, and over one empty vehicle of each kind."""
    best, chosen, best_i, best_j = UNBOUND, -1, -1, -1
    last_kind = -1
    for at in range(len(near.order)):
        vehicle = near.order[at]
        if routes.riders[vehicle] == 0:
            if net.veh_kind[vehicle] == last_kind:
                continue
            last_kind = net.veh_kind[vehicle]
        elif not is_near(net, near, vehicle, leg):
            continue
        if not is_allowed(net, vehicle, leg):
            continue
        extra = extra_price(net, routes, vehicle, leg)
        price, i, j = best_in_route(net, routes, room, vehicle, leg, best - extra, True)
        if i >= 0:
            best, chosen, best_i, best_j = price + extra, vehicle, i, j
    return best, chosen, best_i, best_j


@kernel
def price_legs(net: Net, routes: Routes, room: Scratch, near: Any, offers: Any, low: int, high: int) -> None:
    """Fill the offers `low` to `high` with the best insertion of each leg; nothing else is written."""
    for k in range(low, high):
        price, vehicle, i, j = best_nearby(net, routes, room, near, offers.leg[k])
        offers.price[k], offers.vehicle[k], offers.at_i[k], offers.at_j[k] = price, vehicle, i, j


@kernel
def take_offer(
    net: Net, routes: Routes, room: Scratch, near: Any, offers: Any, k: int, changed: int
) -> tuple[float, int, int, int]:
    """Return the best insertion of the k-th leg now that the first `changed` vehicles of the list have changed.

    The offer still stands for all others: with the other trip of the patient placed meanwhile, each of them costs the
    same more. Only if the offer is in a changed vehicle all are asked again.
    """
    leg, chosen = offers.leg[k], offers.vehicle[k]
    for at in range(changed):
        if offers.changed[at] == chosen:
            return best_nearby(net, routes, room, near, leg)
    best, best_i, best_j = offers.price[k], offers.at_i[k], offers.at_j[k]
    partner = net.leg_partner[leg]
    if chosen >= 0 and partner >= 0 and routes.on[partner] >= 0 and routes.on[partner] != chosen:
        best += net.price_split
    for at in range(changed):
        vehicle = offers.changed[at]
        if not is_allowed(net, vehicle, leg) or not is_near(net, near, vehicle, leg):
            continue
        extra = extra_price(net, routes, vehicle, leg)
        price, i, j = best_in_route(net, routes, room, vehicle, leg, best - extra, True)
        if i >= 0:
            best, chosen, best_i, best_j = price + extra, vehicle, i, j
    return best, chosen, best_i, best_j
