"""Patients handed from one house to another in a day that is played: whether anybody fell between the two."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from access.models import Outside
from core.vocabulary import PlaceKind
from hospitals.models import Intake, TransferRequest
from hospitals.states import INSIDE, TRANSFER_OPEN, IntakeStatus, TransferStatus
from transport.models import Trip
from transport.states import TripDirection, TripStatus

LEFT_WITHIN = timedelta(hours=2)  # whoever was let go at the other house is in a car, or waits for one, until then
SET_DOWN = timedelta(minutes=30)  # whoever a car set down at a door is received within this


def lost_after_transfer(*, at: datetime) -> list[UUID]:
    """Return the cases that were asked on or handed on and that no desk owns, no car has and no way home awaits.

    Lost is: handed on, and no house has them; accepted there, and neither the first house has them nor a car; set down
    at the other door and not received; let go there, out, and without a way home.
    """
    asked = TransferRequest.objects.filter(case_ref=OuterRef("case_ref"))
    cases = set(Intake.objects.filter(Exists(asked)).values_list("case_ref", flat=True))
    cases |= set(Intake.objects.filter(status=IntakeStatus.TRANSFERRED).values_list("case_ref", flat=True))
    return sorted((case for case in cases if _is_lost(case, at)), key=str)


def _is_lost(case_ref: UUID, at: datetime) -> bool:
    where = Intake.objects.where_now(case_ref)
    if where is None or where.status == IntakeStatus.TRANSFERRED:
        return True
    if where.status in INSIDE:
        return _stands_at_a_door(case_ref, at) or _has_no_car(case_ref)
    if where.status != IntakeStatus.RELEASED:
        return False
    is_out = Outside.objects.filter(case_ref=case_ref).exists()
    return is_out and not _has_way_home(case_ref, where, at)


def _stands_at_a_door(case_ref: UUID, at: datetime) -> bool:
    """Say whether a car set somebody down at the other house and nobody there has received."""
    waiting = TransferRequest.objects.filter(case_ref=case_ref, status__in=TRANSFER_OPEN).first()
    if waiting is None:
        return False
    brought = Trip.objects.filter(case_ref=case_ref, direction=TripDirection.BETWEEN, to_code=waiting.facility_id)
    done = brought.filter(status=TripStatus.COMPLETED, dropped_off_at__gte=waiting.asked_at)
    return done.filter(dropped_off_at__lt=at - SET_DOWN).exists()


def _has_no_car(case_ref: UUID) -> bool:
    """Say whether a house has accepted and no way there was ever opened."""
    accepted = TransferRequest.objects.filter(case_ref=case_ref, status=TransferStatus.ACCEPTED).first()
    way = Trip.objects.filter(case_ref=case_ref, direction=TripDirection.BETWEEN)
    return accepted is not None and not way.filter(to_code=accepted.facility_id).exists()


def _has_way_home(case_ref: UUID, where: Intake, at: datetime) -> bool:
    """Say whether somebody let go has a way home that begins where they are, or has only just been let go."""
    ways = Trip.objects.filter(case_ref=case_ref, direction=TripDirection.INBOUND).exclude(
        status__in=[TripStatus.CANCELLED, TripStatus.UNMET]
    )
    is_fresh = where.ready_at is not None and at - where.ready_at < LEFT_WITHIN
    return is_fresh or ways.exclude(from_kind=PlaceKind.FACILITY, from_code__in=_left_behind(case_ref)).exists()


def _left_behind(case_ref: UUID) -> list[str]:
    rows = Intake.objects.filter(case_ref=case_ref, status=IntakeStatus.TRANSFERRED)
    return list(rows.values_list("facility_id", flat=True))
