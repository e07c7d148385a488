"""How long and how far: one protocol, and the estimate that always answers.

Great circle times a detour factor is the usual stand-in for a road network (Boyacı, Dang & Letchford 2021,
"Vehicle routing on road networks: how good is Euclidean approximation?"); factor and speed are calibrated per city.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.problem import Place

EARTH_RADIUS_KM = 6371.0088
Matrix = NDArray[np.float64]


class Travel(Protocol):
    """Minutes and kilometres between all pairs of places, row to column; gate minutes included.

    A provider whose `is_metric` is true promises that no way over a third place is shorter than the direct one; the
    search then knows more about a route beforehand.
    """

    def matrices(self, places: Sequence[Place]) -> tuple[Matrix, Matrix]:
        """Return (minutes, km), both square."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GreatCircle:
    """Great circle × detour at a speed, plus a fixed part per ride and the gates at both ends.

    What of a way lies beyond `far_from_km` is driven at `far_kmh`: streets first, then the open road.
    `hourly` multiplies the driving minutes by hour of the day; the hour asked for is `hour`. Each way is counted up to
    full `steps` of a minute (60: to the second) where there are any; no way gets longer than a way over a third place
    by that.
    """

    detour: float = 1.35
    speed_kmh: float = 28.0
    far_from_km: float = np.inf
    far_kmh: float = 28.0
    fixed_min: float = 1.5
    hourly: tuple[float, ...] = ()
    hour: int = 8
    steps: int = 0

    @property
    def is_metric(self) -> bool:
        """Tell whether no way over a third place is shorter than the direct one:
        the open road is not the slower one.
        """
        return self.far_kmh >= self.speed_kmh or self.far_from_km == np.inf

    def matrices(self, places: Sequence[Place]) -> tuple[Matrix, Matrix]:
        """Return (minutes, km) for every ordered pair."""
        km = great_circle_km(places) * self.detour
        factor = self.hourly[self.hour % 24] if self.hourly else 1.0
        far = np.maximum(0.0, km - self.far_from_km)
        minutes = ((km - far) / self.speed_kmh + far / self.far_kmh) * (60.0 * factor)
        gates = np.array([place.gate_min for place in places])
        minutes += self.fixed_min + gates[:, None] + gates[None, :]
        minutes[km == 0.0] = 0.0
        return (np.ceil(minutes * self.steps) / self.steps if self.steps else minutes), km


def great_circle_km(places: Sequence[Place]) -> Matrix:
    """Return the haversine distance between all pairs."""
    latitude = np.radians([place.latitude for place in places])
    longitude = np.radians([place.longitude for place in places])
    half = np.sin((latitude[:, None] - latitude[None, :]) / 2.0) ** 2
    half += (
        np.cos(latitude)[:, None]
        * np.cos(latitude)[None, :]
        * (np.sin((longitude[:, None] - longitude[None, :]) / 2.0) ** 2)
    )
    distance: Matrix = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return distance
