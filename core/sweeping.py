"""Going through many cases in one sweep: the trouble of one never keeps the others waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from structlog import get_logger

log = get_logger(__name__)
AWAY = (OperationalError, InterfaceError)  # the database does not answer: nothing can be done for the others either


def each(things: Iterable[Any], act: Callable[[Any], object]) -> None:
    """Do `act` for each thing, each in a transaction of its own; log and pass over one that fails."""
    for thing in things:
        try:
            with transaction.atomic():
                act(thing)
        except AWAY:
            raise
        except Exception:
            log.exception("sweep.passed_over", act=act.__qualname__, thing=str(getattr(thing, "pk", thing)))
