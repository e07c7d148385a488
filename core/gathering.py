"""Many steps as one: what a case's steps write beside the facts is gathered and written once, at their end.

Each step of a journey is a service with a transaction of its own, its audit rows and its boards. Where several make
one deed that stands or falls as a whole, a plan's ride for instance, they need no savepoints between them, and their
audit rows and boards go in one statement each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from core.models import AuditEvent, BoardChange

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Gathered:
    """What waits for the end of the deed."""

    events: list[AuditEvent] = field(default_factory=list)
    boards: set[str] = field(default_factory=set)


_current: ContextVar[Gathered | None] = ContextVar("gathered", default=None)


def current() -> Gathered | None:
    """Return what is being gathered here, if anything."""
    return _current.get()


@contextmanager
def one_deed() -> Iterator[None]:
    """Make the steps inside one deed: whatever is raised among them must leave the block, and undoes them all."""
    with transaction.atomic():
        gathered = Gathered()
        token = _current.set(gathered)
        try:
            yield
        finally:
            _current.reset(token)
        AuditEvent.objects.bulk_create(gathered.events)
        note_boards(gathered.boards)


def step(service: Callable[P, R]) -> Callable[P, R]:
    """Give a service a transaction of its own; within one deed it is part of that one's."""

    @wraps(service)
    def act(*given: P.args, **named: P.kwargs) -> R:
        if _current.get() is not None:
            return service(*given, **named)
        with transaction.atomic():
            return service(*given, **named)

    return act


def note_boards(boards: set[str]) -> None:
    """Append a row for each board that changed, in the caller's transaction."""
    BoardChange.objects.bulk_create([BoardChange(board=board) for board in sorted(boards)])
