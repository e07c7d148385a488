"""A car came and found nobody: the board says so, and from when to when it stood there (E4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.models import AuditEvent
from core.vocabulary import hhmm
from transport.models import Trip

_STANDS, _LEFT, _ANEW = ("stop.arrived", "stop.nobody_yet"), "trip.no_show", "trip.scheduled"


def met_nobody(trips: Iterable[Trip]) -> dict[UUID, str]:
    """Return, by trip, what is said of those whose last car found nobody: one query, none where no car was lost."""
    tried = {trip.pk: trip for trip in trips if trip.attempt > 1}
    if not tried:
        return {}
    cases = {trip.case_ref for trip in tried.values()}
    rows = AuditEvent.objects.filter(case_ref__in=cases, verb__in=(*_STANDS, _LEFT, _ANEW)).order_by("at", "id")
    stood: dict[UUID | None, datetime] = {}
    found: dict[str, str] = {}
    for row in rows:
        if row.verb in _STANDS:
            stood.setdefault(row.case_ref, row.at)
        elif row.verb == _LEFT:
            found[row.object_id] = words(stood.pop(row.case_ref, None), row.at)
        else:
            stood.pop(row.case_ref, None)
            found.pop(row.object_id, None)
    return {pk: found[str(pk)] for pk in tried if str(pk) in found}


def words(since: datetime | None, until: datetime) -> str:
    """Say that nobody came to the car, and how long it stood there."""
    if since is None:
        return _("没接到人，车 %(until)s 走的") % {"until": hhmm(until)}
    return _("没接到人，车从 %(since)s 等到 %(until)s") % {"since": hhmm(since), "until": hhmm(until)}
