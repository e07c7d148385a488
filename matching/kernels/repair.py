"""Put legs back: in some order each where it is cheapest, or first whom waiting would cost most (regret).

Regret insertion: Potvin & Rousseau (1993, EJOR 66:331-340); greedy insertion with blinks: Christiaens & Vanden
Berghe (2020). What an insertion into a route costs depends on the route's content alone, so it is looked up by the
content's hash before it is computed.
"""

from __future__ import annotations

from typing import Any

from matching.arrays import UNBOUND, Net, Routes, Scratch

from .chance import below, uniform
from .insert import best_in_route, is_allowed, put, take
from .jit import inner
from .remove import touch

TRIES = 8


@inner
def priced(
    net: Net, routes: Routes, room: Scratch, memory: Any, vehicle: int, leg: int, is_exact: bool
) -> tuple[float, int, int]:
    """Return (price, i, j) of the best insertion into a route, from memory if the same route was priced before.

    With `is_exact` it is computed anew and by exact schedules: after an insertion has turned out to have none.
    """
    key = ((routes.key[vehicle] ^ (leg + 1)) * 6364136223846793005 + 1442695040888963407) & 0x7FFFFFFFFFFFFFFF
    cell = (key >> 20) & (len(memory.memo_key) - 1)
    if memory.memo_key[cell] == key and not is_exact:
        at = memory.memo_at[cell]
        if at < 0:
            return UNBOUND, -1, -1
        return memory.memo_price[cell], at // net.width, at % net.width
    price, i, j = best_in_route(net, routes, room, vehicle, leg, UNBOUND, is_exact)
    memory.memo_key[cell] = key
    memory.memo_price[cell] = price
    memory.memo_at[cell] = i * net.width + j if i >= 0 else -1
    return price, i, j


@inner
def put_if_legal(
    net: Net, routes: Routes, room: Scratch, memory: Any, vehicle: int, leg: int, at: tuple[int, int]
) -> bool:
    """Insert a leg; where the route then has no schedule, take it out again and price it exactly."""
    if put(net, routes, room, vehicle, leg, at[0], at[1]):
        return True
    take(net, routes, room, leg)
    priced(net, routes, room, memory, vehicle, leg, True)
    return False


@inner
def extra_price(net: Net, routes: Routes, vehicle: int, leg: int) -> float:
    """Return what a leg costs a vehicle beside driving: a vehicle more, the other trip in another car."""
    extra = net.veh_fixed[vehicle] if routes.riders[vehicle] == 0 else 0.0
    partner = net.leg_partner[leg]
    if partner >= 0 and routes.on[partner] >= 0 and routes.on[partner] != vehicle:
        extra += net.price_split
    return extra


@inner
def is_twin(net: Net, routes: Routes, vehicle: int) -> bool:
    """Tell whether an earlier vehicle of the same kind is empty too; vehicles of a kind stand together."""
    if routes.riders[vehicle] > 0:
        return False
    for other in range(vehicle - 1, -1, -1):
        if net.veh_kind[other] != net.veh_kind[vehicle]:
            return False
        if routes.riders[other] == 0:
            return True
    return False


@inner
def insert_greedy(net: Net, routes: Routes, saved: Routes, room: Scratch, memory: Any, blink: float) -> None:
    """Insert the legs out one by one, passing over a vehicle now and then."""
    left = 0
    for k in range(memory.n_out[0]):
        leg = memory.out[k]
        for _ in range(TRIES):
            best, chosen, best_i, best_j = UNBOUND, -1, -1, -1
            for vehicle in range(len(memory.touched)):
                if not is_allowed(net, vehicle, leg) or is_twin(net, routes, vehicle) or uniform(memory.chance) < blink:
                    continue
                price, i, j = priced(net, routes, room, memory, vehicle, leg, False)
                if i >= 0:
                    price += extra_price(net, routes, vehicle, leg)
                    if price < best:
                        best, chosen, best_i, best_j = price, vehicle, i, j
            if chosen < 0:
                break
            touch(net, routes, saved, memory, chosen)
            if put_if_legal(net, routes, room, memory, chosen, leg, (best_i, best_j)):
                break
        if routes.on[leg] < 0:
            memory.out[left] = leg
            left += 1
    memory.n_out[0] = left


@inner
def insert_regret(
    net: Net, routes: Routes, saved: Routes, room: Scratch, memory: Any, depth: int, noise: float
) -> None:
    """Insert first the leg that loses most if it has to take its second (to `depth`-th) best vehicle."""
    cars, count = len(memory.touched), memory.n_out[0]
    for k in range(count):
        for vehicle in range(cars):
            _price_cell(net, routes, room, memory, k, vehicle)
    for _ in range(TRIES * count):
        row, vehicle = _most_regretted(routes, memory, count, depth, noise)
        if row < 0:
            break
        leg, cell = memory.out[row], row * cars + vehicle
        touch(net, routes, saved, memory, vehicle)
        if not put_if_legal(net, routes, room, memory, vehicle, leg, (memory.at_i[cell], memory.at_j[cell])):
            _price_cell(net, routes, room, memory, row, vehicle)
            continue
        partner = net.leg_partner[leg]
        for k in range(count):
            other = memory.out[k]
            if routes.on[other] >= 0:
                continue
            for at in range(cars):
                is_same_kind = net.veh_kind[at] == net.veh_kind[vehicle] and routes.riders[at] == 0
                if at == vehicle or other == partner or is_same_kind:
                    _price_cell(net, routes, room, memory, k, at)
    left = 0
    for k in range(count):
        leg = memory.out[k]
        if routes.on[leg] < 0:
            memory.out[left] = leg
            left += 1
    memory.n_out[0] = left


@inner
def _price_cell(net: Net, routes: Routes, room: Scratch, memory: Any, row: int, vehicle: int) -> None:
    """Price one leg in one vehicle."""
    leg, cell = memory.out[row], row * len(memory.touched) + vehicle
    memory.price[cell] = UNBOUND
    if is_allowed(net, vehicle, leg) and not is_twin(net, routes, vehicle):
        price, i, j = priced(net, routes, room, memory, vehicle, leg, False)
        if i >= 0:
            memory.price[cell] = price + extra_price(net, routes, vehicle, leg)
            memory.at_i[cell], memory.at_j[cell] = i, j


@inner
def _most_regretted(routes: Routes, memory: Any, count: int, depth: int, noise: float) -> tuple[int, int]:
    """Return (row, vehicle) of the leg to insert next; row −1 if none fits anywhere."""
    cars = len(memory.touched)
    best_row, best_vehicle, best_value = -1, -1, -UNBOUND
    for k in range(count):
        if routes.on[memory.out[k]] >= 0:
            continue
        least, vehicle = UNBOUND, -1
        for at in range(cars):
            if memory.price[k * cars + at] < least:
                least, vehicle = memory.price[k * cars + at], at
        if vehicle < 0:
            continue
        regret = 0.0
        last, last_at = least, vehicle
        for _ in range(depth - 1):
            following, following_at = UNBOUND, -1
            for at in range(cars):
                price = memory.price[k * cars + at]
                is_behind = price > last or (price == last and at > last_at)
                if is_behind and price < following:
                    following, following_at = price, at
            regret += min(following, 10_000.0) - least
            if following_at < 0:
                regret += 10_000.0
                break
            last, last_at = following, following_at
        value = regret - 0.001 * least if depth > 1 else -least
        value += noise * (uniform(memory.chance) - 0.5)
        if value > best_value:
            best_row, best_vehicle, best_value = k, vehicle, value
    return best_row, best_vehicle


@inner
def shuffle_out(net: Net, memory: Any, how: int) -> None:
    """Order the legs out: by chance, by closing time, by length of ride (longest first)."""
    count = memory.n_out[0]
    for k in range(count):
        leg = memory.out[k]
        memory.value[k] = uniform(memory.chance)
        if how == 1:
            memory.value[k] = net.node_close[2 * leg]
        elif how == 2:
            memory.value[k] = -net.time[net.node_loc[2 * leg] * net.n_locations + net.node_loc[2 * leg + 1]]
        elif how == 3:
            memory.value[k] = net.node_close[2 * leg] - net.node_open[2 * leg]
    for k in range(1, count):
        leg, value = memory.out[k], memory.value[k]
        j = k - 1
        while j >= 0 and memory.value[j] > value:
            memory.out[j + 1], memory.value[j + 1] = memory.out[j], memory.value[j]
            j -= 1
        memory.out[j + 1], memory.value[j + 1] = leg, value


@inner
def pick(memory: Any, first: int, count: int) -> int:
    """Choose an operator by its weight."""
    total = 0.0
    for k in range(first, first + count):
        total += memory.weight[k]
    at = uniform(memory.chance) * total
    for k in range(first, first + count):
        at -= memory.weight[k]
        if at <= 0.0:
            return k - first
    return below(memory.chance, count)
