"""What the door at home is called, on a way and its stops to come."""

from __future__ import annotations

from core.stored import stored
from transport.cards import Place
from transport.models import Run, Stop, Trip
from transport.states import RunStatus

DOOR_CHANGED = stored("%(rider)s的楼号改了：%(place)s")
TOLD = (RunStatus.ACCEPTED, RunStatus.UNDER_WAY)  # whose driver may have read the old door


def call_home(trip: Trip, home: Place) -> dict[str, str]:
    """Call the end of a way that is home as it is called now; the driver who has the run reads that it changed.

    Returns the labels for the trip's row, which the caller writes. What was done at a stop stays as it was written.
    """
    ends = {"from_label": (trip.from_kind, trip.from_code), "to_label": (trip.to_kind, trip.to_code)}
    labels = {name: home.label[:120] for name, end in ends.items() if end == (home.kind, home.code)}
    ahead = Stop.objects.filter(trip=trip, place_kind=home.kind, place_code=home.code, departed_at__isnull=True)
    is_new = ahead.exclude(label=home.label[:120]).update(label=home.label[:120])
    run = trip.run
    if is_new and run is not None and run.status in TOLD and not run.soiled_as:  # what is aboard matters more
        words = DOOR_CHANGED % {"rider": trip.rider, "place": home.label}
        Run.objects.filter(pk=run.pk).update(told_change=words[:120])
    return labels
