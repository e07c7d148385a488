"""The schedule of the search and the temporal network of the checker agree."""

from __future__ import annotations

import random

import pytest

from matching.arrays import DROPOFF, PICKUP, STAY
from matching.engines import INTERPRETED
from matching.routing import Routing
from matching.stn import StopRule, earliest_schedule
from tests.unit.matching.routes import random_routing, random_sequence


def rules_of(routing: Routing, car: int, nodes: list[int]) -> list[StopRule]:
    """Write a route as rules, from the problem's own data."""
    net, rules = routing.net, []
    at: dict[int, int] = {}
    place, last, aboard = routing.cars[car].start, routing.cars[car].last_class, 0
    for k, node in enumerate(nodes):
        to = int(net.node_loc[node]) if net.node_kind[node] != STAY else place
        driving = float(routing.time[place, to])
        wait = routing.prices.wait_aboard if aboard and k else None
        ride = None
        if net.node_kind[node] == PICKUP:
            leg = routing.legs[node // 2]
            if not aboard and last not in (None, leg.ride_class):
                driving += routing.cars[car].clean
            last, aboard, at[node // 2] = leg.ride_class, aboard + 1, k
        elif net.node_kind[node] == DROPOFF:
            aboard -= 1
            ride = (at[node // 2], routing.legs[node // 2].ride_limit)
        service = float(net.node_service[node])
        rules.append(StopRule(float(net.node_open[node]), float(net.node_close[node]), service, driving, ride, wait))
        place = to
    return rules


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
