"""Where one leg fits best: every pair of positions, cheap tests first, the exact schedule last.

Best-insertion for dial-a-ride goes back to Jaw, Odoni, Psaraftis & Wilson (1986, Transportation Research B
20:243-257); rejecting on window, load and ride slack before the exact test follows Braekers, Caris & Janssens
(2014, Transportation Research B 67:166-186) and Gschwind & Drexl (2019, Transportation Science 53:480-491). The bounds
of each stop (`schedule.latest`) leave so few illegal positions
that the search tries the schedule only of what it puts in.
"""

from __future__ import annotations

from typing import Any

from matching.arrays import PICKUP, RESOURCES, STAY, UNBOUND, Net, Routes, Scratch

from .jit import inner, kernel
from .schedule import TINY, lay_out, refresh, settle


@inner
def is_allowed(net: Net, vehicle: int, leg: int) -> bool:
    """Tell whether a vehicle may carry a leg at all: a person's choice, zone, skills, room."""
    if net.leg_vehicle[leg] >= 0 and net.leg_vehicle[leg] != vehicle:
        return False
    if net.leg_zone[leg] & net.veh_zones[vehicle] != net.leg_zone[leg]:
        return False
    if net.leg_skills[leg] & net.veh_skills[vehicle] != net.leg_skills[leg]:
        return False
    for resource in range(RESOURCES):
        if net.leg_load[leg * RESOURCES + resource] > net.veh_room[vehicle * RESOURCES + resource]:
            return False
    return True


@inner
def has_room(net: Net, routes: Routes, vehicle: int, at: int, leg: int) -> bool:
    """Tell whether a leg fits beside those aboard after position `at`."""
    for resource in range(RESOURCES):
        load = routes.load[at * RESOURCES + resource] + net.leg_load[leg * RESOURCES + resource]
        if load > net.veh_room[vehicle * RESOURCES + resource]:
            return False
    return True


@inner
def write_with(net: Net, routes: Routes, vehicle: int, leg: int, i: int, j: int, out: Any) -> int:
    """Write the route with the pick-up after position i and the drop-off after position j; return its size."""
    base, size = vehicle * net.width, routes.size[vehicle]
    k = 0
    for at in range(size):
        out[k] = routes.seq[base + at]
        k += 1
        if at == i:
            out[k] = 2 * leg
            k += 1
        if at == j:
            out[k] = 2 * leg + 1
            k += 1
    return k


@inner
def fits(net: Net, routes: Routes, room: Scratch, vehicle: int, leg: int, i: int, j: int) -> bool:
    """Test the exact schedule of the route with the leg put in.

    Where no detour is shorter than the direct way, no stop can begin earlier than without the leg: start from there.
    """
    size = write_with(net, routes, vehicle, leg, i, j, room.seq)
    limits = lay_out(net, vehicle, room.seq, 0, size, room)
    at = vehicle * net.width
    for k in range(size):
        if k == i + 1 or k == j + 2 or net.is_metric == 0:
            room.begin[k] = net.node_open[room.seq[k]]
        else:
            room.begin[k] = routes.early[at]
        if k != i + 1 and k != j + 2:
            at += 1
    return settle(net, vehicle, room.seq, 0, size, room, limits, net.wait_aboard)


@inner
def closes_in_time(net: Net, routes: Routes, at: int, begin: float, place: int, leg: int) -> bool:
    """Tell whether the route can go on in time after dropping `leg` off before position `at`."""
    node = routes.seq[at]
    if net.node_kind[node] == STAY:
        return True
    minutes = net.node_service[2 * leg + 1] + net.time[place * net.n_locations + net.node_loc[node]]
    return bool(begin + minutes <= routes.late[at] + TINY)


@inner
def first_in_time(routes: Routes, base: int, low: int, size: int, leave: float) -> int:
    """Return the first position whose next stop may still begin after `leave`, by halving: `late` never falls."""
    high = size - 1
    while low < high:
        middle = (low + high) // 2
        if routes.late[base + middle + 1] < leave - TINY:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def best_apart(
    net: Net, routes: Routes, room: Scratch, vehicle: int, leg: int, i: int, begin: float, bound: float, is_exact: bool
) -> tuple[float, int]:
    """Return (price, j) of the cheapest drop-off after a later stop than the pick-up after i.

    J = −1 if there is none.
    """
    at, n = vehicle * net.width + i, net.n_locations
    up, down, service_up, service_down = (
        *(net.node_loc[2 * leg], net.node_loc[2 * leg + 1]),
        *(net.node_service[2 * leg], net.node_service[2 * leg + 1]),
    )
    group, limit, best, best_j = net.leg_group[leg], net.leg_limit[leg], bound, -1
    a, b = routes.place[at], routes.following[at]
    price_up = net.cost[a * n + up] + net.cost[up * n + b] - net.cost[a * n + b]
    if net.is_metric == 1 and price_up >= best:
        return best, best_j
    if net.time[a * n + up] + service_up + net.time[up * n + b] - net.time[a * n + b] > routes.slack[at] + TINY:
        return best, best_j
    latest = min(net.node_close[2 * leg], routes.late[at + 1] - service_up - net.time[up * n + b])
    close_down = min(net.node_close[2 * leg + 1], latest + service_up + limit)
    here, leave, path = up, service_up, 0.0 - service_up
    for j in range(i + 1, routes.size[vehicle] - 1):
        at = vehicle * net.width + j
        node = routes.seq[at]
        kind = net.node_kind[node]
        if kind == STAY or (kind == PICKUP and net.leg_group[node // 2] != group):
            break
        step = leave + net.time[here * n + routes.place[at]]
        earliest = routes.early[at] if net.is_metric == 1 else net.node_open[node]
        begin, path = max(earliest, begin + step), path + step
        if begin > routes.late[at] + TINY or path > limit + TINY or not has_room(net, routes, vehicle, at, leg):
            break
        here, leave, b = routes.place[at], net.node_service[node], routes.following[at]
        price = price_up + net.cost[here * n + down] + net.cost[down * n + b] - net.cost[here * n + b]
        step = leave + net.time[here * n + down]
        arrive = max(net.node_open[2 * leg + 1], begin + step)
        if price >= best or path + step > limit + TINY or arrive > close_down + TINY:
            continue
        detour = net.time[here * n + down] + service_down + net.time[down * n + b] - net.time[here * n + b]
        if detour > routes.slack[at] + TINY or not closes_in_time(net, routes, at + 1, arrive, down, leg):
            continue
        if not is_exact or fits(net, routes, room, vehicle, leg, i, j):
            best, best_j = price, j
    return best, best_j


@kernel
def best_in_route(
    net: Net, routes: Routes, room: Scratch, vehicle: int, leg: int, bound: float, is_exact: bool
) -> tuple[float, int, int]:
    """Return (price, i, j) of the cheapest legal insertion below `bound`; i = −1 if there is none.

    Without `is_exact` the schedule is not tried, only the bounds of each stop: nearly always that comes to the same,
    and who puts the leg in finds out.
    """
    base, size, n = vehicle * net.width, routes.size[vehicle], net.n_locations
    up, down = net.node_loc[2 * leg], net.node_loc[2 * leg + 1]
    service_up, service_down = net.node_service[2 * leg], net.node_service[2 * leg + 1]
    close_up, close_down, open_down = net.node_close[2 * leg], net.node_close[2 * leg + 1], net.node_open[2 * leg + 1]
    direct, ride_price, group = net.time[up * n + down], net.cost[up * n + down], net.leg_group[leg]
    best, best_i, best_j = bound, -1, -1
    if size + 2 > net.width:
        return best, best_i, best_j
    leave_up = net.node_open[2 * leg] + service_up
    for i in range(first_in_time(routes, base, routes.first[vehicle], size, leave_up), size - 1):
        at = base + i
        if routes.early[at] > close_up + TINY:
            break
        if routes.group[at] >= 0 and routes.group[at] != group:
            continue
        a, b = routes.place[at], routes.following[at]
        begin = max(net.node_open[2 * leg], routes.early[at] + net.node_service[routes.seq[at]] + net.time[a * n + up])
        if begin > close_up + TINY or not has_room(net, routes, vehicle, at, leg):
            continue
        price = net.cost[a * n + up] + ride_price + net.cost[down * n + b] - net.cost[a * n + b]
        arrive = max(open_down, begin + service_up + direct)
        if price < best and arrive <= close_down + TINY and closes_in_time(net, routes, at + 1, arrive, down, leg):
            detour = net.time[a * n + up] + service_up + direct + service_down + net.time[down * n + b]
            is_short = detour - net.time[a * n + b] <= routes.slack[at] + TINY
            if is_short and (not is_exact or fits(net, routes, room, vehicle, leg, i, i)):
                best, best_i, best_j = price, i, i
        price, j = best_apart(net, routes, room, vehicle, leg, i, begin, best, is_exact)
        if j >= 0:
            best, best_i, best_j = price, i, j
    return best, best_i, best_j


@kernel
def best_vehicle(
    net: Net, routes: Routes, room: Scratch, vehicles: Any, leg: int, seen_empty: Any
) -> tuple[float, int, int, int]:
    """Return (price, vehicle, i, j) over `vehicles`; one empty vehicle per kind is tried."""
    best, chosen, best_i, best_j = UNBOUND, -1, -1, -1
    partner = net.leg_partner[leg]
    for kind in range(len(seen_empty)):
        seen_empty[kind] = 0
    for vehicle in vehicles:
        if not is_allowed(net, vehicle, leg):
            continue
        extra = 0.0
        if routes.riders[vehicle] == 0:
            extra = net.veh_fixed[vehicle]
            if seen_empty[net.veh_kind[vehicle]] == 1:
                continue
            seen_empty[net.veh_kind[vehicle]] = 1
        if partner >= 0 and routes.on[partner] >= 0 and routes.on[partner] != vehicle:
            extra += net.price_split
        price, i, j = best_in_route(net, routes, room, vehicle, leg, best - extra, True)
        if i >= 0:
            best, chosen, best_i, best_j = price + extra, vehicle, i, j
    return best, chosen, best_i, best_j


@kernel
def put(net: Net, routes: Routes, room: Scratch, vehicle: int, leg: int, i: int, j: int) -> bool:
    """Insert a leg and refresh its route; tell whether the route has a schedule."""
    size = write_with(net, routes, vehicle, leg, i, j, room.seq)
    for k in range(size):
        routes.seq[vehicle * net.width + k] = room.seq[k]
    routes.size[vehicle] = size
    return refresh(net, routes, room, vehicle)


@kernel
def take(net: Net, routes: Routes, room: Scratch, leg: int) -> None:
    """Remove a leg from its route and refresh it; nothing happens if it is on none."""
    vehicle = routes.on[leg]
    if vehicle < 0:
        return
    base, kept = vehicle * net.width, 0
    for k in range(routes.size[vehicle]):
        node = routes.seq[base + k]
        if node // 2 != leg:
            routes.seq[base + kept] = node
            kept += 1
    routes.size[vehicle] = kept
    routes.on[leg] = -1
    refresh(net, routes, room, vehicle)
