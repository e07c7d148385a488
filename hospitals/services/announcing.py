"""Announce a critical patient: no slot stands before it, so one is made for the quarter of an hour (life floor)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core.actors import Actor
from hospitals.cards import CRITICAL_SERVICES, PatientCard
from hospitals.models import Appointment, Facility, Service, Slot
from hospitals.services import appointments

QUARTER = timedelta(minutes=15)
DIRECT = "direct"  # the line of a house that offers no service for emergencies: whoever comes is announced all the same


@transaction.atomic
def announce(  # noqa: PLR0913 - the facts of one act, by name
    facility: Facility,
    *,
    card: PatientCard,
    case_ref: UUID,
    expected_at: datetime,
    by: Actor,
    at: datetime,
    service_kind: str = CRITICAL_SERVICES[0],
) -> Appointment:
    """Tell a desk who comes, whether its emergency room is open, shut or missing: nobody arrives unannounced
    (R-002-3b).

    The published places of a quarter of an hour count the patients expected in it; they never hold one back.
    """
    service = _service(facility, service_kind, at)
    start = expected_at.replace(minute=expected_at.minute // 15 * 15, second=0, microsecond=0)
    slot, _is_new = Slot.objects.get_or_create(
        service=service,
        starts_at=start,
        defaults={"ends_at": start + QUARTER, "capacity": _places(service)},
    )
    Slot.objects.filter(pk=slot.pk, booked__gte=F("capacity")).update(capacity=F("booked") + 1)
    return appointments.book(slot, card=card, case_ref=case_ref, by=by, at=at)


def _service(facility: Facility, kind: str, at: datetime) -> Service:
    """Return the service whose patient it is, closed or not; else another that saves; else the house's own line."""
    known = {row.kind: row for row in Service.objects.filter(facility=facility, kind__in=[*CRITICAL_SERVICES, DIRECT])}
    for each in (kind, *CRITICAL_SERVICES, DIRECT):
        if each in known:
            return known[each]
    return Service.objects.get_or_create(facility=facility, kind=DIRECT, defaults={"status_at": at})[0]


def _places(service: Service) -> int:
    """Return the places of a new quarter of an hour: the emergency room's count.

    Elsewhere none is left to be booked.
    """
    return max(1, service.facility.intake_per_15min) if service.kind == CRITICAL_SERVICES[0] else 1
