"""Reading what dispatch and command look at. The whole board costs the same few queries at 5 and at 50 people."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from access.models import AccessRequest
from access.models.absence import present
from access.models.request import OPEN
from access.selectors import with_facts
from calls.models import OpenCall
from calls.states import CallKind
from communities.models import DispatchArea
from communities.services import rulebook
from communities.services.rulebook import BadRow
from core import clock
from core.actors import Actor
from core.errors import NotFound
from dispatch.models import AreaSetting, PlanningRun
from hospitals.models import Appointment, TransferRequest
from hospitals.states import TransferStatus
from transport.models import Run, Trip, Vehicle
from transport.states import TripDirection

AHEAD = timedelta(days=2)  # the board shows today and tomorrow


def board_requests(actor: Actor, *, at: datetime) -> list[AccessRequest]:
    """Return the open requests of today and tomorrow and everybody who is out, with facts: one query.

    Not of people who died, or are in hospital or elsewhere: nothing is to be arranged for them (E28).
    """
    until = clock.day_bounds(clock.local_day(at))[0] + AHEAD
    near = Q(status__in=OPEN) & (Q(arrive_at__isnull=True) | Q(arrive_at__lt=until))
    asked = TransferRequest.objects.filter(case_ref=OuterRef("case_ref"), status=TransferStatus.ASKED)
    handed = OpenCall.objects.live().filter(kind=CallKind.HANDED_UP, case_ref=OuterRef("case_ref"))
    rows = _rows(actor).annotate(
        asked_transfer=Subquery(asked.values("pk")[:1]),
        asked_since=Subquery(asked.values("asked_at")[:1]),
        asked_house=Subquery(asked.values("facility_id")[:1]),
        asked_house_name=Subquery(asked.values("facility__name")[:1]),
        asking_house_name=Subquery(asked.values("intake__facility__name")[:1]),
        handed_up=Subquery(handed.values("pk")[:1]),
    )
    return list(rows.filter(near | Q(facts__is_out=True)).filter(present()))


def request_for(actor: Actor, request_id: UUID) -> AccessRequest:
    """Return one request of the actor's area; another area's is as absent as none."""
    row = _rows(actor).filter(pk=request_id).first()
    if row is None:
        raise NotFound("request.absent")
    return row


def pickup_of(request: AccessRequest) -> datetime | None:
    """Return when a car fetches somebody for their way there; None while none does."""
    there = Trip.objects.live().filter(case_ref=request.case_ref, direction=TripDirection.OUTBOUND)
    return there.values_list("pickup_planned_at", flat=True).first()


def _rows(actor: Actor) -> QuerySet[AccessRequest]:
    held = Appointment.objects.live().filter(case_ref=OuterRef("case_ref"))
    rows = AccessRequest.objects.visible_to(actor).select_related("community", "facility", "resident")
    return with_facts(rows).annotate(held_slot=Subquery(held.values("slot_id")[:1]))


def run_for(actor: Actor, run_id: UUID) -> Run:
    """Return one outing of the actor's area; another area's is as absent as none."""
    run = Run.objects.visible_to(actor).select_related("vehicle", "driver").filter(pk=run_id).first()
    if run is None:
        raise NotFound("run.absent")
    return run


def vehicle_for(actor: Actor, code: str) -> Vehicle:
    """Return one vehicle of the actor's area; another area's is as absent as none."""
    vehicle = Vehicle.objects.visible_to(actor).filter(pk=code).first()
    if vehicle is None:
        raise NotFound("vehicle.absent")
    return vehicle


def engine_setting(actor: Actor) -> AreaSetting:
    """Return what the engine may do in a dispatcher's area; on by itself where nobody decided."""
    return AreaSetting.objects.filter(area=actor.place_code).first() or AreaSetting(area=actor.place_code)


def bad_rules(actor: Actor, *, at: datetime) -> list[BadRow]:
    """Return the rows of the rulebook that meet the actor's place and cannot decide: somebody has to mend them."""
    city = DispatchArea.objects.filter(pk=actor.place_code).values_list("city_code", flat=True).first()
    return rulebook.bad_rows(place=city or actor.place_code, at=at)


def plans(actor: Actor) -> list[PlanningRun]:
    """Return the area's last planning runs, newest first, without their problems."""
    return list(PlanningRun.objects.visible_to(actor).defer("problem", "plan")[:20])


def plan_of(actor: Actor, run_id: UUID) -> PlanningRun:
    """Return one planning run of the actor's area; raise NotFound for any other."""
    run = PlanningRun.objects.visible_to(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound("plan.absent")
    return run


def fetched_by_120(person_key: OuterRef) -> Exists:
    """Say whether 120 has been called for the person: then no other car is planned for the same one (INV-04)."""
    return Exists(AccessRequest.objects.open().filter(person_key=person_key, is_critical=True))
