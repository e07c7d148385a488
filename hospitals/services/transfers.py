"""A patient handed to another house: asked, answered, received. Until then the first house's own (R-000-8, 4.6).

There is no no: who cannot take a patient names who is asked next, and who says nothing is asked by others (R-000-17).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from calls.selectors import ended_by_hand
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import UNTIL_RECEIVED, CallKind
from communities.services import calling
from core import audit, names, outbox
from core.actors import SWEEP, Actor
from core.advance import advance
from core.errors import Conflict, Invalid
from core.guards import broken_constraint
from core.stored import in_chinese, stored
from hospitals import policies, selectors
from hospitals.events import IntakeArrived, TransferAccepted, TransferDropped
from hospitals.models import Facility, Intake, TransferRequest
from hospitals.services import arriving, telling
from hospitals.states import INSIDE, AppointmentStatus, IntakeStatus, TransferStatus, ZoneRole

S = TransferStatus
ANSWERED = stored("有结果了：%(word)s")


@dataclass(frozen=True)
class TransferWish:
    """Where to and why. `accepted_name`: who said yes on the telephone; empty asks the house itself."""

    to: Facility
    reason: str
    note: str = ""
    accepted_name: str = ""


@transaction.atomic
def ask(intake: Intake, wish: TransferWish, *, by: Actor, at: datetime) -> TransferRequest:
    """Ask another house to take a patient over; nothing else changes by it.

    Raises Invalid for this same house or one that receives nobody; Conflict when the patient is not inside any
    more, or a house is asked already.
    """
    policies.check_ask_transfer(by, intake)
    _check_other(wish.to, intake.facility_id)
    here = Intake.objects.select_for_update().get(pk=intake.pk)
    if here.status not in INSIDE:
        raise Conflict("transfer.not_inside", _("人已经不在院里治疗了，不用转。请刷新看最新情况。"))
    transfer = _asked(here, wish, by=by, at=at)
    if wish.accepted_name.strip():
        outbox.put(TransferAccepted(case_ref=here.case_ref, at=at, transfer_id=str(transfer.pk)))
    return transfer


def _asked(
    intake: Intake, wish: TransferWish, *, by: Actor, at: datetime, follows: TransferRequest | None = None
) -> TransferRequest:
    """Store that a house is asked; one case asks one house at a time."""
    name = wish.accepted_name.strip()[:30]
    transfer = TransferRequest(
        case_ref=intake.case_ref,
        intake=intake,
        facility=wish.to,
        follows=follows,
        status=S.ACCEPTED if name else S.ASKED,
        status_at=at,
        reason=wish.reason,
        note=wish.note.strip()[:300],
        asked_at=at,
        asked_by=arriving.signature(by),
        accepted_name=name,
        is_by_phone=bool(name),
        answered_at=at if name else None,
        answered_by=arriving.signature(by) if name else "",
    )
    try:
        with transaction.atomic():
            transfer.save(force_insert=True)
    except IntegrityError as error:
        if broken_constraint(error) != "one_open_transfer_per_case":
            raise
        raise Conflict("transfer.exists", _("已经在问一家医院了，请刷新看最新情况。")) from error
    verb = "transfer.accepted_by_phone" if name else "transfer.asked"
    detail = {"to": wish.to.pk, "reason": wish.reason}
    audit.record(verb, transfer, by=by, at=at, new_status=transfer.status, detail=detail)
    telling.touch(transfer)
    return transfer


@transaction.atomic
def accept(transfer: TransferRequest, *, name: str, by: Actor, at: datetime) -> None:
    """Write down that the house asked takes the patient, and who there (R-002-3e); a car is looked for from now on.

    Raises Invalid without a name, Conflict when it was answered or withdrawn meanwhile.
    """
    policies.check_answer_transfer(by, transfer)
    if not name.strip():
        raise Invalid("transfer.no_name", _("写谁答应接的。"), field="name")
    if transfer.status != S.ASKED:
        raise Conflict("transfer.answered", _("已经答复过，或对方不转了。请刷新看最新情况。"))
    advance(transfer, S.ACCEPTED, by=by, at=at, accepted_name=name.strip()[:30], **_answer(by, at))
    outbox.put(TransferAccepted(case_ref=transfer.case_ref, at=at, transfer_id=str(transfer.pk)))
    _end_call(transfer, by=by, at=at)
    telling.touch(transfer)


@transaction.atomic
def pass_on(transfer: TransferRequest, *, to: Facility, name: str, by: Actor, at: datetime) -> TransferRequest:
    """Ask a third house instead, in the name of who cannot take the patient; nobody is sent away (R-002-3d).

    Raises Invalid without a name or for a house of the two, Conflict when the patient is in the car already.
    """
    policies.check_answer_transfer(by, transfer)
    _check_other(to, transfer.intake.facility_id, transfer.facility_id)
    if not name.strip():
        raise Invalid("transfer.no_name", _("写这里是谁定的转问。"), field="name")
    if transfer.left_at is not None:
        raise Conflict("transfer.on_board", _("人已经在车上，正送过来。请先接下，再转。"))
    was_accepted = transfer.status == S.ACCEPTED
    advance(transfer, S.PASSED_ON, by=by, at=at, **_answer(by, at, name))
    _end_call(transfer, by=by, at=at)
    telling.touch(transfer)
    if was_accepted:
        outbox.put(TransferDropped(case_ref=transfer.case_ref, at=at, transfer_id=str(transfer.pk)))
    return _asked(transfer.intake, TransferWish(to, transfer.reason, transfer.note), by=by, at=at, follows=transfer)


@transaction.atomic
def withdraw(transfer: TransferRequest, *, by: Actor, at: datetime) -> None:
    """Keep the patient after all; the car is let go. Raises Conflict once the patient is in it."""
    policies.check_ask_transfer(by, transfer.intake)
    if transfer.left_at is not None:
        raise Conflict("transfer.on_board", _("人已经在车上，撤不回来。请打给对方医院或调度台。"))
    _drop(transfer, by=by, at=at, reason=stored("不转了"))


@transaction.atomic
def let_go(intake: Intake, *, by: Actor, at: datetime, reason: str) -> bool:
    """End the hand-over of somebody who stays, goes home or has died; say whether one was open."""
    transfer = open_of(intake)
    if transfer is None:
        return False
    _drop(transfer, by=by, at=at, reason=reason)
    return True


def _drop(transfer: TransferRequest, *, by: Actor, at: datetime, reason: str) -> None:
    advance(transfer, S.WITHDRAWN, by=by, at=at, reason=reason, expected_at=None, carried_by="")
    _end_call(transfer, by=by, at=at)
    outbox.put(TransferDropped(case_ref=transfer.case_ref, at=at, transfer_id=str(transfer.pk)))
    telling.touch(transfer)


@transaction.atomic
def receive(transfer: TransferRequest, *, by: Actor, at: datetime) -> Intake:
    """Record that the patient stands here: from now on this house's own, and no longer the first one's (R-000-8).

    Whoever comes is received, also before an answer was given. Raises Conflict when the first house ended the stay.
    """
    policies.check_receive(by, transfer.facility_id)
    origin = Intake.objects.select_for_update(of=("self",)).select_related("appointment").get(pk=transfer.intake_id)
    name = transfer.accepted_name or by.label[:30]
    if origin.handed_over_at is None:
        arriving.stamp_hand_over(origin, by=by, at=at)
    accepted_by = f"{transfer.facility.name} {name}"[:80]
    advance(origin, IntakeStatus.TRANSFERRED, by=by, at=at, ended_at=at, accepted_by=accepted_by)
    arriving.fulfil(origin, by=by, at=at)
    intake = _arrival(transfer, origin, by=by, at=at)
    facts: dict[str, Any] = {} if transfer.accepted_name else {"accepted_name": name, **_answer(by, at)}
    advance(transfer, S.RECEIVED, by=by, at=at, received=intake, **facts)
    _end_call(transfer, by=by, at=at)
    calls.end_by_fact(CallKind.LATE_HAND_OVER, str(origin.pk), words=stored("转到另一家了"), by=by, at=at)
    calls.end_of_case(origin.case_ref, UNTIL_RECEIVED, words=stored("接诊台接到人了"), by=by, at=at)
    outbox.put(IntakeArrived(case_ref=intake.case_ref, at=at, intake_id=str(intake.pk)))
    telling.touch(transfer)
    return intake


def _arrival(transfer: TransferRequest, origin: Intake, *, by: Actor, at: datetime) -> Intake:
    """Store the arrival here; one that was taken back as a wrong press stands up again."""
    facts = arriving.clock_facts(transfer.facility_id, by=by, at=at, since=transfer.at_door_at)
    facts |= {"at_door_at": transfer.at_door_at, "at_door_by": transfer.at_door_by}
    if earlier := arriving.withdrawn_here(origin.case_ref, transfer.facility_id):
        advance(earlier, IntakeStatus.ARRIVED, by=by, at=at, **facts)
        return earlier
    intake = Intake.objects.create(
        case_ref=origin.case_ref,
        facility_id=transfer.facility_id,
        told_by=origin.card,
        status_at=at,
        label=origin.label,
        person_key=origin.person_key,
        need_kind=origin.need_kind,
        is_critical=origin.is_critical,
        is_walk_in=origin.is_walk_in,
        note=transfer.note or origin.note,
        **facts,
    )
    audit.record("intake.arrived", intake, by=by, at=at, new_status=intake.status)
    return intake


@transaction.atomic
def take_back_arrival(intake: Intake, *, by: Actor, at: datetime) -> None:
    """After an arrival was taken back as a wrong press: the patient is the first house's own again,
    and still coming.
    """
    transfer = TransferRequest.objects.select_related("intake__appointment").filter(received=intake).first()
    if transfer is None:
        return
    advance(transfer, S.ACCEPTED, by=by, at=at, verb="transfer.undone", received=None)
    origin = transfer.intake
    back = IntakeStatus.IN_TREATMENT if origin.treatment_started_at else IntakeStatus.ARRIVED
    advance(origin, back, by=by, at=at, verb="intake.undone", ended_at=None, accepted_by="")
    if origin.appointment is not None and origin.appointment.status == AppointmentStatus.FULFILLED:
        advance(origin.appointment, AppointmentStatus.ARRIVED, by=by, at=at, verb="appointment.undone")
    telling.touch(transfer)


@transaction.atomic
def set_ride(
    transfer: TransferRequest, *, expected_at: datetime | None, carried_by: str, by: Actor, at: datetime
) -> None:
    """Tell both desks which car brings the patient and when; an empty `carried_by` takes it off again."""
    TransferRequest.objects.filter(pk=transfer.pk).update(expected_at=expected_at, carried_by=carried_by[:60])
    detail = {"expected_at": expected_at.isoformat() if expected_at else ""}
    audit.record("transfer.ride", transfer, by=by, at=at, detail=detail)
    telling.touch(transfer)


@transaction.atomic
def note_left(transfer: TransferRequest, *, by: Actor, at: datetime) -> None:
    """Note that the patient is in the car.

    A hand-over withdrawn or passed on at the same moment stands again, and who was asked instead is asked no more.
    """
    if transfer.status in {S.WITHDRAWN, S.PASSED_ON} and transfer.accepted_name:
        if (other := open_of(transfer.intake)) is not None:
            _drop(other, by=by, at=at, reason=stored("车已经接到人，送去原来答应的医院"))
        advance(transfer, S.ACCEPTED, by=by, at=at, verb="transfer.under_way", reason=stored("车已经接到人"))
    if transfer.left_at is None:
        TransferRequest.objects.filter(pk=transfer.pk).update(left_at=at)
        audit.record("transfer.left", transfer, by=by, at=at)
        telling.touch(transfer)


def open_of(intake: Intake) -> TransferRequest | None:
    """Return what is open for a patient of this house."""
    return TransferRequest.objects.open().filter(intake=intake).select_related("facility", "intake__facility").first()


@transaction.atomic
def report_unanswered(*, at: datetime) -> int:
    """Call for help for every patient about whom the house asked says nothing past the rulebook's minutes
    (R-000-17).
    """
    silent = {str(each.pk): each for each in selectors.unanswered(at=at)}
    uncalled = silent.keys() - ended_by_hand(CallKind.TRANSFER_UNANSWERED, silent, at=at)
    for transfer in (silent[pk] for pk in uncalled):
        origin, asked = transfer.intake, transfer.facility
        trouble = Trouble(
            CallKind.TRANSFER_UNANSWERED,
            subject=str(transfer.pk),
            who=origin.label if origin.is_walk_in else names.masked(origin.label),
            place=f"{origin.facility.name} → {asked.name}",
            phone=asked.phone,
            case_ref=transfer.case_ref,
        )
        its_desk = calling.scene_of_facility(asked.pk, division=asked.division_code)
        calling.call_for_help(trouble, scene=its_desk, by=SWEEP, at=at)
    return len(uncalled)


def _end_call(transfer: TransferRequest, *, by: Actor, at: datetime) -> None:
    words = ANSWERED % {"word": in_chinese(TransferStatus(transfer.status).label)}
    calls.end_by_fact(CallKind.TRANSFER_UNANSWERED, str(transfer.pk), words=words, by=by, at=at)
    if transfer.status != S.ACCEPTED:  # a yes alone takes nobody in at the door
        calls.end_by_fact(CallKind.LATE_HAND_OVER, transfer.door_subject, words=words, by=by, at=at)


def _answer(by: Actor, at: datetime, name: str = "") -> dict[str, Any]:
    return {"answered_at": at, "answered_by": f"{name.strip()} {arriving.signature(by)}".strip()[:120]}


def _check_other(to: Facility, *others: str) -> None:
    if to.pk in others:
        raise Invalid("transfer.same_facility", _("要写另一家医院。"), field="to")
    if to.zone_role == ZoneRole.NONE:
        raise Invalid("transfer.receives_nobody", _("这家医院现在不接诊，请换一家。"), field="to")
