"""Reading calls for help as a post sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Case, Q, When
from django.utils.translation import gettext as _

from calls.models import OpenCall
from calls.states import HANDLERS, NOT_OWN, CallStatus
from core.actors import Actor
from core.errors import NotFound
from core.stored import said
from core.vocabulary import hhmm

SHOWN = 200
CASE_READERS = {"staff", "lead", "dispatch", "command"}
QUIET = timedelta(minutes=10)  # a trouble whose call a person ended is raised again by a sweep after so long
JUST_ENDED = timedelta(minutes=30)  # whoever raised a call still reads how it ended for so long


@dataclass(frozen=True)
class Seen:
    """The calls of a post, those nobody has taken up first, the loud before the others, the oldest on top."""

    calls: list[OpenCall]
    may_handle: bool
    role: str
    at: datetime

    @cached_property
    def takable(self) -> set[UUID]:
        """Those the post may take up: not what it cannot cope with by itself."""
        return {call.pk for call in self.open if call.kind not in NOT_OWN.get(self.role, ())}

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

    def unended(self) -> Seen:
        """Leave out what has just ended: a list of its own shows it."""
        return replace(self, calls=[*self.open, *self.taken])

    @property
    def loud(self) -> list[OpenCall]:
        """Those that sound: a life hangs on them and nobody has taken them up."""
        return [call for call in self.open if call.is_loud]


def seen_by(actor: Actor, *, at: datetime) -> Seen:
    """Read what a post sees, in one query; a guard and a driver also what just ended, to know that it is done."""
    rows = OpenCall.objects.visible_to(actor)
    may_handle = actor.role in HANDLERS
    meant = ~Q(status=CallStatus.ENDED) if may_handle else Q(ended_at__isnull=True) | Q(ended_at__gte=at - JUST_ENDED)
    rank = Case(When(status=CallStatus.OPEN, then=0), When(status=CallStatus.TAKEN, then=1), default=2)
    return Seen(list(rows.filter(meant).order_by(rank, "-is_loud", "since", "id")[:SHOWN]), may_handle, actor.role, at)


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


def newest(kind: str, subjects: Iterable[str]) -> dict[str, OpenCall]:
    """Return the newest call about each subject, ended or not; one query."""
    rows = OpenCall.objects.filter(kind=kind, subject__in=list(subjects)).order_by("since", "id")
    return {call.subject: call for call in rows}


def said_of(call: OpenCall | None) -> str:
    """Say to whoever raised a call how it stands: whose it is, who took it up, what came of it; "" without one."""
    if call is None:
        return ""
    if call.status == CallStatus.ENDED:
        return _("%(who)s：%(words)s") % {"who": call.ended_by, "words": said(call.ended_words)}
    if call.status == CallStatus.TAKEN:
        words = {"who": call.taken_by, "at": hhmm(call.taken_at) if call.taken_at else ""}
        return _("%(who)s %(at)s 接手了。") % words
    return _("报给%(owner)s了，还没有人接手。") % {"owner": call.owner_label}


def ended_by_hand(kind: str, subjects: Iterable[str], *, at: datetime) -> set[str]:
    """Return the subjects whose call a person ended lately: a sweep leaves them alone for so long."""
    rows = OpenCall.objects.filter(
        kind=kind, subject__in=list(subjects), status=CallStatus.ENDED, ended_at__gte=at - QUIET
    )
    return set(rows.exclude(ended_key__startswith="svc:").values_list("subject", flat=True))
