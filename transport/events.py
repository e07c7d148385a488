"""What drivers and rides tell those above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class Boarded(Event):
    """A party is on board."""

    kind: ClassVar[str] = "trip.on_board"

    trip_id: str


@dataclass(frozen=True, kw_only=True)
class TripCompleted(Event):
    """A party was brought to where its trip leads."""

    kind: ClassVar[str] = "trip.completed"

    trip_id: str


@dataclass(frozen=True, kw_only=True)
class AtFacilityDoor(Event):
    """A car stands at the door of the facility with its party."""

    kind: ClassVar[str] = "stop.arrived"

    trip_id: str

    @property
    def is_urgent(self) -> bool:
        """Always: somebody waits at the door."""
        return True


@dataclass(frozen=True, kw_only=True)
class DoorUndone(Event):
    """The driver took back to stand at the door."""

    kind: ClassVar[str] = "stop.arrival_undone"

    trip_id: str


@dataclass(frozen=True, kw_only=True)
class TripFailed(Event):
    """A trip ended half way, or nobody was there, or no car came."""

    kind: ClassVar[str] = "trip.failed"

    trip_id: str


@dataclass(frozen=True, kw_only=True)
class RunGivenUp(Event):
    """A car does not come for these trips: declined, taken out of service, or gone without them."""

    kind: ClassVar[str] = "run.declined"

    run_id: str = ""
    trip_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunLate(Event):
    """A car comes later than planned to these trips; their planned times hold the new ones."""

    kind: ClassVar[str] = "run.late"

    run_id: str
    trip_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RiderUnwell(Event):
    """Somebody's state turned critical in the car, or where it was to pick them up."""

    kind: ClassVar[str] = "trip.emergency"

    trip_id: str

    @property
    def is_urgent(self) -> bool:
        """Always."""
        return True
