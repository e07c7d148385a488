"""The one writer of status fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Manager
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import Conflict
from core.stateful import Stateful


def advance(
    row: Stateful, to: str, *, by: Actor, at: datetime, verb: str = "", reason: str = "", **fields: Any
) -> None:
    """Move `row` to status `to` on condition of the status and version it was read with, with its audit row.

    `fields` are written in the same UPDATE. `row` is brought up to date in place. The model offers MACHINE,
    status, status_at and version. Runs in the caller's transaction. Raises Conflict when the table forbids the
    move, or when somebody else was first.
    """
    machine, old = row.MACHINE, row.status
    machine.check(old, to)
    changes = {"status": to, "status_at": at, **fields}
    rows: Manager[Any] = type(row)._base_manager  # of whichever model: its fields are known when it runs
    won = rows.filter(pk=row.pk, status=old, version=row.version).update(version=F("version") + 1, **changes)
    if not won:
        raise Conflict(
            "state.lost_race", _("刚被别人改过了，请刷新看最新情况。"), machine=machine.name, old=old, new=to
        )
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    audit.record(verb or f"{machine.name}.{to}", row, by=by, at=at, old_status=old, new_status=to, reason=reason)
