"""Adaptive large neighbourhood search: take some legs out, put them back better, accept by simulated annealing.

Ropke & Pisinger (2006, Transportation Science 40:455-472); simulated annealing: Kirkpatrick, Gelatt & Vecchi (1983,
Science 220:671-680); for dial-a-ride Gschwind & Drexl (2019, Transportation Science 53:480-491) and Pfeiffer & Schulz
(2022, OR Spectrum 44:87-119). Weights follow each operator's success, in every iteration and not segment by segment.
"""

from __future__ import annotations

import math
from typing import Any

from matching.arrays import STAY, Net, Routes, Scratch

from .chance import below, uniform
from .jit import inner, kernel
from .remove import (
    compact,
    copy_route,
    move_break,
    remove_dear,
    remove_random,
    remove_related,
    remove_route,
    remove_strings,
)
from .repair import insert_greedy, insert_regret, pick, shuffle_out

REMOVALS, REPAIRS = 5, 5
REACTION = 0.02
BREAK_CHANCE = 0.05


@kernel
def total_price(net: Net, routes: Routes, memory: Any) -> float:
    """Return the price of the routes, the legs out and the returns in another car."""
    total = 0.0
    for vehicle in range(len(memory.touched)):
        total += routes.price[vehicle]
    for k in range(memory.n_out[0]):
        total += net.leg_price[memory.out[k]]
    if net.price_split > 0.0:
        for leg in range(len(net.leg_limit)):
            partner = net.leg_partner[leg]
            is_split = partner > leg and routes.on[leg] >= 0 and routes.on[partner] >= 0
            if is_split and routes.on[leg] != routes.on[partner]:
                total += net.price_split
    return total


@inner
def remove_some(net: Net, routes: Routes, memory: Any, how: int, count: int) -> None:
    """Apply one removal operator."""
    if how == 0:
        remove_random(routes, memory, count)
    elif how == 1:
        remove_related(net, routes, memory, count)
    elif how == 2:
        remove_dear(net, routes, memory, count)
    elif how == 3:
        remove_strings(net, routes, memory, count, max(1, min(8, count // 2)))
    else:
        remove_route(net, routes, memory, 2 * count)


@inner
def insert_all(net: Net, routes: Routes, saved: Routes, room: Scratch, memory: Any, how: int, noise: float) -> None:
    """Apply one repair operator."""
    if how < 2:
        shuffle_out(net, memory, 0 if how == 0 else 1 + below(memory.chance, 3))
        insert_greedy(net, routes, saved, room, memory, 0.02)
    else:
        insert_regret(net, routes, saved, room, memory, how - 1, noise if uniform(memory.chance) < 0.5 else 0.0)


@inner
def put_back(net: Net, routes: Routes, saved: Routes, memory: Any) -> None:
    """Undo an iteration."""
    for vehicle in range(len(memory.touched)):
        if memory.touched[vehicle] == 0:
            continue
        for k in range(vehicle * net.width, vehicle * net.width + routes.size[vehicle]):
            if routes.seq[k] < 2 * len(net.leg_limit) and routes.on[routes.seq[k] // 2] == vehicle:
                routes.on[routes.seq[k] // 2] = -1
    for vehicle in range(len(memory.touched)):
        if memory.touched[vehicle] == 0:
            continue
        copy_route(net, saved, routes, vehicle)
        for k in range(vehicle * net.width, vehicle * net.width + routes.size[vehicle]):
            if routes.seq[k] < 2 * len(net.leg_limit):
                routes.on[routes.seq[k] // 2] = vehicle


@kernel
def count_out(routes: Routes, memory: Any) -> None:
    """List the legs on no route."""
    memory.n_out[0] = 0
    for leg in memory.free:
        if routes.on[leg] < 0:
            memory.out[memory.n_out[0]] = leg
            memory.n_out[0] += 1


@inner
def has_breaks(net: Net) -> bool:
    """Tell whether any vehicle has a stop that is not for a patient."""
    breaks = 0
    for kind in net.node_kind:
        breaks += kind == STAY
    return breaks > 0


@kernel
def search(
    net: Net,
    routes: Routes,
    saved: Routes,
    best: Routes,
    room: Scratch,
    memory: Any,
    best_price: float,
    span: Any,
) -> float:
    """Run some iterations from `routes`; the best routes are copied to `best`, their price is returned.

    Parameters
    ----------
    span : iterations, temperature at the start and at the end, most legs to take out.
    """
    iterations, hot, cold, most = int(span[0]), span[1], span[2], int(span[3])
    count_out(routes, memory)
    price, breaks = total_price(net, routes, memory), has_breaks(net)
    for step in range(iterations):
        heat = hot * math.pow(cold / hot, step / iterations)
        if breaks and uniform(memory.chance) < BREAK_CHANCE:
            move_break(net, routes, saved, room, memory)
        for vehicle in range(len(memory.touched)):
            memory.touched[vehicle] = 0
        count_out(routes, memory)
        count = 1 + int(uniform(memory.chance) ** 2 * most)
        removal, repair = pick(memory, 0, REMOVALS), pick(memory, REMOVALS, REPAIRS)
        remove_some(net, routes, memory, removal, min(count + 1, most))
        reward = 0.0
        if compact(net, routes, saved, room, memory):
            insert_all(net, routes, saved, room, memory, repair, heat * 4.0)
            found = total_price(net, routes, memory)
            if found < best_price - 1e-6:
                best_price, price, reward = found, found, 8.0
                for vehicle in range(len(memory.touched)):
                    copy_route(net, routes, best, vehicle)
            elif found < price + heat * -math.log(uniform(memory.chance)):
                reward = 2.0 if found < price - 1e-6 else 0.5
                price = found
            else:
                put_back(net, routes, saved, memory)
        else:
            put_back(net, routes, saved, memory)
        for at in (removal, REMOVALS + repair):
            memory.weight[at] = max(0.1, (1.0 - REACTION) * memory.weight[at] + REACTION * reward)
    return best_price
