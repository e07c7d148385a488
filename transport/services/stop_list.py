"""The stops of a run: made for a trip, taken away with it, kept in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from transport.cards import Place
from transport.models import Run, Stop, Trip
from transport.states import StopKind

_ASIDE = 1000  # positions out of the way while they are numbered anew; a run never has so many stops


def add(
    run: Run, trip: Trip, *, pickup_at: datetime, dropoff_at: datetime, known: Sequence[Stop] | None = None
) -> None:
    """Give a trip its two stops on a run; `known` are the run's stops where the caller has read them."""
    stops = list(run.stops.all() if known is None else known)
    last = max((stop.position for stop in stops), default=0)
    made = Stop.objects.bulk_create(
        [
            _stop(run, trip, StopKind.PICKUP, trip.origin, at=pickup_at, position=last + 1),
            _stop(run, trip, StopKind.DROPOFF, trip.destination, at=dropoff_at, position=last + 2),
        ]
    )
    if stops:
        _renumber(run, [*stops, *made])


def drop_undone(run: Run, trip: Trip) -> None:
    """Take away the stops of a trip that were not done, also where the car stands now; those done stay as evidence."""
    run.stops.filter(trip=trip, departed_at__isnull=True).delete()


def _renumber(run: Run, stops: list[Stop]) -> None:
    """Put the stops in the order of time: done ones first, in the order they were done."""
    ordered = sorted(stops, key=lambda stop: (stop.departed_at is None, stop.planned_at, stop.kind, stop.pk))
    if [stop.position for stop in ordered] == sorted(stop.position for stop in stops):
        return
    run.stops.update(position=F("position") + _ASIDE)
    for number, stop in enumerate(ordered, start=1):
        stop.position = number
    Stop.objects.bulk_update(ordered, ["position"])


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
