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
NOWHERE_KM = 5_000.0  # to a point that is none: out of every reach, and still a number of minutes


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees."""

    lat: float
    lon: float

    @property
    def is_sound(self) -> bool:
        """Say whether it lies on the earth; a row that slipped past every check may hold nothing or no number."""
        return self.lat is not None and self.lon is not None and abs(self.lat) <= 90 and abs(self.lon) <= 180


def great_circle_km(a: Point, b: Point) -> float:
    """Return the great-circle distance in km (haversine); very far to a point that is none."""
    if not (a.is_sound and b.is_sound):
        return NOWHERE_KM
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
