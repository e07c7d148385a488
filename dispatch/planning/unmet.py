"""Whom no plan fitted: they wait with their reason, an owner, and the time of the next try."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from access.models import AccessRequest
from core import boards
from matching.plan import Reason, Unmet

TRY_AGAIN_MIN = (2, 5, 10, 20, 30)
TRY_AGAIN_CRITICAL_S = (30, 30, 30, 30, 60, 120)  # life first for two minutes, then as often as others may wait
FAR = timedelta(hours=3)  # whoever is due later than this is tried again with the others, every half hour
FAR_EVERY = timedelta(minutes=30)


@transaction.atomic
def leave_waiting(reasons: Mapping[UUID, Unmet | str], *, at: datetime) -> None:
    """Write why nothing fitted and when it is tried again; dispatch looks after them meanwhile."""
    if not reasons:
        return
    rows = list(AccessRequest.objects.select_for_update().filter(pk__in=list(reasons)).order_by("pk"))
    for row in rows:
        code, row.needs_person_detail = _said(reasons[row.pk])
        row.needs_person_reason = code[:60]
        row.try_again_at = _next_try(row, at)
        row.attempts = min(row.attempts + 1, 32_000)
        row.owner_role, row.owner_place = "dispatch", row.dispatch_area
    fields = ["needs_person_reason", "needs_person_detail", "try_again_at", "attempts", "owner_role", "owner_place"]
    AccessRequest.objects.bulk_update(rows, fields)
    boards.touch(*{board for row in rows for board in row.boards})


def _next_try(row: AccessRequest, at: datetime) -> datetime:
    """Return when to look again: soon at first and for the near, on the half hour for the far.

    A change rings at once.
    """
    if row.is_critical:
        last = len(TRY_AGAIN_CRITICAL_S) - 1
        return at + timedelta(seconds=TRY_AGAIN_CRITICAL_S[min(row.attempts, last)])
    wait = timedelta(minutes=TRY_AGAIN_MIN[min(row.attempts, len(TRY_AGAIN_MIN) - 1)])
    if row.attempts and row.arrive_at and row.arrive_at - at > FAR:
        return at + FAR_EVERY - (at - datetime.min.replace(tzinfo=at.tzinfo)) % FAR_EVERY
    return at + wait


def _said(reason: Unmet | str) -> tuple[str, dict[str, Any]]:
    if isinstance(reason, str):
        return reason, {}
    detail = {"reason": _figures(reason.reason)}
    if reason.change:
        detail["change"] = _figures(reason.change)
    return reason.reason.code, detail


def _figures(reason: Reason) -> dict[str, Any]:
    found = {"code": reason.code, "subject": reason.subject, "needed": reason.needed, "available": reason.available}
    return {name: value for name, value in found.items() if value not in (None, "")}
