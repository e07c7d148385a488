"""Book, withdraw and keep appointments; the place in the slot is counted in the same transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core import audit, boards
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from core.gathering import step
from core.guards import broken_constraint
from hospitals import machines, policies
from hospitals.cards import CareClass, PatientCard
from hospitals.models import Appointment, Intake, Slot
from hospitals.selectors.machines import alike
from hospitals.services import telling
from hospitals.states import AppointmentStatus


@step
def book(  # noqa: PLR0913 - the facts of one act, by name
    slot: Slot,
    *,
    card: PatientCard,
    case_ref: UUID,
    by: Actor,
    at: datetime,
    expected_at: datetime | None = None,
    carried_by: str = "",
) -> Appointment:
    """Take one place of a slot for a case (INV-01, R-003-7); tell the desk the car and its time where they are known.

    Raises Conflict when the slot is full or has no machine of the patient's class left (E20), its service does not
    receive then, or the case has a place already.
    """
    _require_open(slot, is_critical=card.is_critical)
    if not Slot.objects.filter(pk=slot.pk, booked__lt=F("capacity")).update(booked=F("booked") + 1):
        raise Conflict("slot.full", _("这个时段刚刚约满了，请换一个时段或医院。"), slot=slot.pk)
    _require_machine(slot, card.machine_class)
    appointment = _filled(slot, card=card, case_ref=case_ref, at=at)
    appointment.expected_at, appointment.carried_by = expected_at, carried_by
    try:
        with transaction.atomic():
            appointment.save(force_insert=True)
    except IntegrityError as error:
        if broken_constraint(error) != "one_live_appointment_per_case":
            raise
        raise Conflict("appointment.exists", _("这一单已经约好医院了，请刷新看最新情况。")) from error
    audit.record("appointment.booked", appointment, by=by, at=at, new_status=AppointmentStatus.BOOKED)
    boards.touch(f"facility:{appointment.facility_id}")  # whoever books has the case in hand, and touches its boards
    return appointment


def _require_open(slot: Slot, *, is_critical: bool) -> None:
    if slot.service.bars(slot.starts_at, is_critical=is_critical):
        raise Conflict("service.closed", _("这个科室那时不开，请换一家医院。"), slot=slot.pk)


def _require_machine(slot: Slot, machine_class: str) -> None:
    """Look for a machine under the slot's lock, which the counter's update took: nobody books in between."""
    if slot.service.kind in machines.SERVICES and _spare(slot.pk, machine_class) <= 0:
        raise Conflict("slot.machines", _("这个时段没有他能用的位子了，请换一个时段或医院。"), slot=slot.pk)


def _spare(slot_id: int, machine_class: str) -> int:
    """Return the places a slot has left for a machine class; below 0, others' machines are taken."""
    slot = Slot.objects.select_related("service").annotate(alike=alike(machine_class)).get(pk=slot_id)
    return int(slot.machines[machines.class_on(slot.service.kind, machine_class)] - slot.alike)


def _filled(slot: Slot, *, card: PatientCard, case_ref: UUID, at: datetime) -> Appointment:
    """Make the (unsaved) appointment from the card."""
    appointment = Appointment(
        case_ref=case_ref,
        slot=slot,
        facility_id=slot.service.facility_id,
        status_at=at,
        person_key=card.person_key,
        name=card.name,
        sex=card.sex,
        birth_date=card.birth_date,
        id_last4=card.id_last4,
        need_kind=card.need_kind,
        mobility=card.mobility,
        needs_oxygen=card.needs_oxygen,
        party_size=card.party_size,
        zone_class=card.zone_class,
        precaution=card.precaution,
        machine_class=card.machine_class,
        last_test_at=parse_datetime(card.last_test_at) if card.last_test_at else None,
        is_critical=card.is_critical,
    )
    appointment.phone = card.phone
    return appointment


@step
def withdraw(case_ref: UUID, *, by: Actor, at: datetime, reason: str = "") -> bool:
    """Give the case's place back; return False when it holds none.

    Raises Conflict when the patient has arrived: care that has begun is not withdrawn from afar.
    """
    appointment = _held(case_ref)
    if appointment is None:
        return False
    if appointment.status == AppointmentStatus.ARRIVED:
        raise Conflict("appointment.arrived", _("病人已经到院，不能再退号。有事请打接诊台。"))
    advance(appointment, AppointmentStatus.CANCELLED, by=by, at=at, reason=reason)
    _give_back(appointment)
    return True


@transaction.atomic
def mark_no_show(appointment: Appointment, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Record that nobody came, and give the place back. A later arrival is received all the same."""
    policies.check_receive(by, appointment.facility_id)
    advance(appointment, AppointmentStatus.NOSHOW, by=by, at=at, reason=reason)
    _give_back(appointment)


@transaction.atomic
def take_back_no_show(appointment: Appointment, *, by: Actor, at: datetime) -> bool:
    """Make a no-show an arrival: the patient stands there. The place counts again, one more where all were taken since.

    False when the case was booked anew meanwhile: then that place is the patient's.
    """
    taken = F("booked") + 1
    try:
        with transaction.atomic():
            Slot.objects.filter(pk=appointment.slot_id).update(booked=taken, capacity=Greatest(F("capacity"), taken))
            advance(appointment, AppointmentStatus.ARRIVED, by=by, at=at, verb="appointment.came_after_all")
    except IntegrityError as error:
        if broken_constraint(error) != "one_live_appointment_per_case":
            raise
        return False
    telling.touch(appointment)
    return True


@step
def set_ride(case_ref: UUID, *, expected_at: datetime | None, carried_by: str, by: Actor, at: datetime) -> bool:
    """Tell the desk which vehicle comes and when: with the patient before arrival, for the way home after it.

    `carried_by` is plate and driver; empty takes the ride off again. Returns False when no desk waits for the case.
    """
    intake = Intake.objects.where_now(case_ref)
    if intake is not None:
        Intake.objects.filter(pk=intake.pk).update(way_home_at=expected_at, way_home_by=carried_by)
        subject: Intake | Appointment = intake
    else:
        appointment = _held(case_ref)
        if appointment is None:
            return False
        Appointment.objects.filter(pk=appointment.pk).update(expected_at=expected_at, carried_by=carried_by)
        subject = appointment
    detail = {"expected_at": expected_at.isoformat() if expected_at else "", "is_way_home": intake is not None}
    audit.record("appointment.ride", subject, by=by, at=at, case_ref=case_ref, detail=detail)
    telling.touch(subject)
    return True


@transaction.atomic
def note_class(case_ref: UUID, known: CareClass, *, by: Actor, at: datetime) -> bool:
    """Tell the desk of what zone, precaution and machine class its patient is now, for the way inside.

    Return True when the place held is no longer on a machine of the patient's class (E20): whoever plans lets it go.
    """
    row = Appointment.objects.live().filter(case_ref=case_ref).first()
    told = asdict(known)
    if row is None or all(getattr(row, name) == value for name, value in told.items()):
        return False
    is_other_machine = row.machine_class != known.machine_class
    if is_other_machine:
        Slot.objects.select_for_update().get(pk=row.slot_id)
    Appointment.objects.filter(pk=row.pk).update(**told)
    audit.record("appointment.reclassed", row, by=by, at=at, detail={"class": f"{known.zone_class}/{known.precaution}"})
    telling.touch(row)
    return is_other_machine and _spare(row.slot_id, known.machine_class) < 0


@transaction.atomic
def note_critical(case_ref: UUID, *, by: Actor, at: datetime, need_kind: str = "") -> bool:
    """Tell the desk that who is expected turned critical on the way: on top of its page; False when it is known.

    `need_kind` says what for where that is another thing now (labour).
    """
    told = {"is_critical": True, **({"need_kind": need_kind} if need_kind else {})}
    row = Appointment.objects.live().filter(case_ref=case_ref).exclude(**told).first()
    if row is None:
        return False
    Appointment.objects.filter(pk=row.pk).update(**told)
    Intake.objects.filter(case_ref=case_ref).update(**told)
    audit.record("appointment.critical", row, by=by, at=at)
    telling.touch(row)
    return True


def _held(case_ref: UUID) -> Appointment | None:
    """Return the case's appointment that can still move."""
    moving = [AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED]
    return Appointment.objects.filter(case_ref=case_ref, status__in=moving).first()


def _give_back(appointment: Appointment) -> None:
    Slot.objects.filter(pk=appointment.slot_id).update(booked=F("booked") - 1)
    telling.touch(appointment)
