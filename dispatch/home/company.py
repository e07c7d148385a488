"""Going home in company: whoever is ready joins a car that comes to the same door anyway (E18, C19).

A dial-a-ride insertion into a run that stands: nobody who was told a time is moved by more than the few minutes the
rulebook's C19 allows, and the ride keeps within the limit for those aboard. The car kept for the joiner is given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from access.models import AccessRequest
from access.selectors.rescue import place_of
from core.actors import Actor
from core.errors import Conflict
from core.geo import Point, travel_min
from core.vocabulary import PlaceKind
from dispatch.hand import way_home
from dispatch.hand.arrangement import Join
from dispatch.limits import leave_min, limits, turn_min
from hospitals.models import Intake
from hospitals.states import IntakeStatus
from matching.params import Params
from transport.models import Run, Shift, Stop, Trip
from transport.selectors import kept_alone
from transport.services.scheduling import RunTimes
from transport.states import RunStatus, StopKind, TripDirection, TripStatus

MIN = timedelta(minutes=1)
COMES_WITHIN = timedelta(minutes=25)  # a car that comes later than this is not waited for
HOLD = timedelta(minutes=12)  # the first of several who are nearly ready waits this long for the others
HOLD_KEPT = timedelta(minutes=40)  # … and this long for those the same car is kept for
ENDS_LATE = timedelta(minutes=10)  # a treatment ends about so much later than expected, if it does
WORTH_MIN = 10.0  # an own car drives empty about so long before it stands at the door
WORTH_SHARED_MIN = 10.0  # a car that is kept for others as well comes all the same
COMING = (RunStatus.OFFERED, RunStatus.ACCEPTED, RunStatus.UNDER_WAY)
RIDES = Params()


@dataclass(frozen=True)
class _Seat:
    """Where in a run a ride home fits: its times, and the minutes it adds."""

    run: Run
    pickup_at: datetime
    dropoff_at: datetime
    free_at: datetime
    added_min: float
    moves_min: float  # what somebody else was told moves by so much


def ride_along(trip: Trip, request: AccessRequest, *, by: Actor, at: datetime) -> Run | None:
    """Put a called way home on the car that adds the least; None when no car that comes has a fitting seat."""
    if (
        trip.status != TripStatus.UNSCHEDULED
        or trip.direction != TripDirection.INBOUND
        or trip.from_kind != PlaceKind.FACILITY
    ):
        return None
    coming = list(_coming(trip, at))
    if not coming:
        return None
    told_min = limits(place=place_of(request), at=at).told
    seats = [seat for run in coming if (seat := _seat(run, trip, told_min, at)) is not None]
    if trip.reserved_run_id and kept_alone(trip) is None:
        seats = [seat for seat in seats if seat.run.pk == trip.reserved_run_id or seat.added_min <= WORTH_SHARED_MIN]
    for seat in sorted(seats, key=lambda each: each.added_min):
        try:
            with transaction.atomic():
                way = Join(seat.run.pk, _ride(seat), {"company": True})
                return way_home.write(trip, request, way, is_pinned=False, by=by, at=at)
        except Conflict:  # no room at some moment, or the car's next outing is in the way: the next one
            trip.refresh_from_db()
    return None


def _ride(seat: _Seat) -> RunTimes:
    run = seat.run
    return RunTimes(run.vehicle, run.driver, run.occupied.lower, seat.pickup_at, seat.dropoff_at, seat.free_at)


def hold_for_others(trip: Trip, *, at: datetime) -> timedelta:
    """Return how long a car is worth waiting for: until those of the same class at the same place are ready, too.

    Those the same car is kept for are waited for longer; who needs longer still is planned anew when it leaves.
    """
    ends = Intake.objects.filter(status=IntakeStatus.IN_TREATMENT, expected_ready_at__isnull=False)
    others = Trip.objects.filter(
        from_code=trip.from_code,
        direction=TripDirection.INBOUND,
        status=TripStatus.WILL_CALL,
        zone_class=trip.zone_class,
        infection_class=trip.infection_class,
        ready_at__gt=at - HOLD_KEPT,
        ready_at__lte=at + 2 * HOLD_KEPT,
    ).annotate(ends_at=Subquery(ends.filter(case_ref=OuterRef("case_ref")).values("expected_ready_at")[:1]))
    waits = [timedelta()]
    ends_at: datetime | None
    for run_id, ready_at, ends_at in others.exclude(pk=trip.pk).values_list("reserved_run_id", "ready_at", "ends_at"):
        is_ours = trip.reserved_run_id is not None and run_id == trip.reserved_run_id
        if is_ours:
            ends_at = (ends_at or ready_at or at) + ENDS_LATE
        if ends_at and at < ends_at <= at + (HOLD_KEPT if is_ours else HOLD):
            waits.append(ends_at - at)
    return max(waits)


def _coming(trip: Trip, at: datetime) -> Iterator[Run]:
    """Yield the runs of the same class that come to where the party waits."""
    doors = Stop.objects.filter(
        kind=StopKind.PICKUP,
        place_kind=trip.from_kind,
        place_code=trip.from_code,
        departed_at__isnull=True,
        trip__direction=TripDirection.INBOUND,
        trip__zone_class=trip.zone_class,
        trip__infection_class=trip.infection_class,
        run__status__in=COMING,
        run__is_pinned=False,
    ).filter(Q(planned_at__lte=at + COMES_WITHIN) | Q(run=trip.reserved_run_id))
    runs = Run.objects.filter(pk__in=doors.values("run_id"), vehicle__dispatch_area=trip.dispatch_area)
    yield from runs.select_related("vehicle", "driver").order_by("occupied", "pk")


def _seat(run: Run, trip: Trip, told_min: float, at: datetime) -> _Seat | None:
    """Find the cheapest place for the party's drop-off among the run's stops to come; None when none is allowed.

    Whom the run is kept for has a place in it that everybody's times allow for; nobody else may take it.
    """
    left = list(run.stops.filter(departed_at__isnull=True).select_related("trip").order_by("position"))
    doors = [stop for stop in left if stop.kind == StopKind.PICKUP]
    drops = [stop for stop in left if stop.kind == StopKind.DROPOFF]
    if any(stop.place_code != trip.from_code for stop in doors):  # it goes on to other doors: leave it alone
        return None
    pickup_at = max(doors[-1].planned_at, at + MIN)
    if run.pk == trip.reserved_run_id and (seat := _kept_seat(run, trip, doors[-1], pickup_at, told_min)):
        return seat
    drops = sorted([*drops, *_kept_drops(run, trip)], key=lambda stop: stop.planned_at)
    found = [_before(run, trip, drops, number, (doors[-1], pickup_at), told_min) for number in range(len(drops) + 1)]
    fits = [seat for seat in found if seat and seat.moves_min <= told_min]
    return min(fits, key=lambda seat: seat.added_min, default=None)


def _kept_seat(run: Run, trip: Trip, door: Stop, pickup_at: datetime, told_min: float) -> _Seat | None:
    """Give somebody the times kept for them in a run that set out; None when they come too late for them."""
    home_at, way = trip.dropoff_planned_at, travel_min(trip.origin.point, trip.destination.point)
    is_late = (pickup_at - door.planned_at) / MIN > told_min
    if is_late or home_at is None or home_at < pickup_at + way * MIN:
        return None
    return _Seat(run, pickup_at, home_at, run.occupied.upper, 0.0, 0.0)


def _kept_drops(run: Run, besides: Trip) -> list[Stop]:
    """Return where those the run is kept for as well will be set down, as stops that are not written yet."""
    kept = [(each, each.dropoff_planned_at) for each in run.reserved_trips.exclude(pk=besides.pk)]
    return [Stop(trip=each, planned_at=at, lat=each.to_lat, lon=each.to_lon) for each, at in kept if at]


def _before(
    run: Run, trip: Trip, drops: list[Stop], number: int, door: tuple[Stop, datetime], told_min: float
) -> _Seat | None:
    """Set the party down before the drop-off `number`; None when the ride is too long or the shift over."""
    last, pickup_at = door
    home, leave = trip.destination.point, leave_min(trip.mobility)
    boarded = max(last.planned_at + leave_min(last.trip.mobility) * MIN, pickup_at) + leave * MIN
    late_before, before = _drive(boarded, trip.origin.point, drops[:number])
    ahead = [trip.origin.point, *(stop.point for stop in drops)][number]
    dropoff_at = before + travel_min(ahead, home) * MIN
    late_after, ends_at = _drive(dropoff_at + leave * MIN, home, drops[number:])
    direct, following = travel_min(trip.origin.point, home), drops[number].point if number < len(drops) else None
    added = travel_min(ahead, home) + leave
    added += travel_min(home, following) - travel_min(ahead, following) if following else 0.0
    if (dropoff_at - pickup_at) / MIN > RIDES.ride_limit(RIDES.ride_limit_min, direct):
        return None
    on_duty = Shift.objects.filter(vehicle=run.vehicle_id, driver=run.driver_id, ends_at__gte=dropoff_at)
    if added > direct + WORTH_MIN or not on_duty.filter(starts_at__lte=pickup_at).exists():
        return None
    if following is None and not _reaches_next(run, trip, dropoff_at + leave * MIN, told_min):
        return None
    free_at = max(run.occupied.upper, ends_at + turn_min(trip.zone_class) * MIN)
    return _Seat(run, pickup_at, _between(drops, number, dropoff_at), free_at, added, max(late_before, late_after))


def _reaches_next(run: Run, trip: Trip, free_at: datetime, told_min: float) -> bool:
    """Say whether the car would still be in time for its next outing, which was promised from where this one ended."""
    ahead = Run.objects.live().filter(vehicle=run.vehicle_id, occupied__startswith__gte=run.occupied.upper)
    if own := kept_alone(trip):  # it is given back
        ahead = ahead.exclude(pk=own)
    after = ahead.order_by("occupied").first()
    first = after.stops.order_by("position").first() if after else None
    way = travel_min(trip.destination.point, first.point) if first else 0.0
    return first is None or (free_at - first.planned_at) / MIN + way <= told_min


def _drive(leaves: datetime, start: Point, drops: list[Stop]) -> tuple[float, datetime]:
    """Drive from stop to stop; return by how much anybody is later than told, and when the last is set down."""
    late, here = 0.0, start
    for stop in drops:
        leaves += travel_min(here, stop.point) * MIN
        late = max(late, (leaves - stop.planned_at) / MIN)
        leaves, here = leaves + leave_min(stop.trip.mobility) * MIN, stop.point
    return late, leaves


def _between(drops: list[Stop], number: int, moment: datetime) -> datetime:
    """Return the time to be told for a drop-off so that it stays in its place among those told before."""
    earliest = drops[number - 1].planned_at + MIN if number else moment
    latest = drops[number].planned_at - MIN if number < len(drops) else max(moment, earliest)
    return max(earliest, min(moment, latest))
