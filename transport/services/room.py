"""Room between two outings of one car: the later one leaves when it must, from where the earlier one ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core import audit
from core.actors import Actor
from core.errors import Conflict
from core.geo import Point, travel_min
from transport.models import Run, Stop
from transport.services import follow
from transport.services.outing import TAKEN, RunTimes, as_conflict
from transport.states import RunStatus, TripStatus

NOT_LEFT = (RunStatus.DRAFT, RunStatus.OFFERED, RunStatus.ACCEPTED)
SECOND = timedelta(seconds=1)  # times are planned to the second


def take_time(
    write: Callable[[], object], ride: RunTimes, ends: Point, *, by: Actor, at: datetime, besides: Run | None = None
) -> None:
    """Write an outing; where only the departure of the car's next one is in the way, that one leaves later.

    Raises Conflict when the exclusion constraints refuse it all the same.
    """
    try:
        with as_conflict(ride, besides):
            write()
    except Conflict as refused:
        if refused.code not in TAKEN or not make_room(ride, ends, by=by, at=at, besides=besides):
            raise
        with as_conflict(ride, besides):
            write()


def make_room(ride: RunTimes, ends: Point, *, by: Actor, at: datetime, besides: Run | None = None) -> bool:
    """Let the car's next outing leave later where this one ends after its departure, straight from where this one ends.

    Only where it still meets the told time of its first stop, and has not left; otherwise nothing is changed. The
    caller holds the vehicle.
    """
    ahead = Run.objects.filter(vehicle=ride.vehicle, status__in=NOT_LEFT, occupied__overlap=ride.occupied)
    others = ahead.exclude(pk=besides.pk) if besides else ahead
    run = others.select_for_update(of=("self",)).order_by("occupied").first()
    first = _first_stop(run) if run else None
    if run is None or first is None:
        return False
    reaches = ride.free_at + timedelta(minutes=travel_min(ride.ends or ends, first.point))
    if reaches > first.planned_at + SECOND:
        return False
    _leave(run, first, ride.free_at, by=by, at=at)
    return True


def give_room_back(gone: Run, *, by: Actor, at: datetime) -> None:
    """Let the outing that followed on one called off leave in time again, from where its car then stands."""
    after = Run.objects.filter(
        vehicle=gone.vehicle_id, status__in=NOT_LEFT, occupied__startswith=gone.occupied.upper
    ).select_for_update(of=("self",))
    run = after.select_related("vehicle").first()
    first = _first_stop(run) if run else None
    if run is None or first is None:
        return
    before = Run.objects.live().filter(vehicle=run.vehicle_id, occupied__endswith__lte=run.occupied.lower)
    earlier = before.order_by("-occupied").first()
    last = earlier.stops.order_by("-position").first() if earlier else None
    drive = timedelta(minutes=ceil(travel_min(last.point if last else run.vehicle.point, first.point)))
    soonest = max(at, earlier.occupied.upper) if earlier else at
    leaves = max(first.planned_at - drive, soonest)
    if leaves < run.occupied.lower:
        _leave(run, first, leaves, by=by, at=at)


def _first_stop(run: Run) -> Stop | None:
    """Return where an outing begins; None once somebody has been there."""
    stops = run.stops.exclude(trip__status=TripStatus.CANCELLED).select_related("trip")
    first = stops.order_by("position").first()
    return first if first and not (first.arrived_at or first.departed_at) else None


def _leave(run: Run, first: Stop, leaves_at: datetime, *, by: Actor, at: datetime) -> None:
    run.occupied = DateTimeTZRange(leaves_at, run.occupied.upper, "[)")
    run.save(update_fields=["occupied"])
    detail = {"leaves_at": leaves_at.isoformat()}
    audit.record("run.leaves", run, by=by, at=at, detail=detail, case_ref=first.trip.case_ref)
    follow.touch([], run)
