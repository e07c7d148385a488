"""When a car could do one way: the free time between its runs, with the driving in between counted anew. Pure.

Driving is counted to the second, as the engine counts it: whole minutes would refuse what the plan does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil

from core.geo import Point, road_km, travel_min
from dispatch.limits import MINUTE, board_min, leave_min, turn_min
from dispatch.shapes import Ask, Busy, Car, Check, Duty, RidePlan, Way

SECOND = timedelta(seconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Gap:
    """Free time of a car within a shift: where it stands before, and what comes after, in this shift or a later one."""

    duty: Duty
    starts_at: datetime
    stands: Point
    before: Busy | None
    follows: Busy | None
    is_last: bool = False  # of its shift: what follows leaves from the base


def _gaps(car: Car, now: datetime) -> list[_Gap]:
    gaps = []
    for duty in car.duties:
        begins = max(duty.starts_at, now)
        start, stands, before = begins, car.base, None
        for run in car.busy:
            if run.ends_at <= duty.starts_at:
                stands, before = run.last, run
                continue
            if run.starts_at >= duty.ends_at:
                break
            if run.starts_at > begins and run.first_at > start:  # what has left already leaves no later
                gaps.append(_Gap(duty, start, stands, before, run))
            start, stands, before = max(start, run.ends_at), run.last, run
        if start < duty.ends_at:
            later = next((run for run in car.busy if run.starts_at >= duty.ends_at), None)
            gaps.append(_Gap(duty, start, stands, before, later, is_last=True))
    return gaps


def find_ride(car: Car, ask: Ask, way: Way) -> tuple[RidePlan | None, Check | None]:
    """Find the best ride among the gaps, or the rule of time that bars the car.

    With an hour to keep the latest one that the plan would make, else the latest; without one the soonest.
    """
    rides = [ride for gap in _gaps(car, way.leave_from) if (ride := _place(car, ask, way, gap))]
    if rides and way.arrive_by:
        return max(rides, key=lambda ride: (way.is_planned_so(ride) and not ride.base_at, ride.pickup_at)), None
    if rides:  # whoever may wait no longer than so is fetched by a car that is back in time, if there is one
        return min(rides, key=lambda ride: (bool(way.pickup_until and ride.base_at), ride.pickup_at)), None
    bare = replace(car, busy=())
    free = [ride for gap in _gaps(bare, way.leave_from) if (ride := _place(bare, ask, way, gap))]
    if free and car.busy:
        return None, _occupied(car, free[0])
    wanted = way.arrive_by or way.pickup_from
    duty = next((each for each in car.duties if each.starts_at <= wanted < each.ends_at), None)
    if duty is None:
        return None, _off_shift(car, wanted)
    return None, _too_late(bare, ask, way, duty)


def _place(car: Car, ask: Ask, way: Way, gap: _Gap) -> RidePlan | None:
    """Put the way into one gap; None when it does not fit.

    The plan has a car back at its base when the shift ends. By hand it is set down and clean by then; such a ride says
    when the car is back.
    """
    empty, full = _drive(gap.stands, way.origin), _drive(way.origin, way.destination)
    board, leave = board_min(ask.mobility, ask.has_stairs) * MINUTE, leave_min(ask.mobility) * MINUTE
    turn, stay = turn_min(ask.zone_class) * MINUTE, board + full + leave
    earliest, latest, wanted = _hours(way, board + full, max(_up(_clean_at(gap, ask)) + empty, _up(way.pickup_from)))
    leaves, home, is_late = None, timedelta(), False
    if gap.follows is not None:
        leaves = gap.follows.first_at - _onward(car, way, gap, gap.follows)
        is_same = gap.follows.ride_class in ("", ask.ride_class)
        latest = min(latest, leaves - (timedelta() if is_same else turn) - stay)
    if gap.is_last:
        home = _drive(way.destination, car.base)
        is_late = earliest > gap.duty.ends_at - home - stay
        latest = min(latest, gap.duty.ends_at - (turn if is_late else home) - stay)
    if earliest > latest:
        return None
    pickup = min(max(wanted, earliest), latest)
    left = pickup + stay
    return RidePlan(
        vehicle_code=car.code,
        driver_code=gap.duty.driver_code,
        leave_at=pickup - empty,
        pickup_at=pickup,
        dropoff_at=left - leave,
        free_at=min(left + turn, leaves) if leaves else left + turn,
        deadhead_min=ceil(empty / MINUTE),
        deadhead_km=round(road_km(gap.stands, way.origin), 1),
        ride_min=ceil(full / MINUTE),
        base_at=left + home if is_late else None,
    )


def _hours(way: Way, there: timedelta, earliest: datetime) -> tuple[datetime, datetime, datetime]:
    """Return the first and the last pick-up by the hours of a way, and the wanted one; `there`: from it to set down."""
    if way.arrive_by is None:
        return earliest, way.pickup_until or _NEVER, earliest
    set_out, limits = way.arrive_by - there, way.limits
    first = max(earliest, set_out - limits.early_by_person * MINUTE)
    last = min(set_out - limits.spare_by_person * MINUTE, way.pickup_until or _NEVER)
    return first, last, set_out - limits.aim * MINUTE


def _onward(car: Car, way: Way, gap: _Gap, follows: Busy) -> timedelta:
    """Return the way to what follows: from one shift to the next by way of the base."""
    if gap.is_last:
        return _drive(way.destination, car.base) + _drive(car.base, follows.first)
    return _drive(way.destination, follows.first)


def _clean_at(gap: _Gap, ask: Ask) -> datetime:
    """Return when a car may leave for a party: free, and clean of another class (E18)."""
    if gap.before is None or gap.before.ride_class in ("", ask.ride_class):
        return gap.starts_at
    return max(gap.starts_at, gap.before.ends_at + gap.before.unclean)


def _drive(start: Point, end: Point) -> timedelta:
    return ceil(travel_min(start, end) * 60) * SECOND


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
    """Round up to the full second."""
    return at + timedelta(microseconds=-at.microsecond % 1_000_000)


def duty_of(car: Car, ride: RidePlan | None) -> Duty | None:
    """Return the shift a ride falls in, else the first: whose name stands beside the car."""
    theirs = [duty for duty in car.duties if ride and duty.driver_code == ride.driver_code]
    falls = (duty for duty in theirs if ride and duty.starts_at <= ride.leave_at < duty.ends_at)
    return next(falls, theirs[0] if theirs else car.duties[0] if car.duties else None)
