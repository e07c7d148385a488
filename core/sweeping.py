"""Going through many cases in one sweep: the trouble of one never keeps the others waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from structlog import get_logger

from core.errors import stops_all

log = get_logger(__name__)


def each(things: Iterable[Any], act: Callable[[Any], object]) -> None:
    """Do `act` for each thing, each in a transaction of its own; log and pass over one that fails.

    A database that is away is raised: nothing can be done for the others either.
    """
    for thing in things:
        try:
            with transaction.atomic():
                act(thing)
        except Exception as error:
            if stops_all(error):
                raise
            log.exception("sweep.passed_over", act=act.__qualname__, thing=str(getattr(thing, "pk", thing)))
