"""Care needs: why and how often care is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from access import policies
from access.models import CareNeed, Resident
from access.states import SERVICE_OF, NeedKind, NeedStatus
from core import audit
from core.actors import Actor
from core.advance import advance
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


def put(resident: Resident, *, facts: NeedFacts, by: Actor, at: datetime) -> CareNeed:
    """Add a need of this kind, or change the one that is there; a need that had ended is taken up again."""
    policies.check_edit(by, resident)
    need = resident.needs.filter(kind=facts.kind).first()
    if need is None:
        need = CareNeed(resident=resident, person_key=resident.person_key, kind=facts.kind, status_at=at)
    elif need.status == NeedStatus.SUSPENDED:
        advance(need, NeedStatus.ACTIVE, by=by, at=at)
    need.service_kind = SERVICE_OF[NeedKind(facts.kind)]
    need.schedule_kind, need.schedule_days = _rhythm(facts)
    for name in ("shift", "next_date", "facility", "session_hours", "due_date"):
        setattr(need, name, getattr(facts, name))
    need.diagnosis = facts.diagnosis
    need.save()
    audit.record("need.put", need, by=by, at=at, detail={"resident": str(resident.pk), "kind": facts.kind})
    return need


def _rhythm(facts: NeedFacts) -> tuple[str, str]:
    """Return (schedule_kind, schedule_days) of what was given."""
    if facts.schedule_days:
        return "weekly", facts.schedule_days
    if facts.cycle_days:
        return "cycle", f"{facts.cycle_days}d"
    return ("date", "") if facts.next_date else ("none", "")
