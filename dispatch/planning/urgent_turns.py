"""The critical patients of an area, one after another: whoever was never tried first,
and never for ever at a stretch.
"""

from __future__ import annotations

import time
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from structlog import get_logger

from access.models import AccessRequest
from access.states import RequestStatus
from core.errors import is_away, stops_all
from dispatch.planning import plan_alarm, urgent

log = get_logger(__name__)
BUDGET_S = 10.0  # then the next ring goes on: whoever was asked for meanwhile is looked at first again


def place_all(area: str, *, at: datetime) -> int:
    """Find car and hospital for each critical patient whose turn it is; return how many were looked at."""
    began, seen = time.monotonic(), set[UUID]()
    while time.monotonic() - began < BUDGET_S and (case_ref := _next(area, seen, at)) is not None:
        seen.add(case_ref)
        try:
            urgent.place_urgent(case_ref, at=at)
        except Exception as error:  # the trouble of one never keeps the others waiting
            if stops_all(error):
                raise
            log.exception("urgent.passed_over", case_ref=str(case_ref))
            if is_away(error):  # one row is held just now: the next ring looks again
                continue
            with transaction.atomic():
                plan_alarm.report_failed(area, why=type(error).__name__, at=at)
    return len(seen)


def _next(area: str, seen: set[UUID], at: datetime) -> UUID | None:
    """Return whose turn it is: never tried before tried, then who has waited longest for the next try."""
    rows = AccessRequest.objects.open().filter(dispatch_area=area, is_critical=True, status=RequestStatus.APPROVED)
    rows = rows.filter(Q(try_again_at__isnull=True) | Q(try_again_at__lte=at)).exclude(case_ref__in=seen)
    rows = rows.filter(facts__scheduled_at__isnull=True, facts__boarded_at__isnull=True)
    ordered = rows.order_by("attempts", F("try_again_at").asc(nulls_first=True), "approved_at")
    return ordered.values_list("case_ref", flat=True).first()
