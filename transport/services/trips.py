"""Trips: one way of one party each, opened in pairs so that nobody leaves without a way home (R-000-12)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from core.gathering import step
from core.guards import broken_constraint
from transport.cards import Place, RiderCard
from transport.models import Trip
from transport.services import door, follow, scheduling
from transport.states import TRIP_LIVE, TripDirection, TripStatus

T = TripStatus
WAITING_AGAIN = (T.INTERRUPTED, T.MISSED, T.NO_SHOW)


@step
def open_pair(  # noqa: PLR0913 - the facts of one act, by name
    case_ref: UUID,
    *,
    card: RiderCard,
    home: Place,
    start: Place | None = None,
    facility: Place,
    arrive_by: datetime | None,
    expected_ready_at: datetime | None,
    dispatch_area: str,
    by: Actor,
    at: datetime,
) -> tuple[Trip, Trip]:
    """Open the way there (unscheduled) and the way home (will-call) together; raise Conflict if one is live.

    `start` is where somebody stands who is on the way already; empty for their home.
    """
    shared: dict[str, Any] = {"card": card, "dispatch_area": dispatch_area, "at": at}
    tries = _tries(case_ref)
    there = _trip(
        case_ref,
        TripDirection.OUTBOUND,
        tries,
        status=T.UNSCHEDULED,
        origin=start or home,
        destination=facility,
        arrive_by=arrive_by,
        **shared,
    )
    back = _trip(
        case_ref,
        TripDirection.INBOUND,
        tries,
        status=T.WILL_CALL,
        origin=facility,
        destination=home,
        ready_at=expected_ready_at,
        **shared,
    )
    _open([there, back], by=by, at=at)
    follow.touch([there])
    return there, back


@transaction.atomic
def open_return(  # noqa: PLR0913 - the facts of one act, by name
    case_ref: UUID,
    *,
    card: RiderCard,
    facility: Place,
    home: Place,
    dispatch_area: str,
    by: Actor,
    at: datetime,
    expected_ready_at: datetime | None = None,
    is_ready: bool = False,
) -> Trip:
    """Open only a way home, for somebody who came by other means; `is_ready` when the person waits now."""
    back = _trip(
        case_ref,
        TripDirection.INBOUND,
        _tries(case_ref),
        status=T.UNSCHEDULED if is_ready else T.WILL_CALL,
        origin=facility,
        destination=home,
        ready_at=at if is_ready else expected_ready_at,
        card=card,
        dispatch_area=dispatch_area,
        at=at,
    )
    _open([back], by=by, at=at)
    follow.touch([back])
    return back


@transaction.atomic
def open_between(  # noqa: PLR0913 - the facts of one act, by name
    case_ref: UUID,
    *,
    card: RiderCard,
    origin: Place,
    destination: Place,
    dispatch_area: str,
    by: Actor,
    at: datetime,
) -> Trip:
    """Open the way from one hospital to another for somebody who waits at the first; raise Conflict if one is live."""
    shared: dict[str, Any] = {"card": card, "origin": origin, "destination": destination}
    shared |= {"dispatch_area": dispatch_area, "ready_at": at, "at": at}
    trip = _trip(case_ref, TripDirection.BETWEEN, _tries(case_ref), status=T.UNSCHEDULED, **shared)
    _open([trip], by=by, at=at)
    follow.touch([trip])
    return trip


def _tries(case_ref: UUID) -> Counter[str]:
    """Return the last attempt a case has had, by direction."""
    had = Trip.objects.filter(case_ref=case_ref).order_by().values("direction").annotate(last=Max("attempt"))
    return Counter(dict(had.values_list("direction", "last")))


def _trip(  # noqa: PLR0913 - the facts of one act, by name
    case_ref: UUID,
    direction: TripDirection,
    tries: Counter[str],
    *,
    status: TripStatus,
    origin: Place,
    destination: Place,
    card: RiderCard,
    dispatch_area: str,
    at: datetime,
    **times: Any,
) -> Trip:
    """Make one (unsaved) trip in the state it starts in."""
    trip = Trip(
        case_ref=case_ref,
        direction=direction,
        attempt=tries[direction] + 1,
        status=status,
        status_at=at,
        dispatch_area=dispatch_area,
        **_rider(card),
        **_ends(origin, destination),
        **times,
    )
    trip.phone = card.phone
    return trip


def _open(opened: list[Trip], *, by: Actor, at: datetime) -> None:
    """Store trips that begin together."""
    try:
        with transaction.atomic():
            Trip.objects.bulk_create(opened)
    except IntegrityError as error:
        if broken_constraint(error) != "one_live_trip_per_direction":
            raise
        raise Conflict("trip.exists", _("这个人这一程已经有了，请刷新看最新情况。")) from error
    for trip in opened:
        audit.record("trip.opened", trip, by=by, at=at, new_status=trip.status)


def _rider(card: RiderCard) -> dict[str, Any]:
    return {
        "person_key": card.person_key,
        "rider": card.rider,
        "name": card.name,
        "building": card.building,
        "mobility": card.mobility,
        "needs_oxygen": card.needs_oxygen,
        "party_size": card.party_size,
        "zone_class": card.zone_class,
        "infection_class": card.infection_class,
        "has_stairs": card.has_stairs,
        "care_class": card.care_class,
    }


def _ends(origin: Place, destination: Place) -> dict[str, Any]:
    ends: dict[str, Any] = {}
    for prefix, place in (("from", origin), ("to", destination)):
        ends |= {
            f"{prefix}_kind": place.kind,
            f"{prefix}_code": place.code,
            f"{prefix}_label": place.label,
            f"{prefix}_lat": place.point.lat,
            f"{prefix}_lon": place.point.lon,
        }
    return ends


@transaction.atomic
def put_person(case_ref: UUID, *, card: RiderCard, home: Place | None = None, by: Actor, at: datetime) -> int:
    """Write who rides on a case's live trips, once somebody said who it is or mended it; return how many.

    `home` is their door as it is called now. A car named already stays: whether it fits is judged by
    `classes.remeasure`.
    """
    rows = list(Trip.objects.live().filter(case_ref=case_ref).select_related("run", "reserved_run"))
    for trip in rows:
        names = {name: getattr(card, name) for name in ("person_key", "rider", "name", "building")}
        if trip.person_key != card.person_key:
            names["taken"] = None  # who it is is a fact: another way of theirs then is for people to sort out
        if not (trip.run_id or trip.reserved_run_id):  # no car yet: it is chosen for how they really move
            names |= {name: getattr(card, name) for name in ("mobility", "needs_oxygen", "has_stairs", "party_size")}
        if home is not None:
            names |= door.call_home(trip, home)
        for name, value in names.items():
            setattr(trip, name, value)
        trip.phone = card.phone  # sealed anew: the key belongs to the person
        # these columns alone: its driver may be taking a step
        Trip.objects.filter(pk=trip.pk).update(phone_sealed=trip.phone_sealed, version=F("version") + 1, **names)
        audit.record("trip.named", trip, by=by, at=at)
        follow.touch([trip], trip.run or trip.reserved_run)
    return len(rows)


@transaction.atomic
def cancel_case(case_ref: UUID, *, by: Actor, at: datetime, reason: str, is_out: bool = False) -> list[Trip]:
    """Cancel a case's trips except of whoever is on board; who is out keeps the way home (INV-19).

    `is_out` says that other evidence than a ride (gate, hospital, by hand) shows the person out. Returns the
    trips cancelled.
    """
    trips = list(Trip.objects.live().filter(case_ref=case_ref).select_related("run", "reserved_run"))
    left = is_out or Trip.objects.filter(case_ref=case_ref, picked_up_at__isnull=False).exists()
    gone = [
        trip for trip in trips if trip.status != T.ON_BOARD and not (left and trip.direction == TripDirection.INBOUND)
    ]
    for trip in gone:
        _cancel(trip, by=by, at=at, reason=reason)
    return gone


@transaction.atomic
def end_way_there(case_ref: UUID, *, by: Actor, at: datetime, reason: str) -> Trip | None:
    """End the way there of somebody who is at the hospital already, by other means; the driver is told, safe to repeat.

    Whoever is on board stays so until the driver says where they were set down.
    """
    trip = Trip.objects.live().filter(case_ref=case_ref, direction=TripDirection.OUTBOUND).first()
    if trip is None or trip.status == T.ON_BOARD:
        return None
    _cancel(trip, by=by, at=at, reason=reason)
    return trip


@transaction.atomic
def cancel_return(case_ref: UUID, *, by: Actor, at: datetime, reason: str) -> Trip | None:
    """Cancel the way home of somebody who is admitted or dead, unless already on board; safe to repeat."""
    trip = Trip.objects.live().filter(case_ref=case_ref, direction=TripDirection.INBOUND).first()
    if trip is None or trip.status == T.ON_BOARD:
        return None
    _cancel(trip, by=by, at=at, reason=reason)
    return trip


@transaction.atomic
def cancel_between(trip: Trip, *, by: Actor, at: datetime, reason: str) -> bool:
    """Let the car between two hospitals go; False when the patient is in it, or nothing is left to cancel."""
    if trip.status == T.ON_BOARD or trip.status not in TRIP_LIVE:
        return False
    _cancel(trip, by=by, at=at, reason=reason)
    return True


def _cancel(trip: Trip, *, by: Actor, at: datetime, reason: str) -> None:
    run = trip.run
    if trip.reserved_run_id:
        scheduling.release_reservation(trip, by=by, at=at, reason=reason)
    was_scheduled = trip.status == T.SCHEDULED
    advance(trip, T.CANCELLED, by=by, at=at, reason=reason)
    if was_scheduled and run:
        scheduling.leave_run(run, trip, by=by, at=at, reason=reason)
    follow.touch([trip], run)


@transaction.atomic
def back_to_waiting(trip: Trip, *, by: Actor, at: datetime, reason: str = "") -> Trip:
    """Put a trip that failed (interrupted, missed, nobody found) among those waiting for a car; safe to repeat."""
    if trip.status in WAITING_AGAIN:
        advance(trip, T.UNSCHEDULED, by=by, at=at, reason=reason, run=None, attempt=trip.attempt + 1, **BARE)
        follow.touch([trip])
    return trip


BARE: dict[str, Any] = dict.fromkeys(("pickup_planned_at", "dropoff_planned_at", "picked_up_at", "taken"))
