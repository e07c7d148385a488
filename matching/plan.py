"""What the engine answers. Times in minutes since the problem's origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from matching.problem import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something is not possible: a stable code and the figures behind it.

    `subject` is the id it is about (vehicle, facility, request), `needed` and `available` say how much is missing.
    """

    code: str
    subject: str = ""
    needed: float | None = None
    available: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One trip in one vehicle.

    `window_*` is what may be promised: the pick-up for a return, the drop-off for a way out.
    """

    vehicle: str
    pickup_min: float
    dropoff_min: float
    ride_min: float
    window_start_min: float
    window_end_min: float
    is_will_call: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """A request with everything it needs: facility, slot, the car there and the car back."""

    request: str
    facility: str
    slot: str | None = None
    outbound: Placement | None = None
    inbound: Placement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A request nothing fits, the rule that decided, and the nearest change that would work."""

    request: str
    reason: Reason
    change: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStop:
    """A stop of a route; `action` is start, pickup, dropoff, break or end. Begin = arrival + waiting."""

    action: str
    place: str
    arrive_min: float
    begin_min: float
    depart_min: float
    request: str | None = None
    direction: Direction | None = None
    aboard: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The order of stops of one vehicle."""

    vehicle: str
    stops: tuple[RouteStop, ...]
    km: float
    driving_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures of a plan: counts, kilometres, price (in minutes of driving) and the work done to find it."""

    requests: int = 0
    arranged: int = 0
    vehicles_used: int = 0
    km: float = 0.0
    driving_min: float = 0.0
    price: float = 0.0
    iterations: int = 0
    seconds: float = 0.0
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The answer to a `Problem`."""

    arranged: tuple[Arranged, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    routes: tuple[Route, ...] = ()
    statistics: Statistics = field(default_factory=Statistics)

    @cached_property
    def arranged_by_request(self) -> dict[str, Arranged]:
        """Arranged requests by id."""
        return {item.request: item for item in self.arranged}
