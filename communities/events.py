"""What gates and zones tell those above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class LeftGate(Event):
    """A party went out."""

    kind: ClassVar[str] = "gate.exit"

    scan_id: str


@dataclass(frozen=True, kw_only=True)
class EnteredGate(Event):
    """A party came in."""

    kind: ClassVar[str] = "gate.entry"

    scan_id: str


@dataclass(frozen=True, kw_only=True)
class EmergencyReleased(Event):
    """A guard let somebody out in an emergency; the case is new."""

    kind: ClassVar[str] = "gate.emergency"

    scan_id: str
    community: str
    building: str = ""
    party_size: int | None = None
    mark: str = ""

    @property
    def is_urgent(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, kw_only=True)
class EmergencyDetailed(Event):
    """A guard added who it was that went out in an emergency, and whether an ambulance stands there."""

    kind: ClassVar[str] = "gate.emergency_detail"

    scan_id: str
    building: str = ""
    party_size: int | None = None
    has_ambulance: bool | None = None

    @property
    def is_urgent(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, kw_only=True)
class ZoneChanged(Event):
    """A compound, or one building of it, is under another class."""

    kind: ClassVar[str] = "zone.changed"

    community: str
    building: str = ""
