"""The one writer of a car home, and of the car between two hospitals: put on it, or kept for later, and told.

Whoever calls holds the request; which car, and why, is in the way they made.
"""

from __future__ import annotations

from datetime import datetime

from access.models import AccessRequest
from core import boards
from core.actors import Actor
from core.stored import stored
from dispatch.hand import telling
from dispatch.hand.arrangement import KEPT_FOR, AsKept, Drive, OwnRun
from transport.models import Run, Trip
from transport.services import scheduling
from transport.states import TripStatus


def write(trip: Trip, request: AccessRequest, way: Drive | AsKept, *, is_pinned: bool, by: Actor, at: datetime) -> Run:
    """Put a way on its car, or keep one for whoever is not called for yet, giving up what was kept before.

    A car that is only kept is told to nobody: it may still change until it is called. Raises what `scheduling` raises.
    """
    if isinstance(way, AsKept):
        run = scheduling.use_reservation(trip, ride=way.ride, by=by, at=at, explanation=way.why)
    elif trip.status == TripStatus.WILL_CALL:
        run = _keep(trip, way, is_pinned=is_pinned, by=by, at=at)
    else:
        if trip.reserved_run_id:
            scheduling.release_reservation(trip, reason=stored("另排了车"), by=by, at=at)
        run = put_on(trip, way, is_pinned=is_pinned, by=by, at=at)
    if trip.status != TripStatus.WILL_CALL:
        telling.car_comes(request, run, trip, by=by, at=at)
    telling.nothing_left(request)
    boards.touch(*request.boards)
    return run


def put_on(trip: Trip, way: Drive, *, is_pinned: bool, by: Actor, at: datetime) -> Run:
    """Put a trip on a run of its own, or on one that stands."""
    if isinstance(way, OwnRun):
        return scheduling.schedule(trip, ride=way.ride, is_pinned=is_pinned, explanation=way.why, by=by, at=at)
    ride = way.ride
    return scheduling.join(
        Run(pk=way.run_id),
        trip,
        pickup_at=ride.pickup_at,
        dropoff_at=ride.dropoff_at,
        free_at=ride.free_at,
        explanation=way.why,
        by=by,
        at=at,
    )


def _keep(trip: Trip, way: Drive, *, is_pinned: bool, by: Actor, at: datetime) -> Run:
    ride, until = way.ride, way.ride.pickup_at + KEPT_FOR
    if isinstance(way, OwnRun):
        return scheduling.reserve(
            trip,
            ride=ride,
            window_from=ride.pickup_at,
            window_until=until,
            is_pinned=is_pinned,
            explanation=way.why,
            by=by,
            at=at,
        )
    if trip.reserved_run_id:
        scheduling.release_reservation(trip, reason=stored("换了一辆车"), by=by, at=at)
    return scheduling.keep_on(
        Run(pk=way.run_id),
        trip,
        pickup_at=ride.pickup_at,
        dropoff_at=ride.dropoff_at,
        free_at=ride.free_at,
        window_until=until,
        explanation=way.why,
        by=by,
        at=at,
    )
