"""Facts going up: a row written with the fact, handed by the relay to the service registered for its kind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from structlog import get_logger

from core.models import OutboxMessage

log = get_logger(__name__)
MAX_WAIT_S = 60
_WAITS = (
    "SELECT EXISTS (SELECT FROM core_outboxmessage WHERE delivered_at IS NULL AND next_try_at <= statement_timestamp())"
)


def put(
    kind: str, *, case_ref: UUID | None = None, at: datetime, is_urgent: bool = False, **payload: Any
) -> OutboxMessage:
    """Append a message in the caller's transaction; `at` is when the fact happened, in the product's time.

    An urgent one is handed over before all that waits: a life does not queue behind a morning's requests (R-000-2).
    """
    told = {"at": at.isoformat(), **payload}
    return OutboxMessage.objects.create(kind=kind, case_ref=case_ref, payload=told, is_urgent=is_urgent)


def anything_waits() -> bool:
    """Say whether a message could be delivered now, without locking any."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS)
        return bool(cursor.fetchone()[0])


def deliver_next(handlers: dict[str, str]) -> bool:
    """Hand the oldest waiting message to its service, the urgent ones first; return False when none waits.

    The message and its effect commit together, so a relay that dies in between delivers again and services
    registered here must be safe to run twice. A message whose service raises waits, longer each time.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(delivered_at__isnull=True, next_try_at__lte=Now())
            .first()
        )
        if message is None:
            return False
        message.attempts += 1
        try:
            with transaction.atomic():
                if path := handlers.get(message.kind):
                    _call(path, message)
            message.delivered_at = timezone.now()
            message.error = ""
        except Exception as error:  # a poison message must not stop the ones behind it
            log.exception("outbox.failed", kind=message.kind, message_id=message.pk, attempt=message.attempts)
            message.error = f"{type(error).__name__}"[:300]
            message.next_try_at = timezone.now() + timedelta(seconds=min(MAX_WAIT_S, 2**message.attempts))
        message.save(update_fields=["attempts", "delivered_at", "error", "next_try_at"])
    return True


def _call(path: str, message: OutboxMessage) -> None:
    payload = dict(message.payload)
    at = datetime.fromisoformat(payload.pop("at"))
    import_string(path)(message.case_ref, at=at, **payload)
