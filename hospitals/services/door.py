"""Who stands at the door: the driver says so, and the hand-over clock runs before the desk has looked up (R-002-3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from calls.selectors import ended_by_hand
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core import audit, names
from core.actors import SWEEP, Actor
from core.stored import stored
from core.sweeping import each
from hospitals.models import Appointment, Intake, TransferRequest
from hospitals.selectors import limits
from hospitals.services import arriving, telling
from hospitals.services.arriving import signature
from hospitals.services.intake import check_in
from hospitals.states import AppointmentStatus, IntakeStatus

NOBODY_AT_DOOR = stored("从%(house)s转来，在门口没有人接")


@transaction.atomic
def note_at_door(case_ref: UUID, *, by: Actor, at: datetime, facility_code: str = "") -> bool:
    """Note that the driver stands at the door with the patient: the hand-over clock runs from now (R-002-3, INV-29).

    Both stamps are kept, the earlier one counts. A no-show is taken back by it. Safe to say twice; False when nothing
    is new, or no desk waits for the case at that facility.
    """
    brought = _brought(case_ref, facility_code)
    if brought is not None:
        return _door_of_second(brought, by=by, at=at)
    here = {"facility_id": facility_code} if facility_code else {}
    intake = Intake.objects.select_for_update(of=("self",)).filter(case_ref=case_ref, **here).first()
    if intake is not None:
        return _door_after_desk(intake, by=by, at=at)
    waiting = [AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED, AppointmentStatus.NOSHOW]
    rows = Appointment.objects.select_for_update(of=("self",)).filter(case_ref=case_ref, status__in=waiting, **here)
    appointment = min(rows, key=lambda row: row.status == AppointmentStatus.NOSHOW, default=None)
    if appointment is None or appointment.at_door_at is not None:
        return False
    appointment.at_door_at, appointment.at_door_by = at, signature(by)
    Appointment.objects.filter(pk=appointment.pk).update(at_door_at=at, at_door_by=appointment.at_door_by)
    audit.record("appointment.at_door", appointment, by=by, at=at)
    if appointment.status == AppointmentStatus.NOSHOW:
        check_in(appointment, by=by, at=at)
    telling.touch(appointment)
    return True


def _door_after_desk(intake: Intake, *, by: Actor, at: datetime) -> bool:
    """Keep the driver's stamp beside the desk's; one that is earlier moves the clock while it still runs."""
    if intake.at_door_at is not None:
        return False
    changes: dict[str, Any] = {"at_door_at": at, "at_door_by": signature(by)}
    if at < intake.arrived_at and intake.handed_over_at is None:
        changes["hand_over_due_at"] = at + limits(intake.facility_id, at=at).hand_over
    Intake.objects.filter(pk=intake.pk).update(**changes)
    audit.record("intake.at_door", intake, by=by, at=at)
    telling.touch(intake)
    return True


def _brought(case_ref: UUID, facility_code: str) -> TransferRequest | None:
    """Return the hand-over by which another house's patient is brought here: nothing is booked, nobody has arrived."""
    rows = TransferRequest.objects.select_for_update(of=("self",)).open().select_related("intake")
    return rows.filter(case_ref=case_ref, facility=facility_code).first()


def _door_of_second(transfer: TransferRequest, *, by: Actor, at: datetime) -> bool:
    if transfer.at_door_at is not None:
        return False
    TransferRequest.objects.filter(pk=transfer.pk).update(at_door_at=at, at_door_by=signature(by))
    audit.record("transfer.at_door", transfer, by=by, at=at)
    telling.touch(transfer)
    return True


@transaction.atomic
def lift_door(case_ref: UUID, *, by: Actor, at: datetime, facility_code: str = "") -> bool:
    """Take back what a driver said of the door, pressed by mistake; an arrival that the desk confirmed stays."""
    if _lift_second(case_ref, facility_code, by=by, at=at):
        return True
    row = Appointment.objects.live().filter(case_ref=case_ref, at_door_at__isnull=False).first()
    if row is None or row.status not in {AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED}:
        return False
    Appointment.objects.filter(pk=row.pk).update(at_door_at=None, at_door_by="")
    audit.record("appointment.door_undone", row, by=by, at=at)
    telling.touch(row)
    return True


def _lift_second(case_ref: UUID, facility_code: str, *, by: Actor, at: datetime) -> bool:
    """Take it off the hand-over again, and end the call that it had raised."""
    transfer = _brought(case_ref, facility_code)
    if transfer is None or transfer.at_door_at is None:
        return False
    TransferRequest.objects.filter(pk=transfer.pk).update(at_door_at=None, at_door_by="")
    audit.record("transfer.door_undone", transfer, by=by, at=at)
    words = stored("司机撤回了，人还没到门口")
    calls.end_by_fact(CallKind.LATE_HAND_OVER, transfer.door_subject, words=words, by=by, at=at)
    telling.touch(transfer)
    return True


@transaction.atomic
def report_unreceived(*, at: datetime) -> int:
    """Call command for every patient brought from another house who stood at the door past the limit (R-002-3, INV-30).

    Nobody is received by it: until the desk presses, the patient is the first house's own (R-000-8).
    """
    rows = TransferRequest.objects.open().select_related("intake__facility", "facility").filter(at_door_at__lt=at)
    late = [row for row in rows if row.at_door_at and at > row.at_door_at + limits(row.facility_id, at=at).hand_over]
    quiet = ended_by_hand(CallKind.LATE_HAND_OVER, (row.door_subject for row in late), at=at)
    late = [row for row in late if row.door_subject not in quiet]
    for row in late:
        trouble = Trouble(
            CallKind.LATE_HAND_OVER,
            subject=row.door_subject,
            who=row.intake.label if row.intake.is_walk_in else names.masked(row.intake.label),
            place=row.facility.name,
            note=NOBODY_AT_DOOR % {"house": row.intake.facility.name},
            phone=row.facility.phone,
            case_ref=row.case_ref,
        )
        scene = calling.scene_of_facility(row.facility_id, division=row.facility.division_code)
        calling.call_for_help(trouble, scene=scene, by=SWEEP, at=at)
    return len(late)


@transaction.atomic
def receive_unattended(*, at: datetime) -> int:
    """Record the arrival of whoever stood at the door for the whole limit and no desk confirmed: then it is late.

    What the driver said is a fact; from here the report of late hand-overs takes its course. Whoever was received by
    another of their bookings is at no door any more, and the trouble of one keeps nobody else's report back.
    """
    waiting = [AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED]
    received = Intake.objects.exclude(status=IntakeStatus.TRANSFERRED).filter(case_ref=OuterRef("case_ref"))
    rows = Appointment.objects.select_for_update(skip_locked=True, of=("self",)).select_related("slot")
    rows = rows.filter(~Exists(received))
    due = [
        row
        for row in rows.filter(at_door_at__isnull=False, status__in=waiting)
        if row.at_door_at and at > row.at_door_at + limits(row.facility_id, at=at).hand_over
    ]
    due = [row for row in due if arriving.withdrawn_here(row.case_ref, row.facility_id) is None]
    each(due, lambda row: check_in(row, by=SWEEP, at=at))
    return len(due)
