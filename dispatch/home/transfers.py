"""The car between two hospitals: looked for as soon as one has accepted, until the patient stands at the other.

Every function here is safe to run twice; `sweep` finds by query what the relay missed and looks again for a car.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from access.models import AccessRequest
from access.selectors import locked_case_of
from access.services import cards
from core import audit, boards, clock
from core.actors import RELAY, Actor
from core.errors import Conflict
from core.stored import in_chinese, stored
from core.sweeping import each
from dispatch import policies
from dispatch.hand import offers, rides, snapshot, taken, telling, way_home
from dispatch.hand.candidates import way_between
from dispatch.home import kept_cars
from dispatch.models import AreaSetting
from dispatch.shapes import Way
from hospitals.models import Intake, TransferRequest
from hospitals.selectors.transfers import open_of_case
from hospitals.services import transfers
from hospitals.states import INSIDE, TransferStatus
from transport.models import Trip
from transport.services import scheduling, trips
from transport.states import TripDirection, TripStatus

T = TripStatus
TRIES = 3  # so many cars are tried in one go when others take them at the same moment
LOOKED_BACK = timedelta(days=3)


@transaction.atomic
def open_way(transfer_id: UUID | str, *, at: datetime) -> Trip | None:
    """Open the way to the house that accepted and put it on the nearest car that may; None when there is none to open.

    A critical patient is looked for an ambulance first. Whoever no request is known of yet is found by the sweep.
    """
    transfer = _accepted(transfer_id)
    if transfer is None:
        return None
    request = locked_case_of(transfer.case_ref)
    if request is None:
        return None
    trip = between(transfer.case_ref)
    if trip is not None and trip.to_code != transfer.facility_id:
        if not trips.cancel_between(trip, by=RELAY, at=at, reason=stored("转到另一家")):
            return trip
        trip = None
    if trip is None:
        if _was_driven(transfer):
            return None
        trip = trips.open_between(
            transfer.case_ref,
            card=cards.rider_card(request, on=clock.local_day(at)),
            origin=rides.facility_place(transfer.intake.facility),
            destination=rides.facility_place(transfer.facility),
            dispatch_area=request.dispatch_area,
            by=RELAY,
            at=at,
        )
    find_car(trip, request, at=at)
    boards.touch(*request.boards)
    return trip


def find_car(trip: Trip, request: AccessRequest, *, at: datetime) -> bool:
    """Put a way of somebody who stands waiting on the best car by rule; False while none fits: it waits on the board.

    Where a person decides alone (the engine is off) it waits for that person.
    """
    setting = AreaSetting.objects.filter(area=trip.dispatch_area).first() or AreaSetting()
    if trip.status != T.UNSCHEDULED or not setting.is_engine_on or setting.proposes_only:
        return False
    for _try in range(TRIES):
        seen = kept_cars.fleet(request, at=at, besides=None)
        offered = offers.between(seen.cars, snapshot.ask_of_trip(trip, request), way_of(trip, at))
        found = next((each for each in offered if each.is_possible), None)
        if found is None:
            return False
        try:
            with transaction.atomic():
                way_home.write(trip, request, rides.own_run(found), is_pinned=False, by=RELAY, at=at)
        except Conflict:  # somebody else has it now: the next one
            trip.refresh_from_db()
            continue
        return True
    return False


def way_of(trip: Trip, at: datetime) -> Way:
    """Describe the way that a trip needs now whose rider stands waiting away from home."""
    return way_between(trip.origin.point, trip.destination.point, ready_at=trip.ready_at or at, now=at)


@transaction.atomic
def place(request: AccessRequest, *, vehicle_code: str, by: Actor, at: datetime, read: datetime | None = None) -> Trip:
    """Put somebody who waits for another hospital on a car a person chose.

    Raises Conflict when they have a car, are not to be brought any more, or the car is barred; Invalid without a car.
    """
    policies.check_place(by, request)
    row = locked_case_of(request.case_ref)
    trip, transfer = between(request.case_ref), open_of_case(request.case_ref)
    if row is None or trip is None or transfer is None or transfer.status != TransferStatus.ACCEPTED:
        raise Conflict("transfer.over", _("不用转院了，或已经送到，请刷新看最新情况。"))
    if trip.status != T.UNSCHEDULED:
        raise taken.by_another("transfer.placed", row)
    found = kept_cars.chosen(vehicle_code, trip, row, way_of(trip, at), at=at, read=read)
    way_home.write(trip, row, rides.own_run(found), is_pinned=True, by=by, at=at)
    audit.record("transfer.placed", row, by=by, at=at, detail={"vehicle": vehicle_code})
    return trip


@transaction.atomic
def undo_place(request: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Take the way to the other hospital off its car again; raises Conflict when the patient is in it."""
    policies.check_place(by, request)
    trip = between(request.case_ref)
    if trip is None or trip.status != T.SCHEDULED:
        raise Conflict("transfer.under_way", _("已经上车了，撤不回来。"))
    scheduling.take_off(trip, by=by, at=at, reason=stored("撤回"))
    telling.no_car_comes(trip, by=RELAY, at=at)
    boards.touch(*request.boards)


def lost_car(trip: Trip, *, at: datetime) -> None:
    """Look for another car when the one between two hospitals does not come (E3)."""
    telling.no_car_comes(trip, by=RELAY, at=at)
    if transfer := open_of_case(trip.case_ref):
        open_way(transfer.pk, at=at)


@transaction.atomic
def note_boarded(trip: Trip, *, at: datetime) -> None:
    """Tell both desks that the patient is in the car to the other one."""
    rows = TransferRequest.objects.select_related("intake__facility", "facility").filter(case_ref=trip.case_ref)
    transfer = rows.filter(facility=trip.to_code).order_by("-asked_at").first()
    if transfer is not None and transfer.status != TransferStatus.RECEIVED:
        transfers.note_left(transfer, by=RELAY, at=at)


@transaction.atomic
def let_go(transfer_id: UUID | str, *, at: datetime) -> None:
    """Let the car go of a hand-over that is not to be; one that has the patient already brings them all the same."""
    transfer = TransferRequest.objects.select_related("intake").get(pk=transfer_id)
    trip = between(transfer.case_ref)
    if trip is None or trip.to_code != transfer.facility_id or transfer.status == TransferStatus.ACCEPTED:
        return
    if trip.status == T.ON_BOARD and transfer.intake.status in INSIDE:
        note_boarded(trip, at=at)
    else:
        trips.cancel_between(trip, by=RELAY, at=at, reason=in_chinese(TransferStatus(transfer.status).label))


def arrived(intake: Intake, *, at: datetime) -> None:
    """Let a car between two hospitals go that is not needed any more: the patient stands at the other one."""
    trip = between(intake.case_ref)
    if trip is not None and trip.to_code == intake.facility_id:
        trips.cancel_between(trip, by=RELAY, at=at, reason=stored("人已经到了"))


def between(case_ref: UUID) -> Trip | None:
    """Return the live way between two hospitals."""
    rows = Trip.objects.live().filter(case_ref=case_ref, direction=TripDirection.BETWEEN)
    return rows.select_related("run", "reserved_run").first()


def sweep(*, at: datetime) -> None:
    """Do what the relay missed, and look again for a car for whoever waits for one to another hospital."""
    way = Trip.objects.filter(case_ref=OuterRef("case_ref"), direction=TripDirection.BETWEEN)
    carried = way.filter(status__in=[T.SCHEDULED, T.ON_BOARD])
    waiting = TransferRequest.objects.filter(~Exists(carried), status=TransferStatus.ACCEPTED)
    each(list(waiting.values_list("pk", flat=True)), lambda transfer_id: open_way(transfer_id, at=at))
    moving = way.filter(status__in=[T.UNSCHEDULED, T.SCHEDULED, T.ON_BOARD], to_code=OuterRef("facility_id"))
    dropped = [TransferStatus.WITHDRAWN, TransferStatus.PASSED_ON]
    left = TransferRequest.objects.filter(Exists(moving), status__in=dropped, asked_at__gte=at - LOOKED_BACK)
    accepted = TransferRequest.objects.open().filter(case_ref=OuterRef("case_ref"), facility=OuterRef("facility_id"))
    each(list(left.filter(~Exists(accepted)).values_list("pk", flat=True)), lambda pk: let_go(pk, at=at))


def _accepted(transfer_id: UUID | str) -> TransferRequest | None:
    rows = TransferRequest.objects.select_related("facility", "intake__facility")
    return rows.filter(pk=transfer_id, status=TransferStatus.ACCEPTED).first()


def _was_driven(transfer: TransferRequest) -> bool:
    """Say whether a car has brought the patient to that house already: then its desk has only to receive."""
    done = Trip.objects.filter(
        case_ref=transfer.case_ref, direction=TripDirection.BETWEEN, to_code=transfer.facility_id
    )
    return done.filter(status=T.COMPLETED, dropped_off_at__gte=transfer.asked_at).exists()
