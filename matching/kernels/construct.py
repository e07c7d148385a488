"""Put many legs in, one after the other, each where it costs least (Jaw, Odoni, Psaraftis & Wilson 1986)."""

from __future__ import annotations

from typing import Any

from matching.arrays import Net, Routes, Scratch

from .insert import best_vehicle, put, take
from .jit import inner, kernel


@inner
def place(net: Net, routes: Routes, room: Scratch, vehicles: Any, leg: int, seen_empty: Any) -> bool:
    """Put one leg where it costs least; False if it fits nowhere."""
    _, vehicle, i, j = best_vehicle(net, routes, room, vehicles, leg, seen_empty)
    if vehicle < 0:
        return False
    put(net, routes, room, vehicle, leg, i, j)
    return True


@kernel
def place_pairs(net: Net, routes: Routes, room: Scratch, vehicles: Any, legs: Any, seen_empty: Any) -> int:
    """Place legs in order, each with its partner or not at all; return how many stay out.

    A patient counts only with both ways placed: a leg whose partner fits nowhere is taken out again.
    """
    left = 0
    for leg in legs:
        if routes.on[leg] >= 0:
            continue
        partner = net.leg_partner[leg]
        if not place(net, routes, room, vehicles, leg, seen_empty):
            left += 1
        elif partner >= 0 and routes.on[partner] < 0 and not place(net, routes, room, vehicles, partner, seen_empty):
            take(net, routes, room, leg)
            left += 1
    return left
