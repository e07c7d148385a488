"""The patient at the door and inside. No step asks for a certificate, a test, an approval or a slot (R-000-7)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.services import calls
from calls.states import UNTIL_RECEIVED
from communities.services import marks
from core import audit, outbox
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from core.stored import in_chinese, stored
from hospitals import policies
from hospitals.events import IntakeArrived, IntakeEnded, IntakeReleased, WalkedIn
from hospitals.models import Appointment, Facility, Intake
from hospitals.services import appointments, arriving, telling, transfers
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
    calls.end_of_case(intake.case_ref, UNTIL_RECEIVED, words=stored("接诊台接到人了"), by=by, at=at)
    telling.touch(intake)
    return intake


def _confirm(appointment: Appointment, *, by: Actor, at: datetime) -> None:
    if appointment.status == AppointmentStatus.PROPOSED:
        advance(appointment, AppointmentStatus.BOOKED, by=by, at=at)
    advance(appointment, AppointmentStatus.ARRIVED, by=by, at=at)


def _arrival_of(appointment: Appointment, *, by: Actor, at: datetime) -> Intake:
    """Store the arrival; one that was withdrawn as a wrong press stands up again with its new time."""
    facts = arriving.clock_facts(appointment.facility_id, by=by, at=at, since=appointment.at_door_at)
    facts |= {"at_door_at": appointment.at_door_at, "at_door_by": appointment.at_door_by}
    list(Appointment.objects.select_for_update(of=("self",)).order_by().only("pk").filter(pk=appointment.pk))
    if Intake.objects.exclude(status=IntakeStatus.TRANSFERRED).filter(case_ref=appointment.case_ref).exists():
        raise Conflict("intake.exists", _("已经确认到院了，请刷新看最新情况。"))
    if earlier := arriving.withdrawn_here(appointment.case_ref, appointment.facility_id):
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
def walk_in(  # noqa: PLR0913 - the facts of one act, by name
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
        **arriving.clock_facts(facility.pk, by=by, at=at),
        note=note.strip()[:300],
    )
    audit.record("intake.walk_in", intake, by=by, at=at, new_status=intake.status)
    outbox.put(WalkedIn(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk), is_critical=is_critical))
    telling.touch(intake)
    return intake


@transaction.atomic
def hand_over(intake: Intake, *, by: Actor, at: datetime) -> None:
    """Stamp that the house has taken the patient over; a stamp past the limit is reported with it (INV-30)."""
    policies.check_receive(by, intake.facility_id)
    if intake.handed_over_at is not None:
        raise Conflict("intake.handed_over", _("已经交接过了，请刷新看最新情况。"))
    arriving.stamp_hand_over(intake, by=by, at=at)
    telling.touch(intake)


@transaction.atomic
def start_treatment(intake: Intake, *, by: Actor, at: datetime, expected_ready_at: datetime | None = None) -> None:
    """Record that care has begun; who treats has taken over, so a missing hand-over is stamped with it."""
    policies.check_receive(by, intake.facility_id)
    if intake.handed_over_at is None:
        arriving.stamp_hand_over(intake, by=by, at=at)
    facts: dict[str, Any] = {"treatment_started_at": at}
    ready = expected_ready_at or _slot_end(intake, at=at)
    if ready is not None:
        facts["expected_ready_at"] = ready
    advance(intake, IntakeStatus.IN_TREATMENT, by=by, at=at, **facts)
    telling.touch(intake)


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
    arriving.fulfil(intake, by=by, at=at)
    transfers.let_go(intake, by=by, at=at, reason=stored("治疗结束"))
    outbox.put(IntakeReleased(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk)))
    telling.touch(intake)


@transaction.atomic
def admit(intake: Intake, *, by: Actor, at: datetime, note: str = "") -> None:
    """Keep the patient as an inpatient; no way home is needed."""
    policies.check_receive(by, intake.facility_id)
    _keep(intake, IntakeStatus.ADMITTED, by=by, at=at, note=note)


@transaction.atomic
def record_death(intake: Intake, *, by: Actor, at: datetime, note: str = "") -> None:
    """Record that the patient has died."""
    policies.check_receive(by, intake.facility_id)
    _keep(intake, IntakeStatus.DIED, by=by, at=at, note=note)


def _keep(intake: Intake, to: IntakeStatus, *, by: Actor, at: datetime, note: str = "") -> None:
    """End the stay without a way home; a hand-over asked for ends with it."""
    if intake.handed_over_at is None:
        arriving.stamp_hand_over(intake, by=by, at=at)
    facts: dict[str, Any] = {"ended_at": at}
    if note.strip():
        facts["note"] = note.strip()[:300]
    advance(intake, to, by=by, at=at, **facts)
    arriving.fulfil(intake, by=by, at=at)
    transfers.let_go(intake, by=by, at=at, reason=in_chinese(to.label))
    outbox.put(IntakeEnded(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk)))
    telling.touch(intake)


@transaction.atomic
def note_left(intake: Intake, *, by: Actor, at: datetime) -> bool:
    """Record that a released patient has left the house; safe to say twice, False when it was said."""
    policies.check_receive(by, intake.facility_id)
    won = Intake.objects.filter(pk=intake.pk, status=IntakeStatus.RELEASED, left_at__isnull=True).update(left_at=at)
    if won:
        audit.record("intake.left", intake, by=by, at=at)
        telling.touch(intake)
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
    said = {name: value for name, value in vars(words).items() if value != getattr(intake, name)}
    values = {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}
    if not values.get("label", "?"):
        del values["label"]  # no name is never known better than one
    for name, most in (("label", 60), ("note", 300)):
        if name in values:
            values[name] = values[name][:most]
    if not values:
        return
    Intake.objects.filter(pk=intake.pk).update(**values)
    for name, value in values.items():
        setattr(intake, name, value)
    audit.record("intake.described", intake, by=by, at=at, detail={"fields": sorted(values)})
    telling.touch(intake)
