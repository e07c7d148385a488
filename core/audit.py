"""The append-only record of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from structlog.contextvars import get_contextvars

from core import gathering
from core.actors import Actor
from core.models import AuditEvent


def record(
    verb: str, subject: Model | None = None, *, by: Actor, at: datetime, case_ref: UUID | None = None, **extra: Any
) -> AuditEvent:
    """Append one event in the caller's transaction, at its end where several steps are one deed.

    `extra` takes old_status, new_status, reason, offline and detail (ids, codes and times only).
    """
    event = AuditEvent(
        at=at,
        actor_key=by.key,
        actor_label=by.label,
        actor_role=by.role,
        actor_place=by.place_label or by.place_code,
        verb=verb,
        model=subject._meta.label_lower if subject else "",
        object_id=str(subject.pk) if subject else "",
        case_ref=case_ref or getattr(subject, "case_ref", None),
        request_id=get_contextvars().get("request_id", ""),
        **extra,
    )
    if (deed := gathering.current()) is not None:
        deed.events.append(event)
    else:
        event.save(force_insert=True)
    return event


def timeline(case_ref: UUID) -> QuerySet[AuditEvent]:
    """Return everything done for one case, oldest first."""
    return AuditEvent.objects.filter(case_ref=case_ref)
