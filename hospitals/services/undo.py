"""Take the last step at the desk back: within minutes, and only while nothing has followed from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.services import calls
from calls.states import CallKind
from core import audit, outbox
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from core.stored import stored
from hospitals import policies
from hospitals.events import IntakeUndone
from hospitals.models import Intake
from hospitals.selectors import limits
from hospitals.selectors.steps import last_step
from hospitals.services import telling, transfers
from hospitals.states import FINAL, AppointmentStatus, DeskStep, IntakeStatus

# a call that the hand-over ended is to be made again: nobody has taken over
_NOT_TAKEN_OVER: dict[str, Any] = {"handed_over_at": None, "handed_over_by": "", "late_reported_at": None}


@transaction.atomic
def undo_last(intake: Intake, *, by: Actor, at: datetime) -> DeskStep:
    """Take the newest step of an arrival back; return its name.

    Raises Conflict when it is too old, or when a vehicle for the way home is named already.
    """
    policies.check_receive(by, intake.facility_id)
    step, taken_at = last_step(intake)
    if at - taken_at > limits(intake.facility_id, at=at).undo:
        raise Conflict("undo.too_late", _("过了 10 分钟，不能撤回了。请打调度台改。"), step=step)
    if intake.status in FINAL:
        raise Conflict("undo.closed", _("这一单已经结了，不能撤回。人还在，就按“没有登记的人来了”再接。"), step=step)
    if transfers.open_of(intake) is not None:
        raise Conflict("undo.transfer", _("已经在问转院，先按“不转了”，再撤回。"), step=step)
    if step == DeskStep.ENDED and (intake.way_home_by or intake.left_at):
        raise Conflict("undo.followed", _("返程车已经派了，不能撤回。请打调度台。"), step=step)
    _TAKE_BACK[step](intake, by=by, at=at)
    outbox.put(IntakeUndone(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk), step=step))
    telling.touch(intake)
    return step


def _withdraw_arrival(intake: Intake, *, by: Actor, at: datetime) -> None:
    advance(intake, IntakeStatus.WITHDRAWN, by=by, at=at, verb="intake.undone", handed_over_at=None, handed_over_by="")
    words = stored("接诊台撤回了到院")
    calls.end_by_fact(CallKind.LATE_HAND_OVER, str(intake.pk), words=words, by=by, at=at)
    transfers.take_back_arrival(intake, by=by, at=at)
    appointment = intake.appointment
    if appointment is not None and appointment.status == AppointmentStatus.ARRIVED:
        advance(appointment, AppointmentStatus.BOOKED, by=by, at=at, verb="appointment.undone")


def _lift_hand_over(intake: Intake, *, by: Actor, at: datetime) -> None:
    Intake.objects.filter(pk=intake.pk).update(**_NOT_TAKEN_OVER)
    intake.handed_over_at, intake.handed_over_by, intake.late_reported_at = None, "", None
    audit.record("intake.undone", intake, by=by, at=at, detail={"step": DeskStep.HANDED_OVER.value})


def _stop_treatment(intake: Intake, *, by: Actor, at: datetime) -> None:
    changes: dict[str, Any] = {"treatment_started_at": None}
    if intake.handed_over_at == intake.treatment_started_at:  # stamped by the same press
        changes |= _NOT_TAKEN_OVER
    advance(intake, IntakeStatus.ARRIVED, by=by, at=at, verb="intake.undone", **changes)


def _reopen(intake: Intake, *, by: Actor, at: datetime) -> None:
    changes: dict[str, Any] = {"ended_at": None, "ready_at": None, "way_home_at": None}
    advance(intake, IntakeStatus.IN_TREATMENT, by=by, at=at, verb="intake.undone", **changes)
    appointment = intake.appointment
    if appointment is not None and appointment.status == AppointmentStatus.FULFILLED:
        advance(appointment, AppointmentStatus.ARRIVED, by=by, at=at, verb="appointment.undone")


_TAKE_BACK: dict[DeskStep, Callable[..., None]] = {
    DeskStep.ARRIVED: _withdraw_arrival,
    DeskStep.HANDED_OVER: _lift_hand_over,
    DeskStep.TREATMENT: _stop_treatment,
    DeskStep.ENDED: _reopen,
}
