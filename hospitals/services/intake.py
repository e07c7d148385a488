"""The patient at the door and inside. No step asks for a certificate, a test, an approval or a slot (R-000-7)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.services import calls
from calls.states import CallKind
from communities.services import marks
from core import audit, boards, outbox
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict, Invalid
from hospitals import policies
from hospitals.events import IntakeArrived, IntakeEnded, IntakeReleased, WalkedIn
from hospitals.models import Appointment, Facility, Intake
from hospitals.selectors import limits
from hospitals.services import appointments
from hospitals.states import AppointmentStatus, IntakeStatus


@transaction.atomic
def check_in(appointment: Appointment, *, by: Actor, at: datetime) -> Intake:
    """Record that an expected patient stands here; the hand-over clock starts (R-002-3, INV-29).

    Whoever comes is received: a cancelled or missed appointment is no obstacle, and an arrival takes a no-show back.
    Raises Conflict when the arrival is recorded already.
    """
    policies.check_receive(by, appointment.facility_id)
    if appointment.status in {AppointmentStatus.BOOKED, AppointmentStatus.PROPOSED}:
        _confirm(appointment, by=by, at=at)
    elif appointment.status == AppointmentStatus.NOSHOW:
        appointments.take_back_no_show(appointment, by=by, at=at)
    intake = _arrival_of(appointment, by=by, at=at)
    outbox.put(IntakeArrived(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk)))
    _touch(intake)
    return intake


def _confirm(appointment: Appointment, *, by: Actor, at: datetime) -> None:
    if appointment.status == AppointmentStatus.PROPOSED:
        advance(appointment, AppointmentStatus.BOOKED, by=by, at=at)
    advance(appointment, AppointmentStatus.ARRIVED, by=by, at=at)


def _arrival_of(appointment: Appointment, *, by: Actor, at: datetime) -> Intake:
    """Store the arrival; one that was withdrawn as a wrong press stands up again with its new time."""
    since = min(appointment.at_door_at or at, at)
    facts: dict[str, Any] = {
        "arrived_at": at,
        "arrived_by": signature(by),
        "at_door_at": appointment.at_door_at,
        "at_door_by": appointment.at_door_by,
        "hand_over_due_at": since + limits(appointment.facility_id, at=at).hand_over,
        "late_reported_at": None,
    }
    earlier = Intake.all_rows.filter(case_ref=appointment.case_ref).first()
    if earlier is not None:
        if earlier.status != IntakeStatus.WITHDRAWN:
            raise Conflict("intake.exists", _("已经确认到院了，请刷新看最新情况。"))
        advance(earlier, IntakeStatus.ARRIVED, by=by, at=at, **facts)
        return earlier
    intake = Intake.objects.create(
        case_ref=appointment.case_ref,
        facility_id=appointment.facility_id,
        appointment=appointment,
        status_at=at,
        label=appointment.name,
        person_key=appointment.person_key,
        need_kind=appointment.need_kind,
        is_critical=appointment.is_critical,
        **facts,
    )
    audit.record("intake.arrived", intake, by=by, at=at, new_status=intake.status)
    return intake


@transaction.atomic
def walk_in(
    facility: Facility,
    *,
    label: str = "",
    need_kind: str = "",
    is_critical: bool = True,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Intake:
    """Receive somebody nobody announced: care starts now, papers follow (INV-29, R-000-8).

    Without a name the person is 身份不明 with a mark of the day, the time and the house.
    """
    policies.check_receive(by, facility.pk)
    intake = Intake.objects.create(
        case_ref=uuid.uuid4(),
        facility=facility,
        status_at=at,
        label=label.strip() or marks.next_mark(facility.name, at=at),
        need_kind=need_kind,
        is_critical=is_critical,
        is_walk_in=True,
        arrived_at=at,
        arrived_by=signature(by),
        hand_over_due_at=at + limits(facility.pk, at=at).hand_over,
        note=note.strip()[:300],
    )
    audit.record("intake.walk_in", intake, by=by, at=at, new_status=intake.status)
    outbox.put(WalkedIn(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk), is_critical=is_critical))
    _touch(intake)
    return intake


@transaction.atomic
def hand_over(intake: Intake, *, by: Actor, at: datetime) -> None:
    """Stamp that the house has taken the patient over; a stamp past the limit is reported with it (INV-30)."""
    policies.check_receive(by, intake.facility_id)
    if intake.handed_over_at is not None:
        raise Conflict("intake.handed_over", _("已经交接过了，请刷新看最新情况。"))
    _stamp_hand_over(intake, by=by, at=at)
    _touch(intake)


def _stamp_hand_over(intake: Intake, *, by: Actor, at: datetime) -> None:
    is_late = intake.hand_over_due_at is not None and at > intake.hand_over_due_at
    values = {"handed_over_at": at, "handed_over_by": signature(by)}
    if is_late and intake.late_reported_at is None:
        values["late_reported_at"] = at
    won = Intake.objects.filter(pk=intake.pk, handed_over_at__isnull=True).update(**values)
    if not won:
        raise Conflict("intake.handed_over", _("已经交接过了，请刷新看最新情况。"))
    for name, value in values.items():
        setattr(intake, name, value)
    audit.record("intake.handed_over", intake, by=by, at=at, detail={"is_late": is_late})
    if is_late:
        words = _("交接完成了")
        calls.end_by_fact(CallKind.LATE_HAND_OVER, str(intake.pk), words=words, by=by, at=at)


@transaction.atomic
def start_treatment(intake: Intake, *, by: Actor, at: datetime, expected_ready_at: datetime | None = None) -> None:
    """Record that care has begun; who treats has taken over, so a missing hand-over is stamped with it."""
    policies.check_receive(by, intake.facility_id)
    if intake.handed_over_at is None:
        _stamp_hand_over(intake, by=by, at=at)
    facts: dict[str, Any] = {"treatment_started_at": at}
    ready = expected_ready_at or _slot_end(intake, at=at)
    if ready is not None:
        facts["expected_ready_at"] = ready
    advance(intake, IntakeStatus.IN_TREATMENT, by=by, at=at, **facts)
    _touch(intake)


def _slot_end(intake: Intake, *, at: datetime) -> datetime | None:
    """Return when the booked time ends, the best guess of when the patient is ready."""
    end = intake.appointment.slot.ends_at if intake.appointment else None
    return end if end is not None and end > at else None


@transaction.atomic
def release(intake: Intake, *, ready_at: datetime | None = None, by: Actor, at: datetime) -> None:
    """Let the patient go home and call the way back: one press, whatever step was not pressed before.

    `ready_at` is when the patient can be picked up, now unless said otherwise.
    """
    policies.check_receive(by, intake.facility_id)
    if intake.status == IntakeStatus.ARRIVED:
        start_treatment(intake, by=by, at=at)
    ready = ready_at or at
    advance(intake, IntakeStatus.RELEASED, by=by, at=at, ready_at=ready, ended_at=at)
    _fulfil(intake, by=by, at=at)
    outbox.put(IntakeReleased(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk)))
    _touch(intake)


@transaction.atomic
def admit(intake: Intake, *, by: Actor, at: datetime, note: str = "") -> None:
    """Keep the patient as an inpatient; no way home is needed."""
    policies.check_receive(by, intake.facility_id)
    _keep(intake, IntakeStatus.ADMITTED, by=by, at=at, note=note)


@transaction.atomic
def transfer(intake: Intake, *, accepted_by: Facility, accepted_by_name: str, by: Actor, at: datetime) -> None:
    """Hand the patient on to another facility that has accepted; until then the patient stays here (R-000-8).

    Raises Invalid without the name of who accepted there, or when it is this same facility.
    """
    policies.check_receive(by, intake.facility_id)
    if accepted_by.pk == intake.facility_id:
        raise Invalid("intake.same_facility", _("要写另一家医院。"), field="accepted_by")
    if not accepted_by_name.strip():
        raise Invalid(
            "intake.no_acceptance", _("要写对方谁答应接的。没有人答应，病人就还在这里治。"), field="accepted_by_name"
        )
    words = f"{accepted_by.name} {accepted_by_name.strip()}"[:80]
    _keep(intake, IntakeStatus.TRANSFERRED, by=by, at=at, accepted_by=words)


@transaction.atomic
def record_death(intake: Intake, *, by: Actor, at: datetime, note: str = "") -> None:
    """Record that the patient has died."""
    policies.check_receive(by, intake.facility_id)
    _keep(intake, IntakeStatus.DIED, by=by, at=at, note=note)


def _keep(intake: Intake, to: IntakeStatus, *, by: Actor, at: datetime, note: str = "", accepted_by: str = "") -> None:
    """End the stay without a way home."""
    if intake.handed_over_at is None:
        _stamp_hand_over(intake, by=by, at=at)
    facts: dict[str, Any] = {"ended_at": at}
    if note.strip():
        facts["note"] = note.strip()[:300]
    if accepted_by:
        facts["accepted_by"] = accepted_by
    advance(intake, to, by=by, at=at, **facts)
    _fulfil(intake, by=by, at=at)
    outbox.put(IntakeEnded(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk)))
    _touch(intake)


@transaction.atomic
def note_left(intake: Intake, *, by: Actor, at: datetime) -> bool:
    """Record that a released patient has left the house; safe to say twice, False when it was said."""
    policies.check_receive(by, intake.facility_id)
    won = Intake.objects.filter(pk=intake.pk, status=IntakeStatus.RELEASED, left_at__isnull=True).update(left_at=at)
    if won:
        audit.record("intake.left", intake, by=by, at=at)
        _touch(intake)
    return bool(won)


@dataclass(frozen=True)
class Described:
    """What the desk has learnt about somebody nobody announced."""

    label: str
    need_kind: str = ""
    note: str = ""
    is_critical: bool = True


@transaction.atomic
def describe(intake: Intake, words: Described, *, by: Actor, at: datetime) -> None:
    """Write down who a walk-in is and what is the matter; care has begun without it."""
    policies.check_receive(by, intake.facility_id)
    values = {
        "label": words.label.strip()[:60] or intake.label,
        "need_kind": words.need_kind,
        "note": words.note.strip()[:300],
        "is_critical": words.is_critical,
    }
    Intake.objects.filter(pk=intake.pk).update(**values)
    for name, value in values.items():
        setattr(intake, name, value)
    audit.record("intake.described", intake, by=by, at=at)
    _touch(intake)


def _fulfil(intake: Intake, *, by: Actor, at: datetime) -> None:
    appointment = intake.appointment
    if appointment is not None and appointment.status == AppointmentStatus.ARRIVED:
        advance(appointment, AppointmentStatus.FULFILLED, by=by, at=at)


def signature(actor: Actor) -> str:
    """Return who stamps, as the stamp keeps it."""
    return f"{actor.label} {actor.place_label}".strip()[:120]


def _touch(intake: Intake) -> None:
    boards.touch(f"facility:{intake.facility_id}")
