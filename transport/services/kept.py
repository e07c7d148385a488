"""Ways home kept on a run (R-000-12): whoever it goes without is planned anew,
and nobody is kept on a run that is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actors import Actor
from core.errors import Conflict
from transport.events import RunGivenUp
from transport.models import Run, Trip
from transport.services import follow, stop_list

NOT_KEPT: dict[str, Any] = {
    "reserved_run": None,
    "reserved_from": None,
    "reserved_until": None,
    "dropoff_planned_at": None,
}


def leave_behind(run: Run, *, by: Actor, at: datetime, reason: str) -> None:
    """Give up the places of those a run was kept for as well and goes without, and pass the fact up."""
    kept = list(Trip.objects.select_for_update(of=("self",)).filter(reserved_run=run).order_by("pk"))
    for trip in kept:
        amend(trip, **NOT_KEPT)
        stop_list.drop_undone(run, trip)
        audit.record("trip.left_behind", trip, by=by, at=at, reason=reason[:300], detail={"run": str(run.pk)})
    if kept:
        outbox.put(RunGivenUp(at=at, run_id=str(run.pk), trip_ids=tuple(str(trip.pk) for trip in kept)))
        follow.touch(kept, run)


def put_aside(run: Run, later: timedelta = timedelta()) -> None:
    """Take the stops of those who are not ready off a run that sets out so much later; they keep their times in it."""
    for trip in run.reserved_trips.all():
        stop_list.drop_undone(run, trip)
    times = {name: F(name) + later for name in ("reserved_from", "reserved_until", "dropoff_planned_at")}
    run.reserved_trips.update(version=F("version") + 1, **times)


def amend(trip: Trip, **fields: Any) -> None:
    """Write fields of a trip beside its status, on condition of the version it was read with."""
    won = Trip.objects.filter(pk=trip.pk, version=trip.version).update(version=trip.version + 1, **fields)
    if not won:
        raise Conflict("state.lost_race", _("刚被别人改过了，请刷新看最新情况。"), machine="trip")
    trip.version += 1
    for name, value in fields.items():
        setattr(trip, name, value)
