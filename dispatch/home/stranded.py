"""Somebody stands beside the car that broke down: another one fetches them where they stand (E3, C14).

Hospital and hour stay as they are: they are on the way, and the shift that has begun bars no car. The nearest car that
may is sent at once, by the same choice that a person has on the board.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import AccessRequest
from access.selectors import locked_case_of
from core import audit, boards
from core.actors import Actor
from core.errors import Conflict
from core.stored import stored
from core.sweeping import each
from dispatch import policies
from dispatch.hand import rides, taken, telling, way_home
from dispatch.home import kept_cars, transfers
from transport.models import Trip
from transport.services import scheduling
from transport.states import ELSEWHERE, TripDirection, TripStatus

T = TripStatus


def of_case(case_ref: UUID) -> Trip | None:
    """Return the live way there of somebody whose car broke down."""
    rows = Trip.objects.live().filter(case_ref=case_ref, direction=TripDirection.OUTBOUND, from_kind=ELSEWHERE)
    return rows.select_related("run", "reserved_run").first()


@transaction.atomic
def fetch(trip: Trip, *, at: datetime) -> bool:
    """Send the nearest car that may to whoever stands beside a broken one, on the way there or home; safe to repeat.

    A critical patient is looked for an ambulance elsewhere, with every hospital (dispatch planning urgent).
    """
    request = locked_case_of(trip.case_ref)
    trip.refresh_from_db()
    if request is None or trip.status != T.UNSCHEDULED or trip.from_kind != ELSEWHERE or request.is_critical:
        return False
    return transfers.find_car(trip, request, at=at)


@transaction.atomic
def place(request: AccessRequest, *, vehicle_code: str, by: Actor, at: datetime, read: datetime | None = None) -> Trip:
    """Put somebody who stands beside a broken car on the one a person chose.

    Raises Conflict when they have a car, are there already, or the car is barred; Invalid when no car was chosen.
    """
    policies.check_place(by, request)
    row, trip = locked_case_of(request.case_ref), of_case(request.case_ref)
    if row is None or trip is None or trip.status == T.ON_BOARD:
        raise Conflict("stranded.over", _("已经接走了，请刷新看最新情况。"))
    if trip.status != T.UNSCHEDULED:
        raise taken.by_another("stranded.placed", row)
    found = kept_cars.chosen(vehicle_code, trip, row, transfers.way_of(trip, at), at=at, read=read)
    way_home.write(trip, row, rides.own_run(found), is_pinned=True, by=by, at=at)
    audit.record("stranded.placed", row, by=by, at=at, detail={"vehicle": vehicle_code})
    return trip


@transaction.atomic
def undo_place(request: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Take them off that car again; raises Conflict when they sit in it."""
    policies.check_place(by, request)
    trip = of_case(request.case_ref)
    if trip is None or trip.status != T.SCHEDULED:
        raise Conflict("stranded.under_way", _("已经上车了，撤不回来。"))
    scheduling.take_off(trip, by=by, at=at, reason=stored("撤回"))
    telling.no_car_comes(trip, by=by, at=at)
    boards.touch(*request.boards)


def sweep(*, at: datetime) -> None:
    """Look again for a car for everybody who stands beside a broken one."""
    each(list(Trip.objects.filter(from_kind=ELSEWHERE, status=T.UNSCHEDULED)), lambda trip: fetch(trip, at=at))
