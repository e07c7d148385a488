"""What leaves the register for a car: how to carry, whom to ask for, where; never why (trust.md C2)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.geo import Point


@dataclass(frozen=True)
class Place:
    """One end of a trip. `kind` is community, facility or other; `code` by value."""

    kind: str
    code: str
    label: str
    point: Point


@dataclass(frozen=True)
class RiderCard:
    """Who rides and what the ride needs. `rider` is surname and title (王阿姨); `name` is for dispatch."""

    person_key: UUID
    rider: str
    name: str
    phone: str
    building: str
    mobility: str
    needs_oxygen: bool
    party_size: int
    zone_class: str
    infection_class: str
    has_stairs: bool
    care_class: str  # fixed (treatment with its own time), urgent, routine: never the need itself
