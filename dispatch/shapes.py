"""Plain values: what is asked of a car, what a car is and does, and what was found. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from core.geo import Point
from dispatch.limits import LIMITS, MINUTE, Limits


@dataclass(frozen=True)
class Check:
    """One rule looked at: `verdict` is yes, but or no; `figures` fill its sentence (see `words.sentence`)."""

    code: str
    verdict: str
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def bars(self) -> bool:
        """Say whether this rule alone rules the car or the house out."""
        return self.verdict == "no"

    def as_json(self) -> dict[str, Any]:
        """Return what is stored as the explanation: codes and figures, moments as ISO text, no names of people."""
        figures = {key: _stored(value) for key, value in self.figures.items() if key not in {"who", "cause"}}
        return {"code": self.code, "verdict": self.verdict, "figures": figures}


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def ride_class(zone_class: str, infection_class: str) -> str:
    """Name who may share a car: the zone, and apart within it each infection."""
    return f"{zone_class}/{infection_class}" if infection_class else zone_class


@dataclass(frozen=True)
class Ask:
    """What the party needs of a car."""

    zone_class: str
    mobility: str
    party_size: int = 1
    needs_oxygen: bool = False
    has_stairs: bool = False
    infection_class: str = ""
    is_critical: bool = False
    ambulance_by: datetime | None = None  # an ambulance that sets out by then comes first (C7); None: any does

    @property
    def ride_class(self) -> str:
        """What a car has to be cleaned of before another class boards (E18)."""
        return ride_class(self.zone_class, self.infection_class)


@dataclass(frozen=True)
class Duty:
    """One shift of a driver with the car."""

    driver_code: str
    driver_name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Busy:
    """A run that takes the car's time.

    `spare` is how much later it could leave if it started elsewhere: its way to the first stop, which is counted again
    from wherever the car then stands. Another `ride_class` boards `unclean` after it ends: the disinfection that its
    time does not hold already.
    """

    label: str
    starts_at: datetime
    ends_at: datetime
    first: Point
    last: Point
    spare: timedelta = timedelta()
    ride_class: str = ""
    unclean: timedelta = timedelta()

    @property
    def first_at(self) -> datetime:
        """When it was promised at its first stop."""
        return self.starts_at + self.spare


@dataclass(frozen=True)
class Car:
    """A vehicle with its shifts and what it already does, in the order of time."""

    code: str
    plate: str
    vehicle_class: str
    is_ambulance: bool
    status: str
    seats: int
    base: Point
    zones_allowed: frozenset[str]
    wheelchairs: int = 0
    stretchers: int = 0
    has_oxygen: bool = False
    takes_positive: bool = False
    duties: tuple[Duty, ...] = ()
    busy: tuple[Busy, ...] = ()

    def without(self, begins: datetime) -> Car:
        """Return the car as it would be without the run that begins then."""
        return replace(self, busy=tuple(run for run in self.busy if run.starts_at != begins))

    def with_run(self, ride: RidePlan, way: Way, ask: Ask) -> Car:
        """Return the car as it would be with one run more."""
        run = Busy(
            label="",
            starts_at=ride.leave_at,
            ends_at=ride.free_at,
            first=way.origin,
            last=way.destination,
            spare=ride.pickup_at - ride.leave_at,
            ride_class=ask.ride_class,
        )
        return replace(self, busy=tuple(sorted((*self.busy, run), key=lambda each: each.starts_at)))


@dataclass(frozen=True)
class Way:
    """One way to be driven. With `arrive_by` the car aims a little before it; else as early as possible.

    A car may set off empty from `leave_from` on (now), before the party can be picked up.
    """

    origin: Point
    destination: Point
    leave_from: datetime
    pickup_from: datetime
    pickup_until: datetime | None = None
    arrive_by: datetime | None = None
    limits: Limits = LIMITS

    def early(self, ride: RidePlan) -> float:
        """Return how many minutes before the hour a ride sets down; the aim itself where there is no hour."""
        return (self.arrive_by - ride.dropoff_at) / MINUTE if self.arrive_by else self.limits.aim

    def is_planned_so(self, ride: RidePlan) -> bool:
        """Say whether the plan would set down at that time by itself."""
        return self.limits.spare <= self.early(ride) <= self.limits.early


@dataclass(frozen=True)
class RidePlan:
    """The times of one run: leave empty, pick up, set down, free again (turn-round included).

    `base_at` says when the car is back at its base where that is after its shift; None for whoever is back in time.
    """

    vehicle_code: str
    driver_code: str
    leave_at: datetime
    pickup_at: datetime
    dropoff_at: datetime
    free_at: datetime
    deadhead_min: int
    deadhead_km: float
    ride_min: int
    base_at: datetime | None = None


@dataclass(frozen=True)
class Fit:
    """A car looked at for one way: its ride and the rules it meets, or the first rule that bars it."""

    car: Car
    ride: RidePlan | None
    checks: tuple[Check, ...]

    @property
    def is_possible(self) -> bool:
        """Say whether the car can take the way."""
        return self.ride is not None

    @property
    def is_late_back(self) -> bool:
        """Say whether the car would be back at its base only after its shift."""
        return self.ride is not None and self.ride.base_at is not None
