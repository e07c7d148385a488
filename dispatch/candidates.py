"""Which car can take one way of one request, and for every other car the first rule that bars it. Pure.

The order of the rules is fixed, so that two dispatchers read the same reason: status, zone, infection, room for the
party, shift, time taken by another run, arrival. Rules of rooms and zones are hard; none can be forced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from core.geo import Point, road_km, travel_min
from dispatch.allowances import ARRIVE_AIM_MIN, ARRIVE_EARLIEST_MIN, PICKUP_LATEST_MIN, board_min, leave_min, turn_min

INFECTIOUS = frozenset({"positive", "suspected"})


@dataclass(frozen=True)
class Check:
    """One rule looked at: `verdict` is yes, but or no; `figures` fill its sentence (see `words.sentence`)."""

    code: str
    verdict: str
    figures: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what is stored as the explanation: codes and figures, no names of people."""
        figures = {key: value for key, value in self.figures.items() if key != "who"}
        return {"code": self.code, "verdict": self.verdict, "figures": figures}


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


@dataclass(frozen=True)
class Duty:
    """One shift of a driver with the car."""

    driver_code: str
    driver_name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Busy:
    """A run that takes the car's time. `spare_min` is how much later it could leave if it started elsewhere: its way
    to the first stop, which is counted again from wherever the car then stands."""

    label: str
    starts_at: datetime
    ends_at: datetime
    first: Point
    last: Point
    spare_min: int = 0


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

    def with_run(self, ride: RidePlan, way: Way) -> Car:
        """Return the car as it would be with one run more."""
        run = Busy(
            label="",
            starts_at=ride.leave_at,
            ends_at=ride.free_at,
            first=way.origin,
            last=way.destination,
            spare_min=ride.deadhead_min,
        )
        return replace(self, busy=tuple(sorted((*self.busy, run), key=lambda each: each.starts_at)))


@dataclass(frozen=True)
class Way:
    """One way to be driven. With `arrive_by` the car aims a little before it; else as early as possible."""

    origin: Point
    destination: Point
    pickup_from: datetime
    pickup_until: datetime | None = None
    arrive_by: datetime | None = None


@dataclass(frozen=True)
class RidePlan:
    """The times of one run: leave empty, pick up, set down, free again (turn-round included)."""

    vehicle_code: str
    driver_code: str
    leave_at: datetime
    pickup_at: datetime
    dropoff_at: datetime
    free_at: datetime
    deadhead_min: int
    deadhead_km: float
    ride_min: int


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


def way_there(origin: Point, destination: Point, *, now: datetime, arrive_by: datetime | None) -> Way:
    """Describe the way to the hospital."""
    return Way(origin, destination, pickup_from=now, arrive_by=arrive_by)


def way_back(origin: Point, destination: Point, *, ready_at: datetime, now: datetime, is_firm: bool = False) -> Way:
    """Describe the way home; a firm one (somebody stands waiting) takes any car that comes."""
    start = max(ready_at, now)
    until = None if is_firm else start + timedelta(minutes=PICKUP_LATEST_MIN)
    return Way(origin, destination, pickup_from=start, pickup_until=until)


def fit(car: Car, ask: Ask, way: Way) -> Fit:
    """Look at one car for one way."""
    for check in _room(car, ask):
        if check.verdict == "no":
            return Fit(car, None, (check,))
    ride, barred = _time(car, ask, way)
    if ride is None:
        return Fit(car, None, (barred,) if barred else ())
    met = [check for check in _room(car, ask) if check.code not in {"status", "infection", "seats"}]
    met.append(Check("deadhead", "yes", {"min": ride.deadhead_min, "km": ride.deadhead_km}))
    if car.is_ambulance and not ask.is_critical:
        met.append(Check("ambulance_used", "but"))
    if ask.is_critical and not car.is_ambulance:
        met.append(Check("not_ambulance", "but"))
    return Fit(car, ride, tuple(met))


def rank(fits: Iterable[Fit], ask: Ask) -> list[Fit]:
    """Order the possible cars best first, then the barred ones by plate.

    A critical patient gets 120 first, soonest pick-up first (R-000-10). Everybody else keeps the ambulances free
    (R-000-11) and takes the car with the fewest empty minutes.
    """

    def key(each: Fit) -> tuple[Any, ...]:
        ride = each.ride
        if ride is None:
            return (1, each.checks[0].code if each.checks else "", each.car.plate)
        if ask.is_critical:
            return (0, not each.car.is_ambulance, ride.pickup_at, ride.deadhead_min, each.car.plate)
        spare = each.car.seats + 2 * each.car.wheelchairs if ask.mobility in {"walk", "assisted"} else 0
        return (0, each.car.is_ambulance, _tardy(ride, ask), ride.deadhead_min + spare, each.car.plate)

    return sorted(fits, key=key)


def _tardy(ride: RidePlan, ask: Ask) -> datetime | int:
    return 0 if not ask.is_critical else ride.pickup_at


def _room(car: Car, ask: Ask) -> list[Check]:
    """Look at status, zone, infection and room, in this order."""

    def said(code: str, holds: bool, **figures: Any) -> Check:
        return Check(code, "yes" if holds else "no", figures)

    lies = ask.mobility == "stretcher" or (car.is_ambulance and car.stretchers > 0)
    takes_seat = not lies and ask.mobility != "wheelchair"
    seats = ask.party_size - (0 if takes_seat else 1)
    checks = [
        said("status", car.status == "available", status=car.status),
        said("zone", ask.zone_class in car.zones_allowed, zone=ask.zone_class, allowed=sorted(car.zones_allowed)),
    ]
    if ask.infection_class in INFECTIOUS:
        checks.append(said("infection", car.takes_positive))
    checks.append(said("seats", car.seats >= seats, need=seats, has=car.seats))
    if ask.mobility == "wheelchair" and not lies:
        checks.append(said("wheelchair", car.wheelchairs > 0))
    if ask.mobility == "stretcher":
        checks.append(said("stretcher", car.stretchers > 0))
    if ask.needs_oxygen:
        checks.append(said("oxygen", car.has_oxygen))
    return checks


@dataclass(frozen=True)
class _Gap:
    """Free time of a car within a shift: where it stands before, and what comes after."""

    duty: Duty
    starts_at: datetime
    ends_at: datetime
    stands: Point
    follows: Busy | None


def _gaps(car: Car, now: datetime) -> list[_Gap]:
    gaps = []
    for duty in car.duties:
        start, stands = max(duty.starts_at, now), car.base
        for run in car.busy:
            if run.ends_at <= duty.starts_at:
                stands = run.last
                continue
            if run.starts_at >= duty.ends_at:
                break
            if run.starts_at > start:
                gaps.append(_Gap(duty, start, run.starts_at, stands, run))
            start, stands = max(start, run.ends_at), run.last
        if start < duty.ends_at:
            gaps.append(_Gap(duty, start, duty.ends_at, stands, None))
    return gaps


def _time(car: Car, ask: Ask, way: Way) -> tuple[RidePlan | None, Check | None]:
    """Find the ride in the first gap that fits, or the rule of time that bars the car."""
    rides = [ride for gap in _gaps(car, way.pickup_from) if (ride := _place(car, ask, way, gap))]
    if rides:
        return (max if way.arrive_by else min)(rides, key=lambda ride: ride.pickup_at), None
    bare = replace(car, busy=())
    free = [ride for gap in _gaps(bare, way.pickup_from) if (ride := _place(bare, ask, way, gap))]
    if free:
        return None, _occupied(car, free[0])
    wanted = way.arrive_by or way.pickup_from
    duty = next((each for each in car.duties if each.starts_at <= wanted < each.ends_at), None)
    if duty is None:
        return None, _off_shift(car, wanted)
    return None, _too_late(bare, ask, way, duty)


def _place(car: Car, ask: Ask, way: Way, gap: _Gap) -> RidePlan | None:
    """Put the way into one gap; None when it does not fit."""
    empty = ceil(travel_min(gap.stands, way.origin))
    full = ceil(travel_min(way.origin, way.destination))
    board, leave, turn = board_min(ask.mobility, ask.has_stairs), leave_min(ask.mobility), turn_min(ask.zone_class)
    end = gap.ends_at
    if gap.follows:
        longer = ceil(travel_min(way.destination, gap.follows.first)) - gap.follows.spare_min
        end -= timedelta(minutes=max(0, longer))
    earliest = max(_up(gap.starts_at) + timedelta(minutes=empty), _up(way.pickup_from))
    latest = end - timedelta(minutes=board + full + leave + turn)
    if way.pickup_until:
        latest = min(latest, way.pickup_until)
    wanted = earliest
    if way.arrive_by:
        there = timedelta(minutes=board + full)
        earliest = max(earliest, way.arrive_by - timedelta(minutes=ARRIVE_EARLIEST_MIN) - there)
        latest = min(latest, way.arrive_by - there)
        wanted = way.arrive_by - timedelta(minutes=ARRIVE_AIM_MIN) - there
    if earliest > latest:
        return None
    pickup = min(max(wanted, earliest), latest)
    dropoff = pickup + timedelta(minutes=board + full)
    return RidePlan(
        vehicle_code=car.code,
        driver_code=gap.duty.driver_code,
        leave_at=pickup - timedelta(minutes=empty),
        pickup_at=pickup,
        dropoff_at=dropoff,
        free_at=dropoff + timedelta(minutes=leave + turn),
        deadhead_min=empty,
        deadhead_km=round(road_km(gap.stands, way.origin), 1),
        ride_min=full,
    )


def _occupied(car: Car, ride: RidePlan) -> Check:
    """Name the run in the way, with the minutes both would need the car."""
    taken = [run for run in car.busy if run.starts_at < ride.free_at and ride.leave_at < run.ends_at]
    run = taken[0] if taken else min(car.busy, key=lambda each: abs(each.starts_at - ride.leave_at))
    shared = min(run.ends_at, ride.free_at) - max(run.starts_at, ride.leave_at)
    figures = {"who": run.label, "from": run.starts_at, "until": run.ends_at}
    return Check("occupied", "no", {**figures, "min": max(0, ceil(shared / timedelta(minutes=1)))})


def _off_shift(car: Car, wanted: datetime) -> Check:
    later = next((each for each in car.duties if each.starts_at > wanted), None)
    if later:
        return Check("shift", "no", {"from": later.starts_at})
    ended = [each for each in car.duties if each.ends_at <= wanted]
    return Check("shift", "no", {"until": ended[-1].ends_at} if ended else {})


def _too_late(car: Car, ask: Ask, way: Way, duty: Duty) -> Check:
    """Say when the car could be there at the soonest."""
    soonest = replace(way, arrive_by=None, pickup_until=None)
    rides = [ride for gap in _gaps(car, way.pickup_from) if (ride := _place(car, ask, soonest, gap))]
    if not rides:
        return Check("shift", "no", {"until": duty.ends_at})
    at = rides[0].dropoff_at if way.arrive_by else rides[0].pickup_at
    return Check("arrival", "no", {"at": at, "by": way.arrive_by or way.pickup_until})


def _up(at: datetime) -> datetime:
    """Round up to the whole minute."""
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + timedelta(minutes=1)
