"""Care needs: why and how often care is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access import policies
from access.models import CareNeed, Resident
from access.selectors.due import rhythm_of
from access.services import one_way, requests, standing
from access.states import NeedStatus, StopReason
from core import audit, boards, clock
from core.actors import SWEEP, Actor
from core.advance import advance
from core.errors import Conflict, Invalid
from core.sweeping import each
from core.vocabulary import SERVICE_OF, NeedKind, ScheduleKind
from hospitals.models import Facility

RHYTHM = {"schedule_kind", "schedule_days", "shift", "next_date", "facility_id"}  # when and where care is due


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
def add(resident: Resident, *, facts: NeedFacts, by: Actor, at: datetime) -> CareNeed:
    """Add a need; one of this kind that had ended is taken up again as written now.

    Raises Conflict while one of this kind stands: it is changed there, or taken up again.
    """
    policies.check_edit(by, resident)
    one_way.hold_resident(resident.pk)  # two at once: the second sees what the first added
    need = resident.needs.select_for_update(of=("self",)).filter(kind=facts.kind).first()
    if need is None:
        need = CareNeed(resident=resident, person_key=resident.person_key, kind=facts.kind, status_at=at)
    elif need.status != NeedStatus.ENDED or need.absence_id is not None:
        raise _stands(need)
    else:
        advance(need, NeedStatus.ACTIVE, by=by, at=at, stop_reason="")
    _write(need, vars(facts))
    need.save()
    audit.record("need.add", need, by=by, at=at, detail={"resident": str(resident.pk), "kind": facts.kind})
    boards.touch(f"community:{resident.community_id}")
    return need


@transaction.atomic
def change(need: CareNeed, *, changes: Mapping[str, Any], version: int, by: Actor, at: datetime) -> list[str]:
    """Write what was changed of a need and nothing else; return the names of what differs now.

    What was asked for under another kind, or by the rhythm at another time or house than it says now, is called off:
    the rhythm asks anew. A paused need stays paused until somebody takes it up again, or its day comes. Raises Conflict
    when somebody else changed it meanwhile, or when a need of the new kind stands already.
    """
    policies.check_edit(by, need.resident)
    one_way.hold_resident(need.resident_id)
    row = CareNeed.objects.select_for_update(of=("self",)).select_related("resident").get(pk=need.pk)
    if row.version != version:
        raise Conflict("need.changed", _("刚被同事改过了。您填的还在，请对照后再存。"))
    kind, old = changes.get("kind", row.kind), CareNeed(kind=row.kind, resident=row.resident)
    if kind != row.kind and (other := row.resident.needs.filter(kind=kind).first()):
        raise _stands(other)
    columns = [field.attname for field in row._meta.concrete_fields]
    before = {name: getattr(row, name) for name in columns}
    _write(row, changes)
    changed = [name for name in columns if getattr(row, name) != before[name]]
    if not changed:
        return []
    row.version += 1
    row.save(update_fields=[*changed, "version"])
    detail = {"resident": str(row.resident_id), "fields": changed, "kind": before["kind"]}
    audit.record("need.change", row, by=by, at=at, detail=detail)
    if kind != old.kind:
        _stop_requests(old, StopReason.ENDED, by=by, at=at)
    elif RHYTHM & set(changed) and row.status == NeedStatus.ACTIVE:
        _ask_anew(row, by=by, at=at)
    boards.touch(f"community:{row.resident.community_id}")
    return changed


def _stands(need: CareNeed) -> Conflict:
    words = {"kind": need.get_kind_display(), "status": need.get_status_display()}
    return Conflict("need.stands", _("已经有“%(kind)s”（%(status)s）了，请改那一项。") % words)


@transaction.atomic
def pause(need: CareNeed, *, reason: str, until: date | None, by: Actor, at: datetime) -> int:
    """Suspend a need, with what was made for it; return how many requests were called off.

    Raises Invalid without a reason, or for a day that has passed.
    """
    policies.check_edit(by, need.resident)
    one_way.hold_resident(need.resident_id)
    if until is not None and until <= clock.local_day(at):
        raise Invalid("need.until", _("恢复的日子要在今天以后。"), field="until")
    words = _reason(reason)
    advance(need, NeedStatus.SUSPENDED, by=by, at=at, reason=words, stop_reason=words, paused_until=until)
    return _stop_requests(need, StopReason.PAUSED, by=by, at=at)


@transaction.atomic
def finish(need: CareNeed, *, reason: str, by: Actor, at: datetime) -> int:
    """End a need, with what was made for it; return how many requests were called off."""
    policies.check_edit(by, need.resident)
    one_way.hold_resident(need.resident_id)
    words = _reason(reason)
    advance(need, NeedStatus.ENDED, by=by, at=at, reason=words, stop_reason=words, paused_until=None, absence=None)
    return _stop_requests(need, StopReason.ENDED, by=by, at=at)


@transaction.atomic
def resume(need: CareNeed, *, by: Actor, at: datetime) -> int:
    """Take a need up again; return how many requests its rhythm asks for at once.

    Raises Conflict while the person is away: coming back takes up again what being away had suspended.
    """
    policies.check_life(by, need.resident)
    one_way.hold_resident(need.resident_id)
    if need.absence is not None and need.absence.ended_at is None:
        raise Conflict("need.absent", _("人还没回来。先按“回来了”，因为不在家停的需求会一起恢复。"))
    advance(need, NeedStatus.ACTIVE, by=by, at=at, stop_reason="", paused_until=None, absence=None)
    boards.touch(f"community:{need.resident.community_id}")
    return standing.start_again(need.resident, besides=[clock.local_day(at)], at=at)


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


def _ask_anew(need: CareNeed, *, by: Actor, at: datetime) -> None:
    """Call off what the rhythm asked for otherwise than it says now, of whoever has not left, and let it ask again."""
    rhythm, freed = rhythm_of(need), set()
    for row in need.resident.requests.open().filter(need_kind=need.kind, source="standing").order_by("pk"):
        if row.arrive_at is None or row.is_critical:
            continue
        day = clock.local_day(row.arrive_at)
        is_so = rhythm.is_due(day) and row.arrive_at == clock.at_local(day, rhythm.starts)
        is_there = row.facility_id == need.facility_id
        if not (is_so and is_there) and requests.stop(row, reason=StopReason.CHANGED, by=by, at=at):
            freed.add(day)  # today's as well, but no day whose treatment is over
    standing.start_again(need.resident, besides=freed, at=at)


def _write(need: CareNeed, values: Mapping[str, Any]) -> None:
    """Set what is given; the rhythm's kind follows from what is written of the rhythm."""
    if "kind" in values:
        need.kind, need.service_kind = values["kind"], SERVICE_OF[NeedKind(values["kind"])]
    for name in ("shift", "next_date", "facility", "session_hours", "due_date", "diagnosis"):
        if name in values:
            setattr(need, name, values[name])
    if {"schedule_days", "cycle_days"} & set(values):
        need.schedule_kind, need.schedule_days = _rhythm(values, need.next_date)
    elif "next_date" in values and need.schedule_kind in {"", ScheduleKind.NONE, ScheduleKind.DATE}:
        need.schedule_kind = ScheduleKind.DATE if need.next_date else ScheduleKind.NONE


def _rhythm(values: Mapping[str, Any], next_date: date | None) -> tuple[str, str]:
    """Return (schedule_kind, schedule_days) of what was given."""
    if days := values.get("schedule_days"):
        return (ScheduleKind.TWO_WEEKLY if "|" in days else ScheduleKind.WEEKLY), days
    if cycle := values.get("cycle_days"):
        return ScheduleKind.CYCLE, f"{cycle}d"
    return ("date", "") if next_date else ("none", "")
