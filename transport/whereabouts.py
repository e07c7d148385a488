"""Where a car is, in words that can be read to 120: at a stop, or between the last one left and the next."""

from __future__ import annotations

from core.phrases import word_of
from core.stored import stored
from core.vocabulary import car_label, hhmm
from transport.legs import place_lines
from transport.models import Run, Stop
from transport.selectors import stranded_of
from transport.states import RunStatus

NEAR = stored("%s 附近")
STANDS_AT = stored("停在 %s")
NOT_SET_OFF = stored("还没出发，要去 %s")
ON_THE_WAY = stored("去 %s 的路上")
BETWEEN = stored("%(at)s 离开 %(last)s，在去 %(next)s 的路上")


def where_is(run: Run) -> str:
    """Say where a run's car is by its steps: standing at a stop, under way between two, or setting off to the first.

    Broken off with somebody aboard, it stands where they are to be fetched.
    """
    if left_here := stranded_of(run):
        return left_here[0].trip.from_label
    stops = list(run.stops.select_related("trip"))
    left = [stop for stop in stops if stop.departed_at is not None]
    coming = next((stop for stop in stops if stop.departed_at is None), None)
    last = max(left, key=lambda stop: (stop.departed_at, stop.position)) if left else None
    if coming is None:
        return NEAR % _place(last) if last else run.vehicle.plate
    if coming.arrived_at is not None:
        return STANDS_AT % _place(coming)
    if run.status != RunStatus.UNDER_WAY:
        return NOT_SET_OFF % _place(coming)
    if last is None or last.departed_at is None:
        return ON_THE_WAY % _place(coming)
    words = {"last": _place(last), "next": _place(coming), "at": hhmm(last.departed_at)}
    return BETWEEN % words


def car_words(run: Run | None) -> str:
    """Name the car of a run and who drives it; "" without a run."""
    return car_label(word_of(run, "vehicle", "plate"), word_of(run, "driver", "name")) if run else ""


def _place(stop: Stop | None) -> str:
    return " ".join(place_lines(stop))[:64] if stop else ""
