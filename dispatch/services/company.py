"""Going home in company: whoever is ready joins a car that comes to the same door anyway (E18, C19).

A dial-a-ride insertion into a run that stands: nobody who was told a time is moved by more than the few minutes the
rulebook's C19 allows, and the ride keeps within the limit for those aboard. The car kept for the joiner is given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.actors import Actor
from core.errors import Conflict
from core.geo import Point, travel_min
from dispatch.allowances import leave_min, turn_min
from hospitals.models import Intake
from hospitals.states import IntakeStatus
from matching.params import Params
from transport.models import Run, Shift, Stop, Trip
from transport.services import scheduling
from transport.states import RunStatus, StopKind, TripDirection, TripStatus

MIN = timedelta(minutes=1)
COMES_WITHIN = timedelta(minutes=25)  # a car that comes later than this is not waited for
HOLD = timedelta(minutes=12)  # the first of several who are nearly ready waits this long for the others
TOLD_TOLERANCE_MIN = 5.0  # decisions.md C19
WORTH_MIN = 10.0  # an own car drives empty about so long before it stands at the door
COMING = (RunStatus.OFFERED, RunStatus.ACCEPTED, RunStatus.UNDER_WAY)
LIMITS = Params()


@dataclass(frozen=True)
class _Seat:
    """Where in a run a ride home fits: its times, and the minutes it adds."""

    run: Run
    pickup_at: datetime
    dropoff_at: datetime
    free_at: datetime
    added_min: float
    moves_min: float  # what those set down later were told moves by so much, boarding apart


def ride_along(trip: Trip, *, by: Actor, at: datetime) -> Run | None:
    """Put a called way home on the car that adds the least; None when no car that comes has a fitting seat."""
    if trip.status != TripStatus.UNSCHEDULED or trip.direction != TripDirection.INBOUND or trip.from_kind != "facility":
        return None
    seats = [seat for run in _coming(trip, at) if (seat := _seat(run, trip, at)) is not None]
    for seat in sorted(seats, key=lambda each: each.added_min):
        try:
            with transaction.atomic():
                if trip.reserved_run_id:
                    scheduling.release_reservation(trip, by=by, at=at, reason="拼车回家")
                times = {"pickup_at": seat.pickup_at, "dropoff_at": seat.dropoff_at, "free_at": seat.free_at}
                return scheduling.join(seat.run, trip, **times, by=by, at=at, explanation={"company": True})
        except Conflict:  # no room at some moment, or the car's next outing is in the way: the next one
            trip.refresh_from_db()
    return None


def hold_for_others(trip: Trip, *, at: datetime) -> timedelta:
    """Return how long a car is worth waiting for: until those of the same class at the same place are ready, too."""
    inside = Intake.objects.filter(facility_id=trip.from_code, status=IntakeStatus.IN_TREATMENT)
    near = inside.filter(expected_ready_at__gt=at, expected_ready_at__lte=at + HOLD)
    soon = dict(near.values_list("case_ref", "expected_ready_at"))
    others = Trip.objects.filter(
        case_ref__in=soon,
        direction=TripDirection.INBOUND,
        status=TripStatus.WILL_CALL,
        zone_class=trip.zone_class,
        infection_class=trip.infection_class,
    )
    last = max((soon[case] for case in others.values_list("case_ref", flat=True)), default=None)
    return last - at if last else timedelta()


def _coming(trip: Trip, at: datetime) -> Iterator[Run]:
    """Yield the runs of the same class that come to where the party waits."""
    doors = Stop.objects.filter(
        kind=StopKind.PICKUP,
        place_kind=trip.from_kind,
        place_code=trip.from_code,
        departed_at__isnull=True,
        planned_at__lte=at + COMES_WITHIN,
        trip__direction=TripDirection.INBOUND,
        trip__zone_class=trip.zone_class,
        trip__infection_class=trip.infection_class,
        run__status__in=COMING,
        run__is_pinned=False,
    )
    runs = Run.objects.filter(pk__in=doors.values("run_id"), vehicle__dispatch_area=trip.dispatch_area)
    yield from runs.select_related("vehicle", "driver").order_by("occupied", "pk")


def _seat(run: Run, trip: Trip, at: datetime) -> _Seat | None:
    """Find the cheapest place for the party's drop-off among the run's stops to come; None when none is allowed."""
    left = list(run.stops.filter(departed_at__isnull=True).order_by("position"))
    doors = [stop for stop in left if stop.kind == StopKind.PICKUP]
    drops = [stop for stop in left if stop.kind == StopKind.DROPOFF]
    if any(stop.place_code != trip.from_code for stop in doors):  # it goes on to other doors: leave it alone
        return None
    pickup_at = max(doors[-1].planned_at, at + MIN)
    moved = (pickup_at - doors[-1].planned_at) / MIN + leave_min(trip.mobility)
    found = [_after(run, trip, drops, number, pickup_at) for number in range(len(drops))]
    fits = [seat for seat in found if seat and moved + seat.moves_min <= TOLD_TOLERANCE_MIN]
    return min(fits, key=lambda seat: seat.added_min, default=None)


def _after(run: Run, trip: Trip, drops: list[Stop], number: int, pickup_at: datetime) -> _Seat | None:
    """Set the party down after the drop-off `number`; None when the ride is too long or the shift over."""
    before, following = drops[number], drops[number + 1] if number + 1 < len(drops) else None
    home, leave = trip.destination.point, leave_min(trip.mobility)
    way = travel_min(before.point, home)
    dropoff_at = before.planned_at + (2 * leave + way) * MIN  # boarding, and the drop-off before
    direct = travel_min(trip.origin.point, home)
    if (dropoff_at - pickup_at) / MIN > max(LIMITS.ride_limit_min, LIMITS.ride_detour * direct + 15):
        return None
    added = way + leave + (_detour(before.point, home, following.point) if following else 0.0)
    free_at = max(run.occupied.upper, dropoff_at + (leave + turn_min(trip.zone_class)) * MIN)
    on_duty = Shift.objects.filter(vehicle=run.vehicle_id, driver=run.driver_id, ends_at__gte=dropoff_at)
    if added > direct + WORTH_MIN or not on_duty.filter(starts_at__lte=pickup_at).exists():
        return None
    if following is None and not _reaches_next(run, trip, dropoff_at + leave * MIN):
        return None
    return _Seat(run, pickup_at, dropoff_at, free_at, added, added if following else 0.0)


def _reaches_next(run: Run, trip: Trip, free_at: datetime) -> bool:
    """Say whether the car would still be in time for its next outing, which was promised from where this one ended."""
    ahead = Run.objects.live().filter(vehicle=run.vehicle_id, occupied__startswith__gte=run.occupied.upper)
    after = ahead.exclude(reserved_trips=trip).order_by("occupied").first()
    first = after.stops.order_by("position").first() if after else None
    way = travel_min(trip.destination.point, first.point) if first else 0.0
    return first is None or (free_at - first.planned_at) / MIN + way <= TOLD_TOLERANCE_MIN


def _detour(before: Point, home: Point, following: Point) -> float:
    return travel_min(home, following) - travel_min(before, following)
