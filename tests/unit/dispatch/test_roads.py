"""Screen and engine mean the same minutes; counties are driven at county speed (docs/adr/0008)."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.geo import Point, road_km, travel_min
from dispatch.planning.roads import ROADS
from matching.problem import Place
from matching.travel import GreatCircle

points = st.builds(Point, st.floats(39.7, 41.2), st.floats(123.3, 125.7))


def engine_min(travel: GreatCircle, a: Point, b: Point) -> float:
    places = [Place(id=str(number), latitude=point.lat, longitude=point.lon) for number, point in enumerate((a, b))]
    return float(travel.matrices(places)[0][0, 1])


@given(points, points)
@example(Point(40.1, 124.3), Point(40.1, 124.3))
@example(Point(40.1, 124.3), Point(40.1, 124.3001))
def test_engine_and_product_agree_on_every_leg(a: Point, b: Point) -> None:
    assert engine_min(ROADS, a, b) == pytest.approx(ceil(travel_min(a, b) * 60) / 60, abs=1e-6)


@given(points, points, points)
def test_full_seconds_make_no_way_longer_than_a_detour(a: Point, b: Point, c: Point) -> None:
    """The search relies on it (`GreatCircle.is_metric`)."""
    assert engine_min(ROADS, a, c) <= engine_min(ROADS, a, b) + engine_min(ROADS, b, c) + 1e-9


def test_one_speed_would_not_agree() -> None:
    """The twin: with the engine's own default the two part ways beyond 10 km."""
    town, county = Point(40.12, 124.38), Point(40.73, 124.78)
    assert engine_min(GreatCircle(), town, county) > travel_min(town, county) + 60


def test_the_first_ten_kilometres_are_streets() -> None:
    town, near, far = Point(40.12, 124.38), Point(40.16, 124.40), Point(40.73, 124.78)
    assert road_km(town, near) < 10 < road_km(town, far)
    assert travel_min(town, near) == pytest.approx(1.5 + road_km(town, near) / 28 * 60)
    assert travel_min(town, far) == pytest.approx(1.5 + (10 / 28 + (road_km(town, far) - 10) / 55) * 60)


@given(points, points, points)
def test_no_detour_is_a_short_cut(a: Point, b: Point, c: Point) -> None:
    """Matching relies on it: a stop on the way never makes a ride shorter."""
    assert travel_min(a, c) <= travel_min(a, b) + travel_min(b, c) + 1e-6
