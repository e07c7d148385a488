"""The schedule of the search and the temporal network of the checker agree."""

from __future__ import annotations

import random

import pytest

from matching.engines import INTERPRETED
from matching.stn import earliest_schedule
from tests.property.matching.brute import rules_of
from tests.unit.matching.routes import random_routing, random_sequence


@pytest.mark.parametrize("seed", range(300))
def test_schedule_agrees_with_temporal_network(seed: int) -> None:
    chance = random.Random(seed)
    routing = random_routing(chance, INTERPRETED)
    for _ in range(5):
        nodes = random_sequence(chance, routing)
        routing.set_route(0, nodes)
        found = routing.begins(0)
        expected = earliest_schedule(rules_of(routing, 0, nodes), routing.cars[0].duty)

        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert found == pytest.approx(expected, abs=1e-4)
