"""The call about a plan that failed ends when nobody is left to plan for: placed by hand, called off, or there."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from access.models import AccessRequest
from access.states import RequestStatus
from calls.models import OpenCall
from calls.services import calls
from calls.states import CallKind
from core.actors import SWEEP
from core.stored import stored
from core.sweeping import each
from dispatch.planning import turns
from transport.models import Trip
from transport.states import TripDirection, TripStatus


def sweep(*, at: datetime) -> None:
    """End such calls of areas where nobody waits; one query while no plan has failed."""
    told = list(OpenCall.objects.live().filter(kind=CallKind.PLAN_FAILED).values_list("subject", flat=True))
    each([area for area in told if not somebody_waits(area, at=at)], lambda area: _end(area, at))


def somebody_waits(area: str, *, at: datetime) -> bool:
    """Say whether anybody of an area has no car there or none home, whenever the engine would look again."""
    asked = AccessRequest.objects.for_present().open().filter(dispatch_area=area, status=RequestStatus.APPROVED)
    asked = asked.filter(Q(arrive_at__isnull=True) | Q(arrive_at__lt=turns.rolling_span(at).until))
    there = asked.filter(
        facts__scheduled_at__isnull=True, facts__boarded_at__isnull=True, facts__arrived_at__isnull=True
    )
    home = Trip.objects.filter(dispatch_area=area, direction=TripDirection.INBOUND, status=TripStatus.UNSCHEDULED)
    return there.exists() or home.exists()


def _end(area: str, at: datetime) -> None:
    calls.end_by_fact(CallKind.PLAN_FAILED, area, words=stored("没有人在等了"), by=SWEEP, at=at)
