"""The car kept for a way home: sent when somebody is ready, as kept if it can, moved in time if it must (C15)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from access.models import AccessRequest
from communities.services import passes
from core import boards
from core.actors import RELAY, Actor
from core.errors import Conflict
from dispatch import snapshot
from dispatch.allowances import PICKUP_LATEST_MIN
from dispatch.candidates import fit, way_back
from dispatch.offers import returns as rank_returns
from dispatch.services import company, rides
from dispatch.services.placement import HORIZON_H
from dispatch.shapes import Way
from hospitals.services import appointments
from transport.models import Run, Trip, Vehicle
from transport.services import scheduling
from transport.services.scheduling import Ride
from transport.states import StopKind

SHIFT_AT_MOST = timedelta(minutes=20)  # the kept time moves along with who is ready a little later
AUTO_LATEST = timedelta(minutes=45)  # a reserved car that comes later than this is left for a person to judge


def fleet(request: AccessRequest, *, at: datetime, besides: UUID | None) -> snapshot.Fleet:
    """Read the cars of the request's area, as if the run `besides` were not."""
    since, until = at - snapshot.LOOK_BACK, at + timedelta(hours=HORIZON_H)
    return snapshot.fleet(request.dispatch_area, since=since, until=until, besides=besides)


def home_way(trip: Trip, at: datetime) -> Way:
    """Describe the way home of somebody who waits."""
    ready = trip.ready_at or at
    return way_back(trip.origin.point, trip.destination.point, ready_at=ready, now=at, is_firm=True)


def call(trip: Trip, request: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Move the reserved car to when the person is ready; a car that could only come much later is left to a person."""
    run = trip.reserved_run
    if run is None:
        return
    list(Vehicle.objects.select_for_update().filter(pk=run.vehicle_id))
    ready, hold = max(trip.ready_at or at, at), company.hold_for_others(trip, at=at)
    for start in sorted({ready + hold, ready}, reverse=True):
        if _comes_as_kept(trip, run, request, ready=start, by=by, at=at):
            return
    seen = fleet(request, at=at, besides=run.pk)
    car = seen.car(run.vehicle_id)
    found = fit(car, snapshot.ask_of_trip(trip, request), home_way(trip, at)) if car else None
    if found is None or found.ride is None or found.ride.pickup_at - ready > AUTO_LATEST:
        return
    ride = rides.ride_of(found)
    sent = scheduling.use_reservation(trip, ride=ride, by=by, at=at, explanation=rides.why(found))
    tell(request, sent, trip, by=by, at=at)


def _comes_as_kept(trip: Trip, run: Run, request: AccessRequest, *, ready: datetime, by: Actor, at: datetime) -> bool:
    """Let the car come at the time it was kept for, or the few minutes later they are ready; False when it cannot."""
    planned = {stop.kind: stop.planned_at for stop in run.stops.filter(trip=trip)}
    pickup = planned.get(StopKind.PICKUP)
    if pickup is None or not ready - SHIFT_AT_MOST <= pickup <= ready + timedelta(minutes=PICKUP_LATEST_MIN):
        return False
    later = max(ready - pickup, timedelta())
    home = planned[StopKind.DROPOFF]
    leaves, free = run.occupied.lower, run.occupied.upper
    ride = Ride(run.vehicle, run.driver, leaves + later, pickup + later, home + later, free + later)
    try:
        with transaction.atomic():
            scheduling.use_reservation(trip, ride=ride, by=by, at=at, explanation=trip.explanation)
    except Conflict:  # the car has something else then: it is looked at anew
        trip.refresh_from_db()
        return False
    tell(request, run, trip, by=by, at=at)
    return True


def move(trip: Trip, request: AccessRequest, *, ready: datetime, at: datetime) -> None:
    """Keep a car for a later end: the same one when it is free then, else the best one."""
    seen = fleet(request, at=at, besides=trip.reserved_run_id)
    way = way_back(trip.origin.point, trip.destination.point, ready_at=ready, now=at)
    ask = snapshot.ask_of_trip(trip, request)
    kept = trip.reserved_run.vehicle_id if trip.reserved_run else ""
    same = seen.car(kept)
    found = fit(same, ask, way) if same else None
    if found is None or not found.is_possible:
        found = next((each for each in rank_returns(seen.cars, ask, way) if each.is_possible), None)
    if found:
        rides.reserve(trip, found, by=RELAY, at=at)


def tell(request: AccessRequest, run: Run, trip: Trip, *, by: Actor, at: datetime) -> None:
    """Write the car home onto the desk's row and the pass."""
    carried_by = f"{run.vehicle.plate} {run.driver.name}"[:60]
    appointments.set_ride(request.case_ref, expected_at=trip.pickup_planned_at, carried_by=carried_by, by=by, at=at)
    passes.set_ride(request.case_ref, plate=run.vehicle.plate, by=by, at=at)
    boards.touch(*request.boards)
