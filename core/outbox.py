"""Facts going up: a row written with the fact, handed by the relay to the services registered for its class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from structlog import get_logger

from core.events import Event
from core.models import OutboxMessage

log = get_logger(__name__)
MAX_WAIT_S = 60
# the column ends at 32767, which is three weeks of tries; how often beyond this tells nobody anything
MAX_COUNTED = 1000
_WAITS = (
    "SELECT EXISTS (SELECT FROM core_outboxmessage WHERE delivered_at IS NULL AND next_try_at <= statement_timestamp())"
)
Handler = Callable[[Any], object]  # takes the event of the class it is registered for
Handlers = Mapping[type[Event], tuple[Handler, ...]]


class Unheard(LookupError):
    """Nobody is registered for a fact: it is not delivered, and the row says so."""


def put(event: Event) -> OutboxMessage:
    """Append a fact in the caller's transaction."""
    return OutboxMessage.objects.create(
        kind=event.kind, case_ref=event.case_ref, payload=event.payload(), is_urgent=event.is_urgent
    )


def registered() -> Handlers:
    """Return who hears which fact, as the installation's settings name it."""
    found: Handlers = import_string(settings.EVENT_HANDLERS)
    return found


def anything_waits() -> bool:
    """Say whether a message could be delivered now, without locking any."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS)
        return bool(cursor.fetchone()[0])


def deliver_next(handlers: Handlers | None = None) -> bool:
    """Hand the oldest waiting fact to its services, the urgent ones first; return False when none waits.

    The message and its effects commit together, so a relay that dies in between delivers again and services
    registered here must be safe to run twice. A message whose service raises waits, longer each time; so does one
    that nobody is registered for.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(delivered_at__isnull=True, next_try_at__lte=Now())
            .first()
        )
        if message is None:
            return False
        message.attempts = min(message.attempts + 1, MAX_COUNTED)
        try:
            with transaction.atomic():
                _hand_over(message, registered() if handlers is None else handlers)
            message.delivered_at = timezone.now()
            message.error = ""
        except Exception as error:  # a poison message must not stop the ones behind it
            log.exception("outbox.failed", kind=message.kind, message_id=message.pk, attempt=message.attempts)
            message.error = f"{type(error).__name__}"[:300]
            message.next_try_at = timezone.now() + timedelta(seconds=min(MAX_WAIT_S, 2**message.attempts))
        message.save(update_fields=["attempts", "delivered_at", "error", "next_try_at"])
    return True


def _hand_over(message: OutboxMessage, handlers: Handlers) -> None:
    """Call everybody registered for the message's class, in order; an empty list is a fact for the record."""
    event_class = next((each for each in handlers if each.kind == message.kind), None)
    if event_class is None:
        raise Unheard(message.kind)
    event = event_class.read(message.case_ref, message.payload)
    for handler in handlers[event_class]:
        handler(event)
    with connection.cursor() as cursor:  # what is checked at the end only is checked here: it fails this message alone
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
