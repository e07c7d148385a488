"""Whether a service receives, said by its facility."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, boards, outbox
from core.actors import SWEEP, Actor
from core.advance import advance
from core.errors import Invalid
from hospitals import policies
from hospitals.cards import CONTINUOUS_SERVICES
from hospitals.events import ServiceChanged
from hospitals.models import Facility, Service
from hospitals.selectors import limits
from hospitals.states import ServiceStatus


@dataclass(frozen=True)
class StatusChange:
    """What a facility says of one service."""

    status: str
    until: datetime | None = None
    reason: str = ""

    @property
    def shuts(self) -> bool:
        """Say whether nobody but the critical is received any more."""
        return self.status in {ServiceStatus.CLOSED, ServiceStatus.DIVERTING}


@transaction.atomic
def set_status(service: Service, change: StatusChange, *, by: Actor, at: datetime) -> None:
    """Open, limit, divert or close a service. Patients in the house and bookings stay as they are.

    Closing or diverting care that people need on fixed days asks a reason and an end within two days (R-002-7d):
    raises Invalid without them.
    """
    policies.check_publish(by, service)
    if change.shuts:
        require_end(service, change, at=at)
    facts: dict[str, Any] = {
        "status_until": None if change.status == ServiceStatus.OPEN else change.until,
        "status_reason": change.reason if change.reason == service.status_reason else change.reason.strip()[:200],
        "confirmed_at": at,
        "confirmed_by": by.label[:120],
    }
    is_said_again = change.status == service.status
    if is_said_again:
        Service.objects.filter(pk=service.pk).update(**facts)
        audit.record("service.confirmed", service, by=by, at=at, new_status=service.status)
    else:
        advance(service, change.status, by=by, at=at, reason=change.reason.strip()[:200], **facts)
    if change.shuts or not is_said_again:  # a closure said again may last longer, and meet more people
        outbox.put(ServiceChanged(at=at, service_id=service.pk, status=change.status))
    boards.touch(f"facility:{service.facility_id}")


def require_end(service: Service, change: StatusChange, *, at: datetime) -> None:
    """Make sure that a closure has the end and the reason that the rules ask for (R-002-7d)."""
    if change.until is not None and change.until <= at:
        raise Invalid("service.end_past", _("恢复时间要在现在之后。"), field="until")
    if service.kind not in CONTINUOUS_SERVICES:
        return
    if not change.reason.strip():
        raise Invalid("service.reason", _("停这个科室要写原因。"), field="reason")
    if change.until is None:
        raise Invalid("service.end", _("要写什么时候恢复。停诊原则上不超过 2 天。"), field="until")
    if change.until - at > limits(service.facility_id, at=at).closed_at_most:
        raise Invalid("service.too_long", _("停诊原则上不超过 2 天，请把恢复时间写在 2 天之内。"), field="until")


@transaction.atomic
def confirm_all(facility: Facility, *, by: Actor, at: datetime) -> int:
    """Record that every service still stands as shown; return how many."""
    policies.check_confirm(by, facility.pk)
    count = Service.objects.filter(facility=facility).update(confirmed_at=at, confirmed_by=by.label[:120])
    audit.record("facility.confirmed", facility, by=by, at=at)
    boards.touch(f"facility:{facility.pk}")
    return count


@transaction.atomic
def reopen_due(*, at: datetime) -> int:
    """Open what was shut until a time that has come; silence never keeps a service closed."""
    due = Service.objects.select_for_update(skip_locked=True).filter(
        status_until__lte=at, status__in=[ServiceStatus.CLOSED, ServiceStatus.DIVERTING, ServiceStatus.LIMITED]
    )
    count = 0
    for service in due:
        advance(service, ServiceStatus.OPEN, by=SWEEP, at=at, status_until=None, status_reason="")
        outbox.put(ServiceChanged(at=at, service_id=service.pk, status=service.status))
        boards.touch(f"facility:{service.facility_id}")
        count += 1
    return count
