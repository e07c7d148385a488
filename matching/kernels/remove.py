"""Take legs out: at random, related to one another, dear ones, strings of neighbouring routes.

Related removal: Shaw (1998, CP-98); it and the worst, here `dear`: Ropke & Pisinger (2006, Transportation Science
40:455-472); strings on neighbouring
routes: Christiaens & Vanden Berghe (2020, Transportation Science 54:417-433).
"""

from __future__ import annotations

from typing import Any

from matching.arrays import PICKUP, STAY, UNBOUND, Net, Routes, Scratch

from .chance import below, uniform
from .jit import inner, kernel
from .schedule import refresh, schedule


@kernel
def copy_route(net: Net, source: Routes, target: Routes, vehicle: int) -> None:
    """Copy one route with everything derived from it."""
    base = vehicle * net.width
    target.size[vehicle] = source.size[vehicle]
    target.price[vehicle] = source.price[vehicle]
    target.key[vehicle] = source.key[vehicle]
    target.riders[vehicle] = source.riders[vehicle]
    for k in range(base, base + source.size[vehicle]):
        target.seq[k] = source.seq[k]
        target.early[k] = source.early[k]
        target.late[k] = source.late[k]
        target.place[k] = source.place[k]
        target.following[k] = source.following[k]
        target.group[k] = source.group[k]
        target.last[k] = source.last[k]
        target.slack[k] = source.slack[k]
        target.load[4 * k] = source.load[4 * k]
        target.load[4 * k + 1] = source.load[4 * k + 1]
        target.load[4 * k + 2] = source.load[4 * k + 2]
        target.load[4 * k + 3] = source.load[4 * k + 3]


@inner
def touch(net: Net, routes: Routes, saved: Routes, memory: Any, vehicle: int) -> None:
    """Save a route before its first change in an iteration."""
    if memory.touched[vehicle] == 0:
        memory.touched[vehicle] = 1
        copy_route(net, routes, saved, vehicle)


@inner
def mark_out(routes: Routes, memory: Any, leg: int) -> None:
    """Note that a leg is on no route; its route still has to be compacted."""
    memory.out[memory.n_out[0]] = leg
    memory.n_out[0] += 1
    routes.on[leg] = -1 - routes.on[leg] - 1


@inner
def compact(net: Net, routes: Routes, saved: Routes, room: Scratch, memory: Any) -> bool:
    """Drop the marked legs from their routes; False if a route cannot be kept without them.

    Without a patient a route may need one disinfection more, so it is scheduled again where classes differ.
    """
    for k in range(memory.n_out[0]):
        leg = memory.out[k]
        vehicle = -routes.on[leg] - 2
        if vehicle < 0:
            continue
        routes.on[leg] = -1
        touch(net, routes, saved, memory, vehicle)
        memory.touched[vehicle] = 2
    for vehicle in range(len(memory.touched)):
        if memory.touched[vehicle] != 2:
            continue
        memory.touched[vehicle] = 1
        base, kept = vehicle * net.width, 0
        for k in range(routes.size[vehicle]):
            node = routes.seq[base + k]
            if node >= 2 * len(net.leg_limit) or routes.on[node // 2] == vehicle:
                routes.seq[base + kept] = node
                kept += 1
        routes.size[vehicle] = kept
        if not refresh(net, routes, room, vehicle):
            return False
    return True


@inner
def remove_random(routes: Routes, memory: Any, count: int) -> None:
    """Take out legs by chance alone."""
    for _ in range(3 * count):
        leg = memory.free[below(memory.chance, len(memory.free))]
        if routes.on[leg] >= 0:
            mark_out(routes, memory, leg)
            count -= 1
            if count == 0:
                return


@inner
def remove_related(net: Net, routes: Routes, memory: Any, count: int) -> None:
    """Take out legs that could change places with one another."""
    width = len(memory.near) // len(net.leg_limit)
    first = memory.n_out[0]
    remove_random(routes, memory, 1)
    for _ in range(4 * count):
        taken = memory.n_out[0] - first
        if taken == 0 or taken >= count:
            return
        leg = memory.out[first + below(memory.chance, taken)]
        rank = int(uniform(memory.chance) ** 3 * width)
        other = memory.near[leg * width + rank]
        if routes.on[other] >= 0 and net.leg_vehicle[other] < 0:
            mark_out(routes, memory, other)


@inner
def remove_dear(net: Net, routes: Routes, memory: Any, count: int) -> None:
    """Take out legs whose detour costs most, with chance so that it is not always the same ones."""
    n = net.n_locations
    size = len(memory.free)
    for k in range(size):
        leg = memory.free[k]
        memory.value[k] = -UNBOUND
        vehicle = routes.on[leg]
        if vehicle < 0:
            continue
        base, saving = vehicle * net.width, 0.0
        before, behind = -1, -1
        for p in range(base + 1, base + routes.size[vehicle] - 1):
            node = routes.seq[p]
            if node == 2 * leg:
                before = p
            elif node == 2 * leg + 1:
                behind = p
                break
        a, b, c, d = (routes.place[before - 1], routes.place[before], routes.place[behind], routes.following[behind])
        if behind == before + 1:
            saving = net.cost[a * n + b] + net.cost[b * n + c] + net.cost[c * n + d] - net.cost[a * n + d]
        else:
            e, f = routes.following[before], routes.place[behind - 1]
            saving = net.cost[a * n + b] + net.cost[b * n + e] - net.cost[a * n + e]
            saving += net.cost[f * n + c] + net.cost[c * n + d] - net.cost[f * n + d]
        memory.value[k] = saving * (0.5 + uniform(memory.chance))
    for _ in range(count):
        best = 0
        for k in range(size):
            if memory.value[k] > memory.value[best]:
                best = k
        if memory.value[best] <= -UNBOUND:
            return
        memory.value[best] = -UNBOUND
        mark_out(routes, memory, memory.free[best])


@inner
def remove_strings(net: Net, routes: Routes, memory: Any, count: int, longest: int) -> None:
    """Take out a string of consecutive pick-ups from each of some neighbouring routes."""
    width = len(memory.near) // len(net.leg_limit)
    seed = memory.free[below(memory.chance, len(memory.free))]
    first = memory.n_out[0]
    for rank in range(-1, width):
        leg = seed if rank < 0 else memory.near[seed * width + rank]
        vehicle = routes.on[leg]
        if memory.n_out[0] - first >= count:
            break
        if vehicle < 0 or memory.touched[vehicle] != 0:
            continue
        memory.touched[vehicle] = -1
        _cut_string(net, routes, memory, vehicle, leg, 1 + below(memory.chance, longest))
    for vehicle in range(len(memory.touched)):
        memory.touched[vehicle] = max(memory.touched[vehicle], 0)


@inner
def _cut_string(net: Net, routes: Routes, memory: Any, vehicle: int, leg: int, length: int) -> None:
    """Take out up to `length` consecutive pick-ups around one leg of a route."""
    base, riders, middle = vehicle * net.width, 0, 0
    for k in range(routes.size[vehicle]):
        node = routes.seq[base + k]
        if net.node_kind[node] == PICKUP and net.leg_vehicle[node // 2] < 0:
            if node == 2 * leg:
                middle = riders
            memory.order[riders] = node // 2
            riders += 1
    length = min(length, riders)
    start = max(0, min(riders - length, middle - below(memory.chance, max(length, 1))))
    for k in range(start, start + length):
        mark_out(routes, memory, memory.order[k])


@inner
def remove_route(net: Net, routes: Routes, memory: Any, most: int) -> None:
    """Take out all legs of one route."""
    leg = memory.free[below(memory.chance, len(memory.free))]
    vehicle = routes.on[leg]
    if vehicle < 0 or routes.riders[vehicle] > most:
        return
    _cut_string(net, routes, memory, vehicle, leg, most)


@inner
def move_break(net: Net, routes: Routes, saved: Routes, room: Scratch, memory: Any) -> None:
    """Take a break of one route at another moment when nobody is aboard, if the route stays legal.

    A break costs no way, so no leg put in anew would ever change sides for it, and the move stands whatever follows.
    """
    vehicle = below(memory.chance, len(memory.touched))
    base, size, first = vehicle * net.width, routes.size[vehicle], routes.first[vehicle]
    old, new, breaks, moments = -1, -1, 0, 0
    for k in range(first + 1, size - 1):
        if net.node_kind[routes.seq[base + k]] == STAY:
            breaks += 1
            old = k if below(memory.chance, breaks) == 0 else old
    for k in range(first, size - 1):
        if old >= 0 and k not in (old, old - 1) and routes.group[base + k] < 0:
            moments += 1
            new = k if below(memory.chance, moments) == 0 else new
    if new < 0:
        return
    node, at = routes.seq[base + old], 0
    for k in range(size):
        if k != old:
            room.seq[at] = routes.seq[base + k]
            at += 1
        if k == new:
            room.seq[at] = node
            at += 1
    if schedule(net, vehicle, room.seq, 0, size, room):
        touch(net, routes, saved, memory, vehicle)
        for k in range(size):
            routes.seq[base + k] = room.seq[k]
        refresh(net, routes, room, vehicle)
