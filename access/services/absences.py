"""Life stops the machine, and starts it again: death, hospital, isolation, away, moving (rules.md 4.1, E28)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from access import policies
from access.models import Absence, Resident
from access.models.absence import not_taken_up
from access.services import requests, standing
from access.states import FOR_GOOD, AbsenceKind, NeedStatus, StopReason
from calls.models import OpenCall
from calls.services import calls
from calls.states import CallKind
from core import audit, clock
from core.actors import RELAY, SWEEP, Actor
from core.advance import advance
from core.boards import touch
from core.errors import Conflict, Invalid
from core.stored import in_chinese, stored
from core.sweeping import each
from hospitals.models import Intake
from hospitals.services import transfers
from hospitals.states import IntakeStatus

_KIND_OF = {IntakeStatus.ADMITTED: AbsenceKind.ADMITTED, IntakeStatus.DIED: AbsenceKind.DIED}


@transaction.atomic
def begin(  # noqa: PLR0913 - the facts of one act, by name
    resident: Resident,
    *,
    kind: AbsenceKind,
    by: Actor,
    at: datetime,
    until: date | None = None,
    note: str = "",
    intake: Intake | None = None,
) -> Absence:
    """Stop everything for somebody who is not at home: needs, requests, places, cars and passes in one transaction.

    Said twice it stands once; a person who says it again mends the day of return and where they are. Raises Invalid for
    a day of return that has passed.
    """
    policies.check_life(by, resident)
    if until is not None and (kind in FOR_GOOD or until <= clock.local_day(at)):
        raise Invalid("absence.until", _("回来的日子要在今天以后。"), field="until")
    locked = Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
    known = locked.absences.filter(ended_at__isnull=True).first()
    if known is not None:
        if known.kind == kind and (intake is None or known.intake_id in {None, intake.pk}):
            _stop_requests(locked, StopReason(kind.value), by=by, at=at)
            _said_again(known, intake)
            return known if by.is_service else _mend(known, until, note.strip()[:200], by=by, at=at)
        _close(known, by=by, at=at)
    absence = Absence.objects.create(
        resident=locked,
        person_key=locked.person_key,
        kind=kind,
        since=at,
        until=until,
        note=note.strip()[:200],
        intake_id=intake.pk if intake else None,
        said_by=by.label,
    )
    _suspend(absence, known, by=by, at=at)
    _stop_requests(locked, StopReason(kind.value), by=by, at=at)
    _put_away(locked, kind if kind in FOR_GOOD else "", at=at)
    if kind == AbsenceKind.DIED:
        _silence(locked, by=by, at=at)
    audit.record("resident.absent", locked, by=by, at=at, reason=in_chinese(kind.label), detail={"kind": kind.value})
    touch(f"community:{locked.community_id}")
    return absence


@transaction.atomic
def end(resident: Resident, *, by: Actor, at: datetime, reason: str = "") -> bool:
    """Start everything again for somebody who is back, or who was marked by mistake; False when nobody was away.

    Needs go on and standing orders make their requests at once, today's too. What was asked by hand is asked again
    by hand: place and car have been given to others.
    """
    policies.check_life(by, resident)
    locked = Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
    absence = locked.absences.filter(ended_at__isnull=True).first()
    if absence is None:
        return False
    _close(absence, by=by, at=at)
    if absence.kind in FOR_GOOD:
        _put_away(locked, "", at=at)
    for need in absence.needs.select_for_update().order_by("pk"):
        advance(need, NeedStatus.ACTIVE, by=by, at=at, reason=reason, absence=None, stop_reason="", paused_until=None)
    audit.record("resident.back", locked, by=by, at=at, reason=reason, detail={"kind": absence.kind})
    touch(f"community:{locked.community_id}")
    standing.start_again(locked, besides=[clock.local_day(at)], at=at)
    return True


@transaction.atomic
def take_up(case_ref: UUID | None, *, at: datetime) -> Absence | None:
    """Act on what a desk wrote: admitted or died. A stranger's waits until they have a name. Safe to run twice."""
    intake = not_taken_up().filter(case_ref=case_ref).first() if case_ref else None
    if intake is None or intake.person_key is None:
        return None
    resident = Resident.objects.filter(person_key=intake.person_key).first()
    if resident is None:
        return None
    kind = _KIND_OF[IntakeStatus(intake.status)]
    return begin(resident, kind=kind, intake=intake, by=RELAY, at=intake.ended_at or at)


@transaction.atomic
def note_seen(person_key: UUID | None, *, at: datetime) -> bool:
    """Take it that somebody who stands at a desk is back: their way home must not be forgotten (INV-19)."""
    if person_key is None:
        return False
    rows = Absence.objects.filter(person_key=person_key, ended_at__isnull=True, since__lt=at)
    away = rows.exclude(kind=AbsenceKind.DIED).first()  # only a person takes a death back
    return away is not None and end(away.resident, by=RELAY, at=at, reason=stored("到了医院接诊台"))


def sweep(*, at: datetime) -> None:
    """Take up what the relay missed, and bring back whose day has come. Safe to run twice."""
    each(list(not_taken_up()), lambda intake: take_up(intake.case_ref, at=at))
    due = Absence.objects.filter(ended_at__isnull=True, until__lte=clock.local_day(at)).select_related("resident")
    each(list(due), lambda absence: end(absence.resident, by=SWEEP, at=at, reason=stored("到了说好的日子")))


def _said_again(known: Absence, intake: Intake | None) -> None:
    if intake is not None and known.intake_id is None:
        known.intake_id = intake.pk
        known.save(update_fields=["intake_id"])


def _mend(known: Absence, until: date | None, note: str, *, by: Actor, at: datetime) -> Absence:
    """Write another day of return, or other words of where they are; as the form has them, empty too."""
    if (known.until, known.note) != (until, note):
        known.until, known.note, known.said_by = until, note, by.label
        known.save(update_fields=["until", "note", "said_by"])
        resident, kind = known.resident, AbsenceKind(known.kind)
        audit.record(
            "resident.absent", resident, by=by, at=at, reason=in_chinese(kind.label), detail={"kind": kind.value}
        )
        touch(f"community:{resident.community_id}")
    return known


def _close(absence: Absence, *, by: Actor, at: datetime) -> None:
    won = Absence.objects.filter(pk=absence.pk, ended_at__isnull=True).update(
        ended_at=max(at, absence.since), ended_by=by.label
    )
    if not won:
        raise Conflict("absence.ended", _("刚被别人改过了，请刷新看最新情况。"))


def _suspend(absence: Absence, before: Absence | None, *, by: Actor, at: datetime) -> None:
    """Suspend what is active, and take over what an absence just replaced had suspended."""
    words = in_chinese(AbsenceKind(absence.kind).label)
    stopped = NeedStatus.ENDED if absence.kind in FOR_GOOD else NeedStatus.SUSPENDED
    for need in absence.resident.needs.select_for_update(of=("self",)).order_by("pk"):
        is_taken_over = before is not None and need.absence_id == before.pk
        if need.status != NeedStatus.ACTIVE and not is_taken_over:
            continue
        if need.status != NeedStatus.ACTIVE and need.status != stopped:
            advance(need, NeedStatus.ACTIVE, by=by, at=at, reason=words)
        if need.status == stopped:
            need.absence, need.stop_reason = absence, words
            need.save(update_fields=["absence", "stop_reason"])
        else:
            advance(need, stopped, by=by, at=at, reason=words, absence=absence, stop_reason=words)


def _stop_requests(resident: Resident, reason: StopReason, *, by: Actor, at: datetime) -> None:
    for request in resident.requests.open().order_by("pk"):
        requests.stop(request, reason=reason, by=by, at=at)


def _silence(resident: Resident, *, by: Actor, at: datetime) -> None:
    """End the calls about somebody who died, and a hand-over to another house: nothing rings or drives (E28)."""
    cases = resident.requests.values("case_ref")
    for intake in Intake.objects.filter(case_ref__in=cases):
        transfers.let_go(intake, by=by, at=at, reason=stored("人去世了"))
    for kind, subject in OpenCall.objects.live().filter(case_ref__in=cases).values_list("kind", "subject"):
        calls.end_by_fact(CallKind(kind), subject, words=stored("人去世了"), by=by, at=at)


def _put_away(resident: Resident, reason: str, *, at: datetime) -> None:
    """Archive the record of who died or moved, and take it out again when that was not so."""
    changes = {"archived_at": at if reason else None, "archive_reason": reason}
    if bool(resident.archived_at) != bool(reason) and (reason or resident.archive_reason in FOR_GOOD):
        Resident.objects.filter(pk=resident.pk).update(version=F("version") + 1, **changes)
