"""What a search remembers between iterations: its chance, who is out, saved routes, insertions already priced."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from matching.arrays import RESOURCES, Net
from matching.travel import Matrix

MEMO_BITS = 18
NEIGHBOURS = 40


class Memory(NamedTuple):
    """State of one search, all flat arrays.

    `chance` random state; `free` legs the search may move; `near` the legs most related to each leg, nearest first;
    `out` legs on no route and `n_out` their number in cell 0; `touched` routes changed in this iteration;
    `price`, `at_i`, `at_j` best insertion per (leg out, vehicle); `memo_*` insertions by route content;
    `weight` success of the operators; `order`, `value` working space per leg.
    """

    chance: Any
    free: Any
    near: Any
    out: Any
    n_out: Any
    touched: Any
    price: Any
    at_i: Any
    at_j: Any
    memo_key: Any
    memo_price: Any
    memo_at: Any
    weight: Any
    order: Any
    value: Any


def remember(net: Net, free: list[int], seed: int, most_out: int, bits: int = MEMO_BITS) -> Memory:
    """Return the memory of a new search."""
    legs, cars = len(net.leg_limit), len(net.veh_duty)
    return Memory(
        chance=np.array([1 + seed * 7919 % 2147483000, 1 + (seed + 17) * 104729 % 2147483000], np.int64),
        free=np.array(free, np.int32),
        near=related(net).ravel(),
        out=np.zeros(legs + 1, np.int32),
        n_out=np.zeros(1, np.int32),
        touched=np.zeros(cars, np.int32),
        price=np.zeros(most_out * cars),
        at_i=np.zeros(most_out * cars, np.int32),
        at_j=np.zeros(most_out * cars, np.int32),
        memo_key=np.full(1 << bits, -1, np.int64),
        memo_price=np.zeros(1 << bits),
        memo_at=np.zeros(1 << bits, np.int32),
        weight=np.ones(16),
        order=np.zeros(legs + 1, np.int32),
        value=np.zeros(legs + 1),
    )


def related(net: Net) -> Any:
    """Return for each leg the legs that could take its place: near in space, time and room.

    Shaw (1998, CP-98) defined relatedness; Ropke & Pisinger (2006, Transportation Science 40:455-472) for pairs.
    """
    legs = len(net.leg_limit)
    n = net.n_locations
    time: Matrix = np.asarray(net.time).reshape(n, n)
    up, down = np.asarray(net.node_loc)[0 : 2 * legs : 2], np.asarray(net.node_loc)[1 : 2 * legs : 2]
    up, down = np.maximum(up, 0), np.maximum(down, 0)
    opens, closes = np.asarray(net.node_open), np.asarray(net.node_close)
    begin = 0.5 * (opens[0 : 2 * legs : 2] + np.minimum(closes[0 : 2 * legs : 2], opens[0 : 2 * legs : 2] + 600.0))
    load = np.asarray(net.leg_load).reshape(legs, RESOURCES).sum(axis=1)
    apart = time[np.ix_(up, up)] + time[np.ix_(down, down)] + 0.3 * np.abs(begin[:, None] - begin[None, :])
    apart += 2.0 * np.abs(load[:, None] - load[None, :])
    np.fill_diagonal(apart, np.inf)
    width = min(NEIGHBOURS, max(1, legs - 1))
    return np.argsort(apart, axis=1, kind="stable")[:, :width].astype(np.int32)
