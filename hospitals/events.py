"""What a hospital tells those above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class IntakeArrived(Event):
    """An expected patient stands at the desk."""

    kind: ClassVar[str] = "intake.arrived"

    intake_id: str


@dataclass(frozen=True, kw_only=True)
class WalkedIn(Event):
    """Somebody came whom nobody announced."""

    kind: ClassVar[str] = "intake.walk_in"

    intake_id: str
    is_critical: bool = False

    @property
    def is_urgent(self) -> bool:
        """Say so of somebody critical."""
        return self.is_critical


@dataclass(frozen=True, kw_only=True)
class IntakeReleased(Event):
    """The treatment is over: the patient is to be fetched."""

    kind: ClassVar[str] = "intake.released"

    intake_id: str


@dataclass(frozen=True, kw_only=True)
class IntakeEnded(Event):
    """The stay ended without a way home: admitted, dead."""

    kind: ClassVar[str] = "intake.ended"

    intake_id: str


@dataclass(frozen=True, kw_only=True)
class TransferAccepted(Event):
    """Another house takes a patient over: a car is to bring them there."""

    kind: ClassVar[str] = "transfer.accepted"

    transfer_id: str

    @property
    def is_urgent(self) -> bool:
        """Always: the house that asks lacks what the patient needs."""
        return True


@dataclass(frozen=True, kw_only=True)
class TransferDropped(Event):
    """A hand-over to another house is not to be any more: withdrawn, passed on, or ended with the patient's stay."""

    kind: ClassVar[str] = "transfer.dropped"

    transfer_id: str


@dataclass(frozen=True, kw_only=True)
class IntakeUndone(Event):
    """The desk took its last step back."""

    kind: ClassVar[str] = "intake.undone"

    intake_id: str
    step: str = ""


@dataclass(frozen=True, kw_only=True)
class IntakeSampled(Event):
    """A test done in the house has a result."""

    kind: ClassVar[str] = "intake.sampled"

    result: str


@dataclass(frozen=True, kw_only=True)
class ServiceChanged(Event):
    """A service opened, was limited, or does not receive."""

    kind: ClassVar[str] = "service.changed"

    service_id: int
    status: str = ""
