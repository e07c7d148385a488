"""Announce a critical patient: no slot stands before it, so one is made for the quarter of an hour (life floor)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core.actors import Actor
from hospitals.cards import PatientCard
from hospitals.models import Appointment, Facility, Service, Slot
from hospitals.services import appointments

QUARTER = timedelta(minutes=15)


@transaction.atomic
def announce(
    facility: Facility, *, card: PatientCard, case_ref: UUID, expected_at: datetime, by: Actor, at: datetime
) -> Appointment | None:
    """Tell a desk who comes by ambulance; None when it has no emergency room that receives: the car goes all the same.

    The published places of a quarter of an hour count the patients expected in it; they never hold one back.
    """
    service = Service.objects.filter(facility=facility, kind="emergency").first()
    if service is None or service.is_closed_at(expected_at):
        return None
    start = expected_at.replace(minute=expected_at.minute // 15 * 15, second=0, microsecond=0)
    slot, _is_new = Slot.objects.get_or_create(
        service=service,
        starts_at=start,
        defaults={"ends_at": start + QUARTER, "capacity": max(1, facility.intake_per_15min)},
    )
    Slot.objects.filter(pk=slot.pk, booked__gte=F("capacity")).update(capacity=F("booked") + 1)
    return appointments.book(slot, card=card, case_ref=case_ref, by=by, at=at)
