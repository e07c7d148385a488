"""A whole day planned anew every ten minutes, with treatments that end when they end: everybody gets home."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.engine.rolling import SHARING, play
from benchmarks.engine.town import make_town
from matching.engines import INTERPRETED
from tests.property.matching.switch import CASES


@pytest.mark.parametrize("way", SHARING)
@pytest.mark.parametrize("seed", range(max(1, CASES // 200)))
def test_everybody_gets_home_whoever_may_share_the_way(way: str, seed: int) -> None:
    """R-001-9, C15: no plan of the day breaks a rule, no ride is too long."""
    town = make_town(20, seed, tightness=3.0)
    found = play(replace(town, params=replace(town.params, **SHARING[way])), 0.0, 10.0, seed, INTERPRETED)

    assert found["going"] >= 15
    assert (found["home"], found["unmet"], found["violations"]) == (found["going"], 0, 0)
    assert found["ride_within_60_pct"] >= 95.0
    assert found["wait_within_60_pct"] >= 90.0
