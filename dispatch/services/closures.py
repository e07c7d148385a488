"""A unit that closes gives its patients to come back to those who wait; the next plan finds them another place."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from access.journey import is_out
from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from access.services.letting_go import let_go
from core import audit, boards
from core.actors import RELAY
from dispatch.services.wake import ring_for
from hospitals.models import Appointment, Service
from hospitals.states import AppointmentStatus


def let_wait_again(_case_ref: UUID | None = None, *, at: datetime, service_id: int, **_payload: Any) -> int:
    """Unbook whoever is due while a service does not receive and has not left home yet; return how many.

    Who is on the way stays booked: the desk receives or hands on (R-000-8). Safe to run twice.
    """
    service = Service.objects.filter(pk=service_id).first()
    if service is None or not service.is_closed_at(at):
        return 0
    booked = Appointment.objects.filter(
        slot__service=service, status__in=[AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED], slot__starts_at__gt=at
    )
    if service.status_until:
        booked = booked.filter(slot__starts_at__lt=service.status_until)
    return sum(_let_go(case_ref, at=at) for case_ref in booked.values_list("case_ref", flat=True))


@transaction.atomic
def _let_go(case_ref: UUID, *, at: datetime) -> bool:
    request = AccessRequest.objects.select_for_update().filter(case_ref=case_ref).first()
    if request is None:
        return False
    facts = facts_of(with_facts(AccessRequest.objects.filter(pk=request.pk)).get())
    if is_out(facts) or request.is_critical:
        return False
    let_go(request, facts, by=RELAY, at=at, reason="科室停诊，另行安排")
    audit.record("request.unplaced", request, by=RELAY, at=at, reason="科室停诊")
    ring_for(case_ref)
    boards.touch(*request.boards)
    return True
