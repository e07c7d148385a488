"""What is arranged for one request, as data: made by the engine or by a dispatcher, written by one writer.

The maker says which place and which cars, and why; `arranging.write` and `way_home.write` make it fact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from transport.services.scheduling import RunTimes

KEPT_FOR = timedelta(minutes=30)  # a car kept for a way home comes within this of its time (decisions.md C20)


@dataclass(frozen=True)
class OwnRun:
    """A car that goes on a new run for this party. `why` is stored as the reason."""

    ride: RunTimes
    why: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Join:
    """A place in a run that stands: `ride` has this party's times, and when the run's car is free again."""

    run_id: UUID
    ride: RunTimes
    why: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AsKept:
    """The car kept for this party, sent now: its run moved to the times of `ride`."""

    ride: RunTimes
    why: dict[str, Any] = field(default_factory=dict)


Drive = OwnRun | Join


@dataclass(frozen=True)
class TreatmentPlace:
    """Where somebody is treated. Without a slot only a critical request goes there (life floor)."""

    slot_id: int | None = None
    facility_code: str = ""


@dataclass(frozen=True)
class Arrangement:
    """How somebody gets to care and home again.

    `place` empty: they are there, and only the way home is arranged. `out` and `back` empty: no car is needed, or none
    is kept yet. The car of `back` is sent when they have been called for, else kept (`way_home.write`). `verb` is what
    the record says; `is_pinned`: a person chose the cars, so the engine leaves them alone.
    """

    verb: str
    is_pinned: bool
    place: TreatmentPlace | None = None
    out: Drive | None = None
    back: Drive | None = None

    def as_detail(self, facility: str) -> dict[str, Any]:
        """Return what the record keeps of it: codes, no names of people."""
        cars = {"out": self.out, "back": self.back}
        plates = {name: way.ride.vehicle.pk if way else "" for name, way in cars.items()}
        return {"slot": self.place.slot_id if self.place else None, "facility": facility, **plates}
