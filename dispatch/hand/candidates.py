"""Which car can take one way of one request, and for every other car the first rule that bars it. Pure.

The order of the rules is fixed, so that two dispatchers read the same reason: status, then zone, skills and room as the
engine judges them (`car_rules`), shift, time taken by another run, arrival.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core.geo import Point
from core.vocabulary import INFECTIOUS, Mobility
from dispatch.hand.car_rules import bar_of
from dispatch.hand.car_rules import met as rules_met
from dispatch.hand.timing import duty_of, find_ride
from dispatch.limits import LIMITS, MINUTE, Limits
from dispatch.shapes import Ask, Car, Check, Fit, RidePlan, Way

BY_PERSON = frozenset({"waits_at_door", "no_spare", "late_back", "closed_loop"})


def way_there(
    origin: Point, destination: Point, *, now: datetime, arrive_by: datetime | None, limits: Limits = LIMITS
) -> Way:
    """Describe the way to the hospital."""
    return Way(origin, destination, leave_from=now, pickup_from=now, arrive_by=arrive_by, limits=limits)


def way_back(
    origin: Point,
    destination: Point,
    *,
    ready_at: datetime,
    now: datetime,
    is_firm: bool = False,
    limits: Limits = LIMITS,
) -> Way:
    """Describe the way home; a firm one (somebody stands waiting) takes any car that comes."""
    start = max(ready_at, now)
    if is_firm:
        return Way(origin, destination, leave_from=now, pickup_from=start, limits=limits)
    until = start + limits.wait_target * MINUTE
    return Way(origin, destination, leave_from=now, pickup_from=start, pickup_until=until, limits=limits)


def way_between(origin: Point, destination: Point, *, ready_at: datetime, now: datetime) -> Way:
    """Describe the way of somebody who waits at one hospital for another: any car, as early as possible."""
    return Way(origin, destination, leave_from=now, pickup_from=max(ready_at, now))


def fit(car: Car, ask: Ask, way: Way) -> Fit:
    """Look at one car for one way."""
    if bar := bar_of(car, ask):
        return Fit(car, None, (bar,))
    ride, barred = find_ride(car, ask, way)
    if ride is None:
        return Fit(car, None, (barred,) if barred else ())
    met = rules_met(car, ask)
    met.append(Check("deadhead", "yes", {"min": ride.deadhead_min, "km": ride.deadhead_km}))
    met += [*_hour(way, ride), *_end(car, ride)]
    if car.is_ambulance and not (ask.is_critical or ask.infection_class in INFECTIOUS):  # R-000-10, R-000-11
        met.append(Check("ambulance_used", "but"))
    if ask.is_critical and not car.is_ambulance:
        met.append(Check("not_ambulance", "but"))
    return Fit(car, ride, tuple(met))


def _hour(way: Way, ride: RidePlan) -> list[Check]:
    """Say where a ride keeps to no more than a person may decide."""
    early = way.early(ride)
    if way.is_planned_so(ride):
        return []
    code = "waits_at_door" if early > way.limits.early else "no_spare"
    return [Check(code, "but", {"min": max(0, int(early))})]


def _end(car: Car, ride: RidePlan) -> list[Check]:
    """Say where a car is back at its base only after its shift: the plan sends no such car."""
    duty = duty_of(car, ride)
    if duty is None or ride.base_at is None:
        return []
    is_relief = any(each.starts_at == duty.ends_at for each in car.duties)
    return [Check("late_back", "but", {"until": duty.ends_at, "at": ride.base_at, "is_relief": is_relief})]


def rank(fits: Iterable[Fit], ask: Ask) -> list[Fit]:
    """Order the possible cars best first, then the barred ones by plate.

    A critical patient gets an ambulance that sets out at once, else whatever car is at the door first (R-000-10, C7).
    Everybody else keeps the ambulances free
    (R-000-11) and takes the car with the fewest empty minutes; a car with more room than needed counts as a little
    farther. A car that the plan would send goes before one that only a person may.
    """

    def key(each: Fit) -> tuple[Any, ...]:
        ride = each.ride
        if ride is None:
            return (1, each.checks[0].code if each.checks else "", each.car.plate)
        if ask.is_critical:
            comes_at_once = each.car.is_ambulance and (ask.ambulance_by is None or ride.leave_at <= ask.ambulance_by)
            return (0, not comes_at_once, ride.pickup_at, each.is_late_back, not each.car.is_ambulance, each.car.plate)
        spare = each.car.wheelchairs * 2 if ask.mobility in {Mobility.WALK, Mobility.ASSISTED} else 0
        is_off = any(check.verdict == "but" and check.code in BY_PERSON for check in each.checks)
        return (0, each.car.is_ambulance, is_off, ride.deadhead_min + spare + each.car.seats, each.car.plate)

    return sorted(fits, key=key)
