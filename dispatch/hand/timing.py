"""When a car could do one way: the free time between its runs, with the driving in between counted anew. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from core.geo import Point, road_km, travel_min
from dispatch.hand.allowances import ARRIVE_AIM_MIN, ARRIVE_EARLIEST_MIN, board_min, leave_min, turn_min
from dispatch.shapes import Ask, Busy, Car, Check, Duty, RidePlan, Way


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


def find_ride(car: Car, ask: Ask, way: Way) -> tuple[RidePlan | None, Check | None]:
    """Find the ride in the first gap that fits, or the rule of time that bars the car."""
    rides = [ride for gap in _gaps(car, way.leave_from) if (ride := _place(car, ask, way, gap))]
    if rides:
        return (max if way.arrive_by else min)(rides, key=lambda ride: ride.pickup_at), None
    bare = replace(car, busy=())
    free = [ride for gap in _gaps(bare, way.leave_from) if (ride := _place(bare, ask, way, gap))]
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
    rides = [ride for gap in _gaps(car, way.leave_from) if (ride := _place(car, ask, soonest, gap))]
    if not rides:
        return Check("shift", "no", {"until": duty.ends_at})
    at = rides[0].dropoff_at if way.arrive_by else rides[0].pickup_at
    return Check("arrival", "no", {"at": at, "by": way.arrive_by or way.pickup_until})


def _up(at: datetime) -> datetime:
    """Round up to the whole minute."""
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + timedelta(minutes=1)


def duty_of(car: Car, ride: RidePlan | None) -> Duty | None:
    """Return the shift a ride falls in, else the first: whose name stands beside the car."""
    duties = (duty for duty in car.duties if ride and duty.driver_code == ride.driver_code)
    return next(duties, car.duties[0] if car.duties else None)
