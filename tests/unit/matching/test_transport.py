"""The assignment of patients to places is the cheapest there is."""

from __future__ import annotations

import itertools
import random

import pytest

from matching.engines import INTERPRETED
from matching.facilities import solve_transport


def cheapest(options: list[list[tuple[int, float]]], capacity: list[int]) -> float:
    """Return the least total price by trying everything."""
    best = float("inf")
    for combination in itertools.product(*options):
        places = [place for place, _ in combination]
        if all(places.count(t) <= room for t, room in enumerate(capacity)):
            best = min(best, sum(price for _, price in combination))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_assignment_equals_brute_force(seed: int) -> None:
    chance = random.Random(seed)
    patients, places = chance.randint(1, 6), chance.randint(1, 4)
    capacity = [patients, *(chance.randint(0, 2) for _ in range(places))]
    options = [
        [(t, float(chance.randint(0, 20))) for t in range(1, places + 1) if chance.random() < 0.7] + [(0, 50.0)]
        for _ in range(patients)
    ]
    start = [0, *itertools.accumulate(len(row) for row in options)]
    arcs = [arc for row in options for arc in row]

    chosen = solve_transport(start, [t for t, _ in arcs], [p for _, p in arcs], capacity, INTERPRETED)

    assert sum(arcs[arc][1] for arc in chosen) == pytest.approx(cheapest(options, capacity))
