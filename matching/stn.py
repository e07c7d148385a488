"""Does any schedule exist for an order of stops? A simple temporal network, solved by shortest paths.

Dechter, Meiri & Pearl (1991, Artificial Intelligence 49:61-95): difference constraints ``t[b] - t[a] <= weight`` have a
solution exactly if their graph has no negative cycle (Bellman-Ford). Used by tests and by the instance checker only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

TOLERANCE = 1e-6


@dataclass(slots=True)
class Network:
    """Difference constraints between the begins of stops; point 0 is the origin of time."""

    points: int
    arcs: list[tuple[int, int, float]] = field(default_factory=list)

    def at_most(self, a: int, b: int, minutes: float) -> None:
        """Point b comes at most this long after point a."""
        self.arcs.append((a, b, minutes))

    def at_least(self, a: int, b: int, minutes: float) -> None:
        """Point b comes at least this long after point a."""
        self.arcs.append((b, a, -minutes))

    def earliest(self) -> list[float] | None:
        """Return the earliest time of every point, None if the constraints contradict each other."""
        least = [0.0] * self.points
        for _ in range(self.points + 1):
            changed = False
            for b, a, weight in self.arcs:
                if least[a] - weight > least[b] + TOLERANCE:
                    least[b] = least[a] - weight
                    changed = True
            if not changed:
                return least if abs(least[0]) <= TOLERANCE * self.points else None
        return None


@dataclass(frozen=True, slots=True)
class StopRule:
    """A stop: its window, its service, the driving from the stop before, and the limits that end here.

    `ride` is (position of the pick-up, longest ride) at a drop-off; `longest_wait` bounds the halt before this stop.
    """

    opens: float
    closes: float
    service: float = 0.0
    driving: float = 0.0
    ride: tuple[int, float] | None = None
    longest_wait: float | None = None


def earliest_schedule(stops: Sequence[StopRule], duration: float | None = None) -> list[float] | None:
    """Return the earliest begin of each stop, None if no schedule keeps all rules."""
    network = Network(len(stops) + 1)
    for k, stop in enumerate(stops, start=1):
        network.at_least(0, k, stop.opens)
        network.at_most(0, k, stop.closes)
        if k > 1:
            before = stops[k - 2].service + stop.driving
            network.at_least(k - 1, k, before)
            if stop.longest_wait is not None:
                network.at_most(k - 1, k, before + stop.longest_wait)
        if stop.ride is not None:
            position, limit = stop.ride
            network.at_most(position + 1, k, stops[position].service + limit)
    if duration is not None:
        network.at_most(1, len(stops), duration)
    found = network.earliest()
    return None if found is None else found[1:]
