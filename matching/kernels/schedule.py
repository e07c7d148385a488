"""When a route's stops happen: windows, ride limits, bounded waiting, driver hours.

The eight steps of Cordeau & Laporte (2003, Transportation Research B 37:579-594), in the form of a least fixpoint:
steps 1-2 push the begin times forward; steps 3-5 (leave the depot later) and 6-7 (pick up later so that the ride is
short enough) delay a stop only as far as a limit asks, then push forward again. Begin times only grow, so the first
schedule without a broken limit is the earliest one there is; Hunsaker & Savelsbergh (2002, Operations Research
Letters 30:169-173, corrected by Tang, Kong, Lau & Ip 2010, 38:405-407) treat waiting limits in the same way. How far a
stop may slip is the forward time slack of Savelsbergh (1992, ORSA Journal on Computing 4:146-154). A limit still
broken after as many rounds as there are
limits proves that no schedule exists (longest-path argument of Bellman and Ford; as difference constraints Firat &
Woeginger 2011, Operations Research Letters 39:32-35).
"""

from __future__ import annotations

from typing import Any

from matching.arrays import DROPOFF, PICKUP, RESOURCES, UNBOUND, Net, Routes, Scratch

from .jit import inner, kernel

TINY = 1e-7


@inner
def lay_out(net: Net, vehicle: int, seq: Any, base: int, size: int, room: Scratch) -> int:
    """Fill places, arc minutes and head counts of a sequence; return how many limits it has.

    An arc holds the service at its tail, the driving and, where an empty vehicle changes class, the disinfection.
    """
    place = net.node_loc[seq[base]]
    last, clean = net.veh_class[vehicle], net.veh_clean[vehicle]
    aboard, limits = 0, 1
    room.place[0] = place
    room.aboard[0] = 0
    for k in range(1, size):
        node = seq[base + k]
        to = net.node_loc[node]
        if to < 0:
            to = place
        minutes = net.node_service[seq[base + k - 1]] + net.time[place * net.n_locations + to]
        kind = net.node_kind[node]
        if kind == PICKUP:
            leg = node // 2
            if aboard == 0 and last >= 0 and last != net.leg_class[leg]:
                minutes += clean
            last, clean = net.leg_class[leg], net.leg_clean[leg]
            if clean < 0.0:
                clean = net.veh_clean[vehicle]
            aboard += 1
            room.where[leg] = k
        elif kind == DROPOFF:
            aboard -= 1
            limits += 1
        room.arc[k - 1] = minutes
        room.place[k] = to
        room.aboard[k] = aboard
        place = to
    return limits


@inner
def push_forward(net: Net, seq: Any, base: int, size: int, room: Scratch) -> bool:
    """Make each stop begin no earlier than the one before allows; False if a window closes first."""
    for k in range(1, size):
        begin = room.begin[k - 1] + room.arc[k - 1]
        if begin > room.begin[k]:
            room.begin[k] = begin
        if room.begin[k] > net.node_close[seq[base + k]] + TINY:
            return False
    return True


@inner
def delay_for_limits(net: Net, vehicle: int, seq: Any, base: int, size: int, room: Scratch, halt: float) -> bool:
    """Delay pick-ups, halts and the departure just enough for each limit; True if anything was delayed."""
    begin = room.begin
    delayed = False
    for k in range(size - 1, 0, -1):
        node = seq[base + k]
        if room.aboard[k - 1] > 0 and net.node_loc[node] >= 0:
            least = begin[k] - room.arc[k - 1] - halt
            if begin[k - 1] < least - TINY:
                begin[k - 1] = least
                delayed = True
        if net.node_kind[node] == DROPOFF:
            up = room.where[node // 2]
            least = begin[k] - net.leg_limit[node // 2] - net.node_service[node - 1]
            if begin[up] < least - TINY:
                begin[up] = least
                delayed = True
    if begin[0] < begin[size - 1] - net.veh_duty[vehicle] - TINY:
        begin[0] = begin[size - 1] - net.veh_duty[vehicle]
        delayed = True
    return delayed


@inner
def settle(net: Net, vehicle: int, seq: Any, base: int, size: int, room: Scratch, limits: int, halt: float) -> bool:
    """Raise `room.begin` to the least begin times that keep every rule, with halts of at most `halt` minutes.

    False if there are none.
    """
    for _ in range(2 * limits + size):
        if not push_forward(net, seq, base, size, room):
            return False
        if not delay_for_limits(net, vehicle, seq, base, size, room, halt):
            return True
    return False


@kernel
def schedule(net: Net, vehicle: int, seq: Any, base: int, size: int, room: Scratch) -> bool:
    """Find the earliest schedule of a sequence; False if there is none. Begin times stay in `room.begin`."""
    limits = lay_out(net, vehicle, seq, base, size, room)
    for k in range(size):
        room.begin[k] = net.node_open[seq[base + k]]
    return settle(net, vehicle, seq, base, size, room, limits, net.wait_aboard)


@inner
def pull_back(size: int, room: Scratch) -> None:
    """Make each stop begin no later than the one after allows."""
    for k in range(size - 2, -1, -1):
        room.begin[k] = min(room.begin[k], room.begin[k + 1] - room.arc[k])


@inner
def hasten_for_limits(net: Net, vehicle: int, seq: Any, base: int, size: int, room: Scratch) -> bool:
    """Bring drop-offs and the end forward just enough for each limit; True if anything was brought forward."""
    begin = room.begin
    hastened = False
    most = begin[0] + net.veh_duty[vehicle]
    if begin[size - 1] > most + TINY:
        begin[size - 1] = most
        hastened = True
    for k in range(1, size):
        node = seq[base + k]
        if net.node_kind[node] == DROPOFF:
            most = begin[room.where[node // 2]] + net.node_service[node - 1] + net.leg_limit[node // 2]
            if begin[k] > most + TINY:
                begin[k] = most
                hastened = True
    return hastened


@inner
def latest(net: Net, vehicle: int, seq: Any, base: int, size: int, room: Scratch, limits: int) -> None:
    """Lower `room.begin` to the latest begin times that keep windows, rides and hours; for a route that has a schedule.

    The schedules of a route are the solutions of difference constraints, so there is a latest as there is an earliest,
    and every schedule lies between the two.
    """
    for _ in range(2 * limits + size):
        pull_back(size, room)
        if not hasten_for_limits(net, vehicle, seq, base, size, room):
            return


@kernel
def refresh(net: Net, routes: Routes, room: Scratch, vehicle: int) -> bool:
    """Recompute everything derived from one route after it has changed; tell whether the route has a schedule."""
    base, size = vehicle * net.width, routes.size[vehicle]
    limits = lay_out(net, vehicle, routes.seq, base, size, room)
    _fill_loads(net, routes, room, vehicle)
    price, key = 0.0, net.veh_kind[vehicle] + 1
    following = room.place[size - 1]
    for k in range(size - 1, -1, -1):
        node = routes.seq[base + k]
        routes.following[base + k] = following
        routes.place[base + k] = room.place[k]
        if net.node_loc[node] >= 0:
            following = net.node_loc[node]
    for k in range(1, size):
        node = routes.seq[base + k]
        price += net.cost[room.place[k - 1] * net.n_locations + room.place[k]]
        word = node + 1 if node < 2 * len(net.leg_limit) else -net.node_kind[node]
        key = ((key ^ word) * 1099511628211) & 0x7FFFFFFFFFFFFFFF
    routes.key[vehicle] = key
    routes.price[vehicle] = price + (net.veh_fixed[vehicle] if routes.riders[vehicle] > 0 else 0.0)
    _fill_slack(net, routes, room, vehicle)
    return _fill_bounds(net, routes, room, vehicle, limits)


@inner
def _fill_bounds(net: Net, routes: Routes, room: Scratch, vehicle: int, limits: int) -> bool:
    """Fill the earliest and the latest begin of each stop; False if the route has no schedule.

    The bounds have to hold with one more leg too, so halts do not count: a stop on the way makes the halt shorter. And
    only where no detour is shorter than the direct way do ride limits bind as tightly with one more leg; elsewhere
    `early` looks at what comes before a stop alone, `late` at what comes after it.
    """
    base, size, is_metric = vehicle * net.width, routes.size[vehicle], net.is_metric == 1
    for k in range(size):
        room.begin[k] = net.node_open[routes.seq[base + k]]
    if is_metric:
        is_legal = settle(net, vehicle, routes.seq, base, size, room, limits, UNBOUND)
    else:
        is_legal = push_forward(net, routes.seq, base, size, room)
    for k in range(size):
        routes.early[base + k] = room.begin[k]
    if is_legal and (net.wait_aboard < UNBOUND or not is_metric):
        is_legal = settle(net, vehicle, routes.seq, base, size, room, limits, net.wait_aboard)
    for k in range(size):
        room.begin[k] = net.node_close[routes.seq[base + k]]
    if is_metric and is_legal:
        latest(net, vehicle, routes.seq, base, size, room, limits)
    else:
        pull_back(size, room)
    for k in range(size):
        routes.late[base + k] = room.begin[k]
    return is_legal


@inner
def _fill_loads(net: Net, routes: Routes, room: Scratch, vehicle: int) -> None:
    """Fill load, group and class aboard after each position."""
    base = vehicle * net.width
    group, last = -1, net.veh_class[vehicle]
    routes.riders[vehicle] = 0
    for resource in range(RESOURCES):
        room.room[resource] = 0
    for k in range(routes.size[vehicle]):
        node = routes.seq[base + k]
        kind = net.node_kind[node]
        if kind in (PICKUP, DROPOFF):
            leg = node // 2
            sign = 1 if kind == PICKUP else -1
            for resource in range(RESOURCES):
                room.room[resource] += sign * net.leg_load[leg * RESOURCES + resource]
            if kind == PICKUP:
                last = net.leg_class[leg]
                group = net.leg_group[leg]
                routes.on[leg] = vehicle
                routes.riders[vehicle] += 1
            elif room.aboard[k] == 0:
                group = -1
        for resource in range(RESOURCES):
            routes.load[(base + k) * RESOURCES + resource] = room.room[resource]
        routes.group[base + k] = group
        routes.last[base + k] = last


@inner
def _fill_slack(net: Net, routes: Routes, room: Scratch, vehicle: int) -> None:
    """Fill, per position, how far the driving of the patients then aboard may still grow."""
    base, size = vehicle * net.width, routes.size[vehicle]
    for k in range(size):
        routes.slack[base + k] = UNBOUND
    for k in range(1, size):
        node = routes.seq[base + k]
        if net.node_kind[node] == DROPOFF:
            up = room.where[node // 2]
            left = net.leg_limit[node // 2] + net.node_service[node - 1]
            for j in range(up, k):
                left -= room.arc[j]
            for j in range(up, k):
                routes.slack[base + j] = min(routes.slack[base + j], left)
