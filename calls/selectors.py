"""Reading calls for help as a post sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from calls.models import OpenCall
from calls.states import HANDLERS, CallStatus
from core.actors import Actor
from core.errors import NotFound

SHOWN = 200
CASE_READERS = {"staff", "lead", "dispatch", "command"}
JUST_ENDED = timedelta(minutes=30)  # whoever raised a call still reads how it ended for so long


@dataclass(frozen=True)
class Seen:
    """The calls of a post, those nobody has taken up first, the loud before the others, the oldest on top."""

    calls: list[OpenCall]
    may_handle: bool
    role: str
    at: datetime

    @property
    def may_open(self) -> bool:
        """Say whether the post has a page for the person of a call."""
        return self.role in CASE_READERS

    @property
    def open(self) -> list[OpenCall]:
        """Those nobody has taken up."""
        return [call for call in self.calls if call.status == CallStatus.OPEN]

    @property
    def taken(self) -> list[OpenCall]:
        """Those somebody has in hand."""
        return [call for call in self.calls if call.status == CallStatus.TAKEN]

    @property
    def first(self) -> OpenCall | None:
        """The one to look at first."""
        return self.calls[0] if self.calls else None

    @property
    def loud(self) -> list[OpenCall]:
        """Those that sound: a life hangs on them and nobody has taken them up."""
        return [call for call in self.open if call.is_loud]


def seen_by(actor: Actor, *, at: datetime) -> Seen:
    """Read what a post sees, in one query; a guard and a driver also what just ended, to know that it is done."""
    rows = OpenCall.objects.visible_to(actor)
    may_handle = actor.role in HANDLERS
    meant = ~Q(status=CallStatus.ENDED) if may_handle else Q(ended_at__isnull=True) | Q(ended_at__gte=at - JUST_ENDED)
    order = {CallStatus.OPEN: 0, CallStatus.TAKEN: 1, CallStatus.ENDED: 2}
    found = list(rows.filter(meant)[:SHOWN])
    return Seen(
        sorted(found, key=lambda call: (order[CallStatus(call.status)], not call.is_loud)), may_handle, actor.role, at
    )


def ended_lately(actor: Actor, *, at: datetime) -> list[OpenCall]:
    """Read what ended within the last day, the newest first."""
    rows = OpenCall.objects.visible_to(actor).filter(status=CallStatus.ENDED, ended_at__gte=at - timedelta(days=1))
    return list(rows.order_by("-ended_at")[:SHOWN])


def own_call(actor: Actor, call_id: UUID) -> OpenCall:
    """Return a call the actor sees; raise NotFound for anybody else's."""
    call = OpenCall.objects.visible_to(actor).filter(pk=call_id).first()
    if call is None:
        raise NotFound("call.absent")
    return call


def boards_of(actor: Actor) -> list[str]:
    """Name the board whose change a post's strip follows; command follows every one (by kind)."""
    kinds = {"staff": "community", "lead": "community", "dispatch": "area", "intake": "facility", "hospadm": "facility"}
    return [f"calls:{kinds.get(actor.role, actor.role)}:{actor.place_code}"]


def live_calls(case_refs: list[UUID]) -> dict[UUID, list[OpenCall]]:
    """Return the live calls of cases, for lists that show a line beside the person."""
    found: dict[UUID, list[OpenCall]] = {}
    for call in OpenCall.objects.live().filter(case_ref__in=case_refs):
        if call.case_ref:
            found.setdefault(call.case_ref, []).append(call)
    return found
