"""Calling for help, taking a call up, ending it, and letting it climb while nobody does (R-000-17)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import selectors
from calls import policies
from calls.models import OpenCall
from calls.states import LIVE, LOUD, CallKind, CallStatus
from core import audit, boards
from core.actors import SWEEP, Actor
from core.advance import advance
from core.errors import Conflict, Invalid
from core.sweeping import each
from core.vocabulary import Role, hhmm

ANEW = timedelta(minutes=30)  # said again so long after somebody took it up, it is a new trouble


@dataclass(frozen=True)
class Owner:
    """A post that owns a call, for so many minutes until it climbs to the next; 0: it climbs no further."""

    role: str
    place: str
    label: str
    minutes: int = 0


@dataclass(frozen=True)
class Audience:
    """The places whose screens show a call, by code; empty: none of that kind."""

    community: str = ""
    dispatch_area: str = ""
    division: str = ""
    facility: str = ""


@dataclass(frozen=True)
class Trouble:
    """What is wrong: `subject` names it, so that the same trouble is one call while it lasts."""

    kind: CallKind
    subject: str
    who: str = ""
    place: str = ""
    note: str = ""
    phone: str = ""
    case_ref: UUID | None = None


@transaction.atomic
def raise_call(
    trouble: Trouble, *, owners: Sequence[Owner], audience: Audience, by: Actor, at: datetime
) -> tuple[OpenCall, bool]:
    """Call for help in the caller's transaction; return the call and whether it is new.

    The same trouble while its call lives is that call again, with the newest words; a constraint decides for two at
    once. `owners` is never empty: the first owns it now, the others in turn while nobody takes it up.
    """
    known = _live(trouble)
    if known is None:
        try:
            with transaction.atomic():
                return _new(trouble, owners, audience, by, at), True
        except IntegrityError:  # somebody else called for the same in the same moment
            known = _live(trouble)
            if known is None:
                raise
    _say_newer(known, trouble, by=by, at=at)
    if known.taken_at is not None and not by.is_service and at - known.taken_at > ANEW:
        open_again(known, verb="call.raised_anew", by=by, at=at)
    return known, False


def open_again(call: OpenCall, *, verb: str, by: Actor, at: datetime) -> None:
    """Let a call that somebody took up wait, sound and climb again with its owner; `call` is locked by the caller."""
    owner = Owner(**call.chain[call.level])
    climbs_at = _climbs_at(owner, is_last=call.level + 1 == len(call.chain), at=at)
    free: dict[str, Any] = {"taken_at": None, "taken_key": "", "taken_by": "", "climbs_at": climbs_at}
    advance(call, CallStatus.OPEN, by=by, at=at, verb=verb, **free)
    boards.touch(*call.boards)


def _live(trouble: Trouble) -> OpenCall | None:
    rows = OpenCall.objects.select_for_update().live()
    return rows.filter(kind=trouble.kind, subject=trouble.subject).first()


def _new(trouble: Trouble, owners: Sequence[Owner], audience: Audience, by: Actor, at: datetime) -> OpenCall:
    first = owners[0]
    call = OpenCall.objects.create(
        kind=trouble.kind,
        subject=trouble.subject,
        status_at=at,
        case_ref=trouble.case_ref,
        who=trouble.who[:60],
        place=trouble.place[:160],
        note=trouble.note[:300],
        phone=trouble.phone[:20],
        since=at,
        is_loud=trouble.kind in LOUD,
        raised_key=by.key,
        raised_by=f"{by.label} {by.place_label}".strip()[:120],
        raised_role=by.role,
        raised_place=by.place_code,
        owner_role=first.role,
        owner_place=first.place,
        owner_label=first.label,
        chain=[asdict(owner) for owner in owners],
        climbs_at=_climbs_at(first, is_last=len(owners) == 1, at=at),
        community_code=audience.community,
        dispatch_area=audience.dispatch_area,
        division_code=audience.division,
        facility_code=audience.facility,
    )
    audit.record("call.raised", call, by=by, at=at, new_status=call.status, detail={"kind": call.kind})
    boards.touch(*call.boards)
    return call


def _climbs_at(owner: Owner, *, is_last: bool, at: datetime) -> datetime | None:
    return None if is_last or not owner.minutes else at + timedelta(minutes=owner.minutes)


def _say_newer(call: OpenCall, trouble: Trouble, *, by: Actor, at: datetime) -> None:
    """Write the newest words onto a call that lives; an empty one says nothing new."""
    told = {"who": trouble.who[:60], "place": trouble.place[:160], "note": trouble.note[:300]}
    newer = {name: words for name, words in told.items() if words and words != getattr(call, name)}
    if newer:
        OpenCall.objects.filter(pk=call.pk).update(version=F("version") + 1, **newer)
        call.refresh_from_db()
        audit.record("call.told_more", call, by=by, at=at, detail={"fields": sorted(newer)})
        boards.touch(*call.boards)


@transaction.atomic
def take_up(call: OpenCall, *, by: Actor, at: datetime) -> OpenCall:
    """Take a call up by name. Raises Conflict with the name of whoever has it already; pressed twice it stands."""
    policies.check_take_up(by, call)
    row = _locked(call)
    if row.status == CallStatus.TAKEN and row.taken_key == by.key:
        return row
    if row.status == CallStatus.TAKEN:
        words = _("%(who)s %(at)s 已经接手。要换人，先请对方放回去。")
        raise Conflict("call.taken", words % {"who": row.taken_by, "at": hhmm(row.taken_at)})
    taken: dict[str, Any] = {
        "taken_at": at,
        "taken_key": by.key,
        "taken_by": f"{by.label} {by.place_label}".strip()[:120],
    }
    advance(row, CallStatus.TAKEN, by=by, at=at, verb="call.taken", climbs_at=None, **taken)
    boards.touch(*row.boards)
    return row


@transaction.atomic
def put_back(call: OpenCall, *, by: Actor, at: datetime) -> OpenCall:
    """Give a call taken up back to its owner: it waits and climbs again."""
    policies.check_handle(by, call)
    row = _locked(call)
    is_above = by.role == Role.COMMAND or (by.role, by.place_code) == (row.owner_role, row.owner_place)
    if row.status == CallStatus.TAKEN and row.taken_key != by.key and not is_above:
        raise Conflict("call.not_yours", _("%(who)s 在办，请对方放回去。") % {"who": row.taken_by})
    open_again(row, verb="call.put_back", by=by, at=at)
    return row


@transaction.atomic
def end(call: OpenCall, *, words: str, by: Actor, at: datetime) -> OpenCall:
    """End a call with what became of it. Raises Invalid without words."""
    policies.check_end(by, call)
    if not words.strip():
        raise Invalid("call.words", _("写一句办成了什么。"), field="words")
    return _end(_locked(call), words, by, at)


@transaction.atomic
def end_by_fact(kind: CallKind, subject: str, *, words: str, by: Actor, at: datetime) -> OpenCall | None:
    """End the live call of a trouble that is over by itself: the person boarded, the patient was taken over.

    The act that ended the trouble asked its own permission. Returns None where no such call lives.
    """
    row = OpenCall.objects.select_for_update().filter(kind=kind, subject=subject, status__in=LIVE).first()
    return None if row is None else _end(row, words, by, at)


@transaction.atomic
def end_of_case(case_ref: UUID, kinds: Iterable[CallKind], *, words: str, by: Actor, at: datetime) -> int:
    """End the live calls of these kinds about one case; return how many. One query where none lives."""
    rows = list(OpenCall.objects.select_for_update().live().filter(case_ref=case_ref, kind__in=list(kinds)))
    for row in rows:
        _end(row, words, by, at)
    return len(rows)


def _end(row: OpenCall, words: str, by: Actor, at: datetime) -> OpenCall:
    ended: dict[str, Any] = {
        "ended_key": by.key,
        "ended_at": at,
        "ended_by": by.label[:120],
        "ended_words": words.strip()[:300],
        "climbs_at": None,
    }
    advance(row, CallStatus.ENDED, by=by, at=at, verb="call.ended", reason=words.strip()[:300], **ended)
    boards.touch(*row.boards)
    return row


def climb_due(*, at: datetime, by: Actor = SWEEP) -> int:
    """Hand every call that nobody took up in time to its next owner; return how many. Safe to run twice."""
    policies.check_climb(by)
    due = list(OpenCall.objects.filter(status=CallStatus.OPEN, climbs_at__lte=at).values_list("pk", flat=True))
    climbed: list[OpenCall] = []
    each(due, lambda pk: climbed.extend(_climb(pk, by=by, at=at)))
    return len(climbed)


def _climb(pk: UUID, *, by: Actor, at: datetime) -> list[OpenCall]:
    """Hand one call up, unless somebody has taken it up or another worker is at it."""
    rows = OpenCall.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=pk, status=CallStatus.OPEN, climbs_at__lte=at).first()
    if row is None:
        return []
    level = _next_level(row, at)
    owner = Owner(**row.chain[level])
    row.level, row.climbed_at = level, at
    row.owner_role, row.owner_place, row.owner_label = owner.role, owner.place, owner.label
    row.climbs_at = _climbs_at(owner, is_last=level + 1 == len(row.chain), at=at)
    row.version += 1
    row.save()
    audit.record("call.climbed", row, by=by, at=at, detail={"owner": owner.role, "place": owner.place})
    boards.touch(*row.boards)
    return [row]


def _next_level(row: OpenCall, at: datetime) -> int:
    """Return the next turn whose post somebody holds by now; just the next one where nobody holds any."""
    levels = range(row.level + 1, len(row.chain))
    held = selectors.held([row.chain[level]["place"] for level in levels], at=at)
    staffed = (level for level in levels if (row.chain[level]["role"], row.chain[level]["place"]) in held)
    return next(staffed, row.level + 1)


def _locked(call: OpenCall) -> OpenCall:
    return OpenCall.objects.select_for_update().get(pk=call.pk)
