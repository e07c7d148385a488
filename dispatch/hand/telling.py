"""Who reads of a car that comes, or comes no more: the desk, the guard, and whoever looks after those who wait."""

from __future__ import annotations

from datetime import datetime

from access.models import AccessRequest
from communities.services import passes
from core.actors import Actor
from hospitals.selectors.transfers import open_of_case
from hospitals.services import appointments, transfers
from transport.models import Run, Trip
from transport.states import TripDirection
from transport.whereabouts import car_words

CARRIED_BY = 60  # letters of a desk's row


def carried_by(run: Run) -> str:
    """Name the car and its driver, as the desk reads them."""
    return car_words(run)[:CARRIED_BY]


def car_comes(request: AccessRequest, run: Run, trip: Trip, *, by: Actor, at: datetime) -> None:
    """Write the car of a way home, of one to another hospital or from a broken car on, where it is read."""
    if trip.direction == TripDirection.BETWEEN:
        _tell_both_desks(trip, trip.dropoff_planned_at, carried_by(run), by=by, at=at)
    else:
        who = carried_by(run)
        comes = trip.dropoff_planned_at if trip.direction == TripDirection.OUTBOUND else trip.pickup_planned_at
        appointments.set_ride(request.case_ref, expected_at=comes, carried_by=who, by=by, at=at)
        passes.set_ride(request.case_ref, plate=run.vehicle.plate, by=by, at=at)


def no_car_comes(trip: Trip, *, by: Actor, at: datetime) -> None:
    """Take a car that does not come off what desk and guard read (E3)."""
    if trip.direction == TripDirection.BETWEEN:
        _tell_both_desks(trip, None, "", by=by, at=at)
        return
    appointments.set_ride(trip.case_ref, expected_at=None, carried_by="", by=by, at=at)
    passes.set_ride(trip.case_ref, plate="", by=by, at=at)


def nothing_left(request: AccessRequest) -> None:
    """Forget why nothing fitted and when it was to be tried again: something has been arranged."""
    if (request.needs_person_reason, request.try_again_at, request.attempts) == ("", None, 0):
        return
    request.needs_person_reason, request.needs_person_detail = "", {}
    request.try_again_at, request.attempts = None, 0
    request.save(update_fields=["needs_person_reason", "needs_person_detail", "try_again_at", "attempts"])


def _tell_both_desks(trip: Trip, expected_at: datetime | None, who: str, *, by: Actor, at: datetime) -> None:
    if transfer := open_of_case(trip.case_ref):
        transfers.set_ride(transfer, expected_at=expected_at, carried_by=who, by=by, at=at)
