"""The way home: called, moved in time, given up, taken up again. Every function here is safe to run twice.

The relay calls these with facts from below (decisions.md A1); `sweep` finds by query what the relay missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from access.journey import is_over
from access.models import AccessRequest
from access.selectors import facts_of, locked_case, locked_case_of
from access.services import absences, cards
from access.services.closing import close_if_over
from core import audit, boards, clock
from core.actors import RELAY, Actor
from core.errors import Conflict
from core.stored import stored
from core.sweeping import each
from core.vocabulary import PlaceKind
from dispatch import policies
from dispatch.hand import rides, taken, telling, way_home
from dispatch.home import company, kept_cars, stranded, transfers
from hospitals.models import Intake
from hospitals.states import KEPT, IntakeStatus
from transport.models import Trip
from transport.services import scheduling, trips
from transport.states import TripDirection, TripStatus

MOVE_FROM = timedelta(minutes=20)  # a smaller shift of the expected end leaves the reservation where it is
FAILED = (TripStatus.NO_SHOW, TripStatus.MISSED, TripStatus.INTERRUPTED)


@transaction.atomic
def call_back(case_ref: UUID, *, at: datetime) -> Trip | None:
    """Call the way home of somebody who is released: the reserved car first, moved to when they are ready (C15).

    Without a reservation that fits, the trip waits among those without a car, for a person or the engine.
    """
    request = locked_case_of(case_ref)
    if request is None:
        return None
    facts = facts_of(request)
    intake = Intake.objects.select_related("facility").where_now(case_ref)
    if is_over(facts) or facts.boarded_back_at or intake is None or not _is_driven_home(request):
        return None
    kept_cars.lock(case_ref)
    trip = _from_here(intake, at=at) or _open_return(request, intake, at=at, is_ready=True)
    if trip.status == TripStatus.WILL_CALL:
        scheduling.activate(trip, ready_at=intake.ready_at or at, by=RELAY, at=at)
    if trip.status == TripStatus.UNSCHEDULED:
        company.ride_along(trip, request, by=RELAY, at=at)
    if trip.status == TripStatus.UNSCHEDULED and trip.reserved_run_id:
        kept_cars.call(trip, request, by=RELAY, at=at)
    return trip


@transaction.atomic
def note_arrival(case_ref: UUID, *, at: datetime) -> Trip | None:
    """Have a way home standing by for whoever arrived, and move it when they came late (R-000-12)."""
    intake = Intake.objects.select_related("facility").where_now(case_ref)
    if intake is not None:
        absences.note_seen(intake.person_key, at=intake.arrived_at)
        transfers.arrived(intake, at=at)
    request = locked_case_of(case_ref)
    if request is None or intake is None or is_over(facts_of(request)) or not _is_driven_home(request):
        return None
    trip = _from_here(intake, at=at)
    if trip is None:
        return _open_return(request, intake, at=at, is_ready=False)
    ready = intake.arrived_at + timedelta(minutes=request.session_min)
    if trip.status == TripStatus.WILL_CALL and trip.reserved_from and ready - trip.reserved_from > MOVE_FROM:
        kept_cars.move(trip, request, ready=ready, at=at)
    return trip


@transaction.atomic
def note_ended(case_ref: UUID, *, at: datetime) -> None:
    """Act on the end of a stay without a way home: this case ends, and of who died or stays all else is let go."""
    drop_return(case_ref, at=at)
    absences.take_up(case_ref, at=at)


@transaction.atomic
def drop_return(case_ref: UUID, *, at: datetime) -> None:
    """Give up the way home of somebody who is admitted or dead, and close the case."""
    trips.cancel_return(case_ref, by=RELAY, at=at, reason=stored("住院或去世"))
    close_if_over(case_ref, at=at)


@transaction.atomic
def back_to_waiting(trip_ids: Iterable[str], *, at: datetime) -> None:
    """Let the same requests wait again when their trips failed or their driver declined (E3): their facts say so.

    The desk and the gate no longer read a car that does not come.
    """
    for trip in Trip.objects.filter(pk__in=trip_ids).select_related("run"):
        trips.back_to_waiting(trip, by=RELAY, at=at)
        if trip.direction == TripDirection.BETWEEN:
            transfers.lost_car(trip, at=at)
        elif trip.status == TripStatus.UNSCHEDULED:
            telling.no_car_comes(trip, by=RELAY, at=at)
            stranded.fetch(trip, at=at)


@transaction.atomic
def place_return(
    request: AccessRequest, *, vehicle_code: str, by: Actor, at: datetime, read: datetime | None = None
) -> Trip:
    """Put somebody who waits to go home on a car a person chose.

    Raises Conflict when they have a car, are home, or the car is barred; Invalid when no car was chosen.
    """
    policies.check_place(by, request)
    row = locked_case(request.pk)
    facts = facts_of(row)
    if is_over(facts):
        raise Conflict("return.over", _("已经到家或住院了，不用排返程。"))
    intake = Intake.objects.select_related("facility").where_now(row.case_ref)
    trip = _from_here(intake, at=at) if intake else _inbound(row.case_ref)
    if trip is None:
        if intake is None:
            raise Conflict("return.nowhere", _("还不知道人在哪里，请先问接诊台。"))
        trip = _open_return(row, intake, at=at, is_ready=True)
    waits_now = bool(facts.ready_at or facts.cancelled_at)
    if trip.status == TripStatus.WILL_CALL and waits_now:
        scheduling.activate(trip, ready_at=facts.ready_at or at, by=by, at=at)
    if trip.status != TripStatus.UNSCHEDULED and (waits_now or trip.reserved_run_id):
        raise taken.by_another("return.exists", row)
    found = kept_cars.chosen(vehicle_code, trip, row, kept_cars.home_way(trip, at), at=at, read=read)
    way_home.write(trip, row, rides.own_run(found), is_pinned=True, by=by, at=at)
    audit.record("return.placed", row, by=by, at=at, detail={"vehicle": vehicle_code})
    return trip


@transaction.atomic
def undo_return(request: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Take a way home off its car again; the person waits again. Raises Conflict when they have boarded."""
    policies.check_place(by, request)
    trip = _inbound(request.case_ref)
    if trip is None or trip.status != TripStatus.SCHEDULED:
        raise Conflict("return.under_way", _("已经上车了，撤不回来。"))
    scheduling.take_off(trip, by=by, at=at, reason=stored("撤回"))
    telling.no_car_comes(trip, by=by, at=at)
    boards.touch(*request.boards)


@transaction.atomic
def move_return(
    request: AccessRequest, *, vehicle_code: str, by: Actor, at: datetime, read: datetime | None = None
) -> Trip:
    """Give somebody another car home, or leave the one that stood; raises what taking back and placing raise."""
    policies.check_place(by, request)
    undo_return(request, by=by, at=at)
    return place_return(request, vehicle_code=vehicle_code, by=by, at=at, read=read)


def sweep(*, at: datetime) -> None:
    """Do what the relay missed: called for by the facts, not yet done."""
    each(_missed([IntakeStatus.RELEASED], [TripStatus.WILL_CALL]), lambda case_ref: call_back(case_ref, at=at))
    kept = _missed(KEPT, [TripStatus.WILL_CALL, TripStatus.UNSCHEDULED])
    each(kept, lambda case_ref: drop_return(case_ref, at=at))
    failed = list(Trip.objects.filter(status__in=FAILED).values_list("pk", flat=True))
    each(failed, lambda trip_id: back_to_waiting([str(trip_id)], at=at))


def _missed(statuses: Iterable[str], waiting: Iterable[str]) -> list[UUID]:
    """Return cases whose intake ended so while a way home still stands in one of these statuses."""
    home = Trip.objects.filter(case_ref=OuterRef("case_ref"), direction=TripDirection.INBOUND, status__in=waiting)
    return list(Intake.objects.filter(Exists(home), status__in=statuses).values_list("case_ref", flat=True))


def _is_driven_home(request: AccessRequest) -> bool:
    """Say whether a way home can be planned now: not for an own way, nor while nobody said where a stranger lives."""
    return request.needs_vehicle and request.community_id is not None


def _inbound(case_ref: UUID) -> Trip | None:
    rows = Trip.objects.live().filter(case_ref=case_ref, direction=TripDirection.INBOUND)
    return rows.select_related("run", "reserved_run__vehicle").first()


def _from_here(intake: Intake, *, at: datetime) -> Trip | None:
    """Return the way home of a case; one that was to begin at another hospital is given up (they were handed on)."""
    trip = _inbound(intake.case_ref)
    if trip is None or trip.from_kind != PlaceKind.FACILITY or trip.from_code == intake.facility_id:
        return trip
    if trip.status == TripStatus.ON_BOARD:
        return trip
    trips.cancel_return(intake.case_ref, by=RELAY, at=at, reason=stored("人在另一家医院，从那里接"))
    return None


def _open_return(request: AccessRequest, intake: Intake, *, at: datetime, is_ready: bool) -> Trip:
    return trips.open_return(
        request.case_ref,
        card=cards.rider_card(request, on=clock.local_day(at)),
        facility=rides.facility_place(intake.facility),
        home=cards.home_of(request),
        dispatch_area=request.dispatch_area,
        by=RELAY,
        at=at,
        expected_ready_at=at + timedelta(minutes=request.session_min),
        is_ready=is_ready,
    )
