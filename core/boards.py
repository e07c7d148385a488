"""Change numbers of the live boards: a page asks for a new fragment only when its board changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from core import gathering
from core.models import BoardChange

KEPT = timedelta(minutes=30)


def touch(*boards: str) -> None:
    """Note in the caller's transaction that `boards` changed.

    A row each is appended. A shared row with a number would make two writers that name the same boards in another
    order wait for each other in a ring.
    """
    if (deed := gathering.current()) is not None:
        deed.boards.update(boards)
    else:
        gathering.note_boards(set(boards))


_boards_of_case: Callable[[UUID], Sequence[str]] | None = None


def show_cases_on(boards_of_case: Callable[[UUID], Sequence[str]]) -> None:
    """Be told, once at the start, who knows which boards show a case: its request stands above those who treat it."""
    global _boards_of_case
    _boards_of_case = boards_of_case


def of_case(case_ref: UUID) -> Sequence[str]:
    """Name the boards that show a case; none for one that nobody asked for."""
    if _boards_of_case is None:
        raise RuntimeError("nobody knows the boards of a case: `show_cases_on` is called when the apps are ready")
    return _boards_of_case(case_ref)


_SEEN = "SELECT coalesce(max(id), 0), count(*) FROM core_boardchange WHERE board = ANY(%s) OR board LIKE ANY(%s)"


def version(*boards: str, kinds: Sequence[str] = ()) -> str:
    """Return the mark of the state of `boards` and of every board of `kinds` ("facility").

    It is another one after every committed change, in whatever order they commit. Every poll asks for it: a statement
    of its own costs a fifth of composing it anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [list(boards), [f"{kind}:%" for kind in kinds]])
        last, count = cursor.fetchone()
    return f"{last}-{count}"


def prune(*, at: datetime) -> None:
    """Drop changes that every page has long seen. The rows keep the database's time, not the product's."""
    BoardChange.objects.filter(changed_at__lt=timezone.now() - KEPT).delete()
