"""Change numbers of the live boards: a page asks for a new fragment only when its board changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

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


def of_case(case_ref: UUID) -> Sequence[str]:
    """Name the boards that show a case; none for one that nobody asked for.

    Its request stands above those who treat it, so that the setting `BOARDS_OF_CASE` names who knows them.
    """
    boards: Sequence[str] = import_string(settings.BOARDS_OF_CASE)(case_ref)
    return boards


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
