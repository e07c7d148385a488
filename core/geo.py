"""Distances and travel times without a map: great circle times a detour, plus minutes to get going."""

from __future__ import annotations

import math
from dataclasses import dataclass

EARTH_KM = 6371.0088
DETOUR = 1.35  # road km per great-circle km; matching.md section 4
SPEED_KMH = 28.0
FAR_FROM_KM = 10.0  # what lies beyond is county road; docs/adr/0008
FAR_KMH = 55.0
START_MIN = 1.5


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees."""

    lat: float
    lon: float


def great_circle_km(a: Point, b: Point) -> float:
    """Return the great-circle distance in km (haversine)."""
    lat1, lat2 = math.radians(a.lat), math.radians(b.lat)
    h = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(h)))


def road_km(a: Point, b: Point) -> float:
    """Estimate the road distance in km."""
    return DETOUR * great_circle_km(a, b)


def travel_min(a: Point, b: Point) -> float:
    """Estimate the driving time in minutes; 0 for the same place."""
    km = road_km(a, b)
    if km == 0.0:
        return 0.0
    far = max(0.0, km - FAR_FROM_KM)
    return START_MIN + ((km - far) / SPEED_KMH + far / FAR_KMH) * 60
