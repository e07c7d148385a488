"""What the register and its requests tell those above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class RequestApproved(Event):
    """A request is to be arranged, or is critical now."""

    kind: ClassVar[str] = "request.approved"

    request_id: str
    is_critical: bool = False

    @property
    def is_urgent(self) -> bool:
        """Say so of a critical one."""
        return self.is_critical


@dataclass(frozen=True, kw_only=True)
class RequestIdentified(Event):
    """A stranger has a name and a home."""

    kind: ClassVar[str] = "request.identified"

    request_id: str


@dataclass(frozen=True, kw_only=True)
class StrangerPlaced(Event):
    """Somebody said where a stranger is to be brought; who it is may stay unknown."""

    kind: ClassVar[str] = "request.placed_stranger"

    request_id: str


@dataclass(frozen=True, kw_only=True)
class InfectionChanged(Event):
    """A test or a contact makes another class of a resident, or of their machine."""

    kind: ClassVar[str] = "resident.infection_changed"

    resident_id: str


@dataclass(frozen=True, kw_only=True)
class AbilityChanged(Event):
    """The record says that a resident moves otherwise than it said: in a wheelchair, with oxygen, down stairs."""

    kind: ClassVar[str] = "resident.ability_changed"

    resident_id: str


@dataclass(frozen=True, kw_only=True)
class HomeMarked(Event):
    """Somebody said that a person is home."""

    kind: ClassVar[str] = "home.marked"
