"""The stamps of an arrival that every step shares: who, when, and the clock of the hand-over."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core import audit, names
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from core.stored import stored
from hospitals.models import Intake
from hospitals.selectors.limits import limits
from hospitals.states import AppointmentStatus, IntakeStatus

TAKEN_OVER_LATE = stored("过了时限 %(n)s 分钟才交接")


def clock_facts(facility_code: str, *, by: Actor, at: datetime, since: datetime | None = None) -> dict[str, Any]:
    """Return what is written when somebody comes: who stamped it, and until when the house is to take over.

    `since`: when they stood at the door, where somebody said so earlier.
    """
    return {
        "arrived_at": at,
        "arrived_by": signature(by),
        "hand_over_due_at": min(since or at, at) + limits(facility_code, at=at).hand_over,
        "late_reported_at": None,
    }


def withdrawn_here(case_ref: UUID, facility_code: str) -> Intake | None:
    """Return the arrival of a case at this house that was pressed by mistake and taken back."""
    rows = Intake.all_rows.filter(case_ref=case_ref, facility=facility_code, status=IntakeStatus.WITHDRAWN)
    return rows.order_by("-arrived_at").first()


def call_late(intake: Intake, *, note: str = "", by: Actor, at: datetime) -> None:
    """Call command for a patient whom the house has not taken over within the limit (R-002-3)."""
    house = intake.facility
    trouble = Trouble(
        CallKind.LATE_HAND_OVER,
        subject=str(intake.pk),
        who=intake.label if intake.is_walk_in else names.masked(intake.label),
        place=house.name,
        note=note,
        phone=house.phone,
        case_ref=intake.case_ref,
    )
    scene = calling.scene_of_facility(house.pk, division=house.division_code)
    calling.call_for_help(trouble, scene=scene, by=by, at=at)


def stamp_hand_over(intake: Intake, *, by: Actor, at: datetime) -> None:
    """Stamp that the house has taken over.

    Command reads of one past the limit also where no sweep came first (INV-30).
    """
    due = intake.hand_over_due_at
    is_late = due is not None and at > due
    is_news = is_late and intake.late_reported_at is None
    values = {"handed_over_at": at, "handed_over_by": signature(by)}
    if is_news:
        values["late_reported_at"] = at
    won = Intake.objects.filter(pk=intake.pk, handed_over_at__isnull=True).update(**values)
    if not won:
        raise Conflict("intake.handed_over", _("已经交接过了，请刷新看最新情况。"))
    for name, value in values.items():
        setattr(intake, name, value)
    audit.record("intake.handed_over", intake, by=by, at=at, detail={"is_late": is_late})
    if due and is_news:
        late = TAKEN_OVER_LATE % {"n": max(int((at - due).total_seconds() // 60), 1)}
        call_late(intake, note=late, by=by, at=at)
    if is_late:
        words = stored("交接完成了")
        calls.end_by_fact(CallKind.LATE_HAND_OVER, str(intake.pk), words=words, by=by, at=at)


def fulfil(intake: Intake, *, by: Actor, at: datetime) -> None:
    """Mark the booking as used."""
    appointment = intake.appointment
    if appointment is not None and appointment.status == AppointmentStatus.ARRIVED:
        advance(appointment, AppointmentStatus.FULFILLED, by=by, at=at)


def signature(by: Actor) -> str:
    """Return who acts, as it is written on a stamp."""
    return f"{by.label} {by.place_label}".strip()[:120]
