"""The stops of a run: made for a trip, taken away with it, kept in the order of time."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from transport.cards import Place
from transport.models import Run, Stop, Trip
from transport.states import StopKind

_ASIDE = 1000  # positions out of the way while they are numbered anew; a run never has so many stops


def add(run: Run, trip: Trip, *, pickup_at: datetime, dropoff_at: datetime) -> None:
    """Give a trip its two stops on a run."""
    last = run.stops.order_by("-position").values_list("position", flat=True).first() or 0
    Stop.objects.bulk_create(
        [
            _stop(run, trip, StopKind.PICKUP, trip.origin, at=pickup_at, position=last + 1),
            _stop(run, trip, StopKind.DROPOFF, trip.destination, at=dropoff_at, position=last + 2),
        ]
    )
    if last:
        renumber(run)


def drop_undone(run: Run, trip: Trip) -> None:
    """Take away the stops of a trip that were not done; those done stay as evidence."""
    run.stops.filter(trip=trip, arrived_at__isnull=True, departed_at__isnull=True).delete()


def renumber(run: Run) -> None:
    """Put the stops in the order of time: done ones first, in the order they were done."""
    stops = sorted(run.stops.all(), key=lambda stop: (stop.departed_at is None, stop.planned_at, stop.kind, stop.pk))
    run.stops.update(position=F("position") + _ASIDE)
    for number, stop in enumerate(stops, start=1):
        stop.position = number
    Stop.objects.bulk_update(stops, ["position"])


def _stop(run: Run, trip: Trip, kind: StopKind, place: Place, *, at: datetime, position: int) -> Stop:
    return Stop(
        run=run,
        trip=trip,
        position=position,
        kind=kind,
        place_kind=place.kind,
        place_code=place.code,
        label=place.label,
        lat=place.point.lat,
        lon=place.point.lon,
        planned_at=at,
    )
