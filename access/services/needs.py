"""Care needs: why and how often care is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access import policies
from access.models import CareNeed, Resident
from access.services import one_way, requests, standing
from access.states import SERVICE_OF, NeedKind, NeedStatus, StopReason
from core import audit, boards, clock
from core.actors import SWEEP, Actor
from core.advance import advance
from core.errors import Conflict, Invalid
from core.sweeping import each
from hospitals.models import Facility


@dataclass(frozen=True)
class NeedFacts:
    """One need. `schedule_days` as "2,4,6" (1 = Monday), or `cycle_days` between sessions, or one `next_date`."""

    kind: str
    schedule_days: str = ""
    cycle_days: int | None = None
    shift: str = ""
    next_date: date | None = None
    facility: Facility | None = None
    session_hours: float | None = None
    due_date: date | None = None
    diagnosis: str = ""


@transaction.atomic
def put(resident: Resident, *, facts: NeedFacts, by: Actor, at: datetime) -> CareNeed:
    """Add a need of this kind, or change the one that is there; a need that had ended is taken up again.

    A paused one stays paused until somebody takes it up again, or its day comes.
    """
    policies.check_edit(by, resident)
    one_way.hold_resident(resident.pk)  # two at once: the second changes what the first added
    need = resident.needs.select_for_update().filter(kind=facts.kind).first()
    if need is None:
        need = CareNeed(resident=resident, person_key=resident.person_key, kind=facts.kind, status_at=at)
    elif need.status == NeedStatus.ENDED and need.absence_id is None:
        advance(need, NeedStatus.ACTIVE, by=by, at=at, stop_reason="")
    need.service_kind = SERVICE_OF[NeedKind(facts.kind)]
    need.schedule_kind, need.schedule_days = _rhythm(facts)
    for name in ("shift", "next_date", "facility", "session_hours", "due_date"):
        setattr(need, name, getattr(facts, name))
    need.diagnosis = facts.diagnosis
    need.save()
    audit.record("need.put", need, by=by, at=at, detail={"resident": str(resident.pk), "kind": facts.kind})
    return need


@transaction.atomic
def pause(need: CareNeed, *, reason: str, until: date | None, by: Actor, at: datetime) -> int:
    """Suspend a need, with what was made for it; return how many requests were called off.

    Raises Invalid without a reason, or for a day that has passed.
    """
    policies.check_edit(by, need.resident)
    if until is not None and until <= clock.local_day(at):
        raise Invalid("need.until", _("恢复的日子要在今天以后。"), field="until")
    words = _reason(reason)
    advance(need, NeedStatus.SUSPENDED, by=by, at=at, reason=words, stop_reason=words, paused_until=until)
    return _stop_requests(need, StopReason.PAUSED, by=by, at=at)


@transaction.atomic
def finish(need: CareNeed, *, reason: str, by: Actor, at: datetime) -> int:
    """End a need, with what was made for it; return how many requests were called off."""
    policies.check_edit(by, need.resident)
    words = _reason(reason)
    advance(need, NeedStatus.ENDED, by=by, at=at, reason=words, stop_reason=words, paused_until=None, absence=None)
    return _stop_requests(need, StopReason.ENDED, by=by, at=at)


@transaction.atomic
def resume(need: CareNeed, *, by: Actor, at: datetime) -> int:
    """Take a need up again; return how many requests its rhythm asks for at once.

    Raises Conflict while the person is away: coming back takes up again what being away had suspended.
    """
    policies.check_life(by, need.resident)
    if need.absence is not None and need.absence.ended_at is None:
        raise Conflict("need.absent", _("人还没回来。先按“回来了”，因为不在家停的需求会一起恢复。"))
    advance(need, NeedStatus.ACTIVE, by=by, at=at, stop_reason="", paused_until=None, absence=None)
    boards.touch(f"community:{need.resident.community_id}")
    return standing.start_again(need.resident, at=at)


def resume_due(*, at: datetime) -> None:
    """Take up again the paused needs whose day has come. Safe to run twice."""
    today = clock.local_day(at)
    due = CareNeed.objects.filter(status=NeedStatus.SUSPENDED, paused_until__lte=today, absence__isnull=True)
    each(list(due.select_related("resident", "absence")), lambda need: resume(need, by=SWEEP, at=at))


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid("need.reason", _("请写一句为什么。"), field="reason")
    return text.strip()[:200]


def _stop_requests(need: CareNeed, reason: StopReason, *, by: Actor, at: datetime) -> int:
    rows = need.resident.requests.open().filter(need_kind=need.kind).order_by("pk")
    boards.touch(f"community:{need.resident.community_id}")
    return sum(requests.stop(row, reason=reason, by=by, at=at) for row in rows)


def _rhythm(facts: NeedFacts) -> tuple[str, str]:
    """Return (schedule_kind, schedule_days) of what was given."""
    if facts.schedule_days:
        return "weekly", facts.schedule_days
    if facts.cycle_days:
        return "cycle", f"{facts.cycle_days}d"
    return ("date", "") if facts.next_date else ("none", "")
