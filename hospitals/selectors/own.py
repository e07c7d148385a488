"""One thing of an actor's own facility; anything else is as absent as what never was."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from communities import selectors
from communities.models import GatePass
from core.actors import Actor
from core.errors import NotFound
from hospitals.models import Appointment, Facility, Intake, Service, Slot
from hospitals.selectors.desk import matches

MOST_FOUND = 20
_AROUND = timedelta(days=1)


def facility_for(actor: Actor) -> Facility:
    """Return the facility of a desk."""
    facility = Facility.objects.visible_to(actor).first()
    if facility is None:
        raise NotFound("facility.absent")
    return facility


def appointment_for(actor: Actor, appointment_id: UUID) -> Appointment:
    """Return one appointment of the actor's facility, with slot and service."""
    rows = Appointment.objects.visible_to(actor).select_related("slot__service", "facility")
    row = rows.filter(pk=appointment_id).first()
    if row is None:
        raise NotFound("appointment.absent")
    return row


def intake_for(actor: Actor, intake_id: UUID) -> Intake:
    """Return one arrival at the actor's facility, with its appointment."""
    rows = Intake.objects.visible_to(actor).select_related("appointment__slot", "told_by", "facility")
    row = rows.filter(pk=intake_id).first()
    if row is None:
        raise NotFound("intake.absent")
    return row


def arrived_with(appointment: Appointment) -> Intake | None:
    """Return the arrival of an appointment's case, if there is one."""
    return Intake.objects.filter(case_ref=appointment.case_ref, facility=appointment.facility_id).first()


def service_for(actor: Actor, service_id: int) -> Service:
    """Return one service of the actor's facility."""
    row = Service.objects.select_related("facility").filter(pk=service_id, facility=actor.place_code).first()
    if row is None:
        raise NotFound("service.absent")
    return row


def slot_for(actor: Actor, slot_id: int) -> Slot:
    """Return one slot of the actor's facility."""
    row = Slot.objects.select_related("service").filter(pk=slot_id, service__facility=actor.place_code).first()
    if row is None:
        raise NotFound("slot.absent")
    return row


def appointments_by_pass(actor: Actor, code: str) -> list[Appointment]:
    """Find the patients of this facility by their pass: the scanned text, the short code, the number, its last four."""
    said = selectors.number_said(code)
    if len(said) < selectors.LAST:
        return []
    own = Appointment.objects.visible_to(actor).live()
    said_here = Q(token=said) | selectors.ends_with(said)
    cases = GatePass.objects.issued().filter(said_here, case_ref__in=own.values("case_ref")).values("case_ref")
    return list(own.filter(case_ref__in=cases).select_related("slot__service")[:5])


def appointments_by_words(actor: Actor, words: str, *, at: datetime) -> list[Appointment]:
    """Find the patients of this facility of yesterday to tomorrow by name, pinyin, last four of the number or car.

    Where nobody's name is written so, those whose name sounds so.
    """
    around = (at - _AROUND, at + _AROUND)
    own = Appointment.objects.visible_to(actor).live().filter(slot__starts_at__range=around)
    rows = list(own.select_related("slot__service").order_by("slot__starts_at"))
    written = [row for row in rows if matches(row, words)]
    return (written or [row for row in rows if matches(row, words, by_sound=True)])[:MOST_FOUND]
