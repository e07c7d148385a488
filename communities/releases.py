"""How an emergency release stands: told already, taken up by whom, ended how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from calls.models import CallQuerySet, OpenCall
from calls.states import CallKind
from communities.models import Scan


@dataclass(frozen=True)
class ReleaseState:
    """How an emergency release stands: who took it up and when, and how it ended; empty while nobody has."""

    taken_up_by: str = ""
    taken_up_at: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_words: str = ""

    @property
    def is_taken_up(self) -> bool:
        """Say whether somebody has it in hand, or has ended it."""
        return self.taken_up_at is not None or self.ended_at is not None


def is_known_event(event_id: UUID) -> bool:
    """Say whether a device's event is stored already."""
    return Scan.objects.filter(event_id=event_id).exists()


def release_state(release: Scan) -> ReleaseState:
    """Return how an emergency release stands, by its call for help."""
    call = _calls_of(release).order_by("-since").first()
    if call is None:
        return ReleaseState()
    return ReleaseState(call.taken_by, call.taken_at, call.ended_by, call.ended_at, call.ended_words)


def live_call_of(release: Scan) -> OpenCall | None:
    """Return the call for help of an emergency release while nobody has ended it."""
    return _calls_of(release).live().first()


def _calls_of(release: Scan) -> CallQuerySet:
    return OpenCall.objects.filter(kind=CallKind.GATE_EMERGENCY, subject=str(release.case_ref))
