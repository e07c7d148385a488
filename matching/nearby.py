"""Cells of the city and the table of who passes where, for construction on large fleets."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from matching.arrays import Net
from matching.kernels.nearby import BUCKETS
from matching.travel import Matrix

CELLS = 62
AROUND = 10


class Nearby(NamedTuple):
    """`cell` of each location, `around` mask of near cells per cell, `visits` mask per vehicle and hour, `order` of
    vehicles with those of one kind together.
    """

    cell: Any
    around: Any
    visits: Any
    order: Any


def make_nearby(net: Net) -> Nearby:
    """Choose cell centres far from one another (Gonzalez 1985) and give each location to its nearest."""
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
