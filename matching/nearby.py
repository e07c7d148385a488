"""Construction on large fleets: who passes where, and the next legs priced ahead on all cores."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from matching.arrays import Net, Routes, Scratch, scratch
from matching.kernels.nearby import BUCKETS
from matching.travel import Matrix

CELLS = 62
AROUND = 10
MOST_AHEAD = 256


class Nearby(NamedTuple):
    """`cell` of each location, `around` mask of near cells per cell, `visits` mask per vehicle and hour, `order` of
    vehicles with those of one kind together.
    """

    cell: Any
    around: Any
    visits: Any
    order: Any


def make_nearby(net: Net) -> Nearby:
    """Choose cell centres far from one another and give each location to its nearest.

    Gonzalez (1985, Theoretical Computer Science 38:293-306).
    """
    n = net.n_locations
    time: Matrix = np.asarray(net.time).reshape(n, n)
    centres = [0]
    reach = time[0].copy()
    while len(centres) < min(CELLS, n):
        centres.append(int(np.argmax(reach)))
        reach = np.minimum(reach, time[centres[-1]])
    cell = np.argmin(time[centres], axis=0).astype(np.int32)
    between = time[np.ix_(centres, centres)]
    closest = np.argsort(between, axis=1, kind="stable")[:, :AROUND]
    around = np.array([sum(1 << int(c) for c in row) for row in closest], np.int64)
    order = np.argsort(np.asarray(net.veh_kind), kind="stable").astype(np.int32)
    return Nearby(cell, around, np.zeros(len(net.veh_kind) * BUCKETS, np.int64), order)


class Ahead(NamedTuple):
    """The best insertion of each of some legs at one moment, and the vehicles changed since."""

    leg: Any
    price: Any
    vehicle: Any
    at_i: Any
    at_j: Any
    changed: Any


class LookAhead:
    """The next legs, priced together on all threads before they are put in one by one.

    An offer is not looked up again but corrected by the vehicles that have changed since, so the result is that of the
    sequence and does not depend on the number of threads.
    """

    def __init__(self, kernels: Any, net: Net, routes: Routes, near: Nearby, threads: int) -> None:
        self.kernels, self.net, self.routes, self.near = kernels, net, routes, near
        self.rooms: list[Scratch] = [scratch(len(net.leg_limit), net.width, False) for _ in range(threads)]
        self.pool = ThreadPoolExecutor(threads)
        whole = np.int32
        self.offers = Ahead(
            leg=np.zeros(MOST_AHEAD, whole),
            price=np.zeros(MOST_AHEAD),
            vehicle=np.zeros(MOST_AHEAD, whole),
            at_i=np.zeros(MOST_AHEAD, whole),
            at_j=np.zeros(MOST_AHEAD, whole),
            changed=np.zeros(4 * MOST_AHEAD, whole),
        )
        self.row: dict[int, int] = {}
        self.changed: set[int] = set()

    def ask(self, legs: Sequence[int]) -> None:
        """Price legs as the routes are now; at most `MOST_AHEAD`."""
        self.offers.leg[: len(legs)] = legs
        step = -(-len(legs) // len(self.rooms))
        list(self.pool.map(partial(self._price, legs=len(legs), step=step), range(len(self.rooms))))
        self.row, self.changed = {leg: k for k, leg in enumerate(legs)}, set()

    def _price(self, part: int, legs: int, step: int) -> None:
        low, high = min(legs, part * step), min(legs, (part + 1) * step)
        self.kernels.price_legs(self.net, self.routes, self.rooms[part], self.near, self.offers, low, high)

    def note(self, car: int) -> None:
        """Remember that a route has changed; when too many have, no offer stands any more."""
        if self.row and car not in self.changed:
            if len(self.changed) == len(self.offers.changed):
                self.row = {}
                return
            self.offers.changed[len(self.changed)] = car
            self.changed.add(car)

    def best(self, leg: int) -> tuple[float, int, int, int] | None:
        """Return the best insertion of a leg asked for before; None if it was not, or was aimed elsewhere since."""
        if leg not in self.row:
            return None
        found: tuple[float, int, int, int] = self.kernels.take_offer(
            self.net, self.routes, self.rooms[0], self.near, self.offers, self.row[leg], len(self.changed)
        )
        return found

    def forget(self, leg: int) -> None:
        """Drop the offer of a leg that is aimed elsewhere."""
        self.row.pop(leg, None)
