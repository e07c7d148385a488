"""Reading communities, gates, zones, passes and scans."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from communities.models import Community, Gate, GatePass, Scan
from communities.states import Direction, PassPhase, PassStatus
from core import clock, names, tidy
from core.actors import Actor
from core.errors import NotFound
from core.vocabulary import Role

LAST = 4  # so many characters of a number's end find a pass
OVERDUE_AFTER = timedelta(minutes=30)  # rules.md 4.3; the rulebook's pass.overdue_min may tighten it on a page


@dataclass(frozen=True)
class Passage:
    """When the party of a case last went out and last came in by the gate's own record."""

    out_at: datetime | None = None
    in_at: datetime | None = None

    @property
    def is_out(self) -> bool:
        """Say whether they left and have not come back."""
        return self.out_at is not None and (self.in_at is None or self.in_at < self.out_at)

    @property
    def used(self) -> str:
        """Say it in the decision table's words."""
        return "out" if self.is_out else "back" if self.out_at else ""


@dataclass(frozen=True)
class PassLine:
    """A pass as a list shows it."""

    gate_pass: GatePass
    passage: Passage
    phase: PassPhase


@dataclass(frozen=True)
class OutLine:
    """A party that left and is not back by the gate's record; without a pass when it was an emergency."""

    case_ref: UUID | None
    out_at: datetime
    building: str
    gate_pass: GatePass | None
    scan: Scan
    is_overdue: bool = False


def gate_of(actor: Actor) -> Gate:
    """Return the gate an actor stands at: a guard's own, for community staff the first of their community."""
    gates = Gate.objects.select_related("community")
    if actor.role == Role.GUARD:
        gate = gates.filter(code=actor.place_code).first()
    else:
        gate = gates.filter(community_id=actor.place_code).first()
    if gate is None:
        raise NotFound("gate.absent")
    return gate


def gates_of(actor: Actor) -> list[Gate]:
    """Return the gates of the community whose post the actor holds."""
    return list(Gate.objects.filter(community_id=actor.place_code))


def community_of(actor: Actor) -> Community:
    """Return the community whose post the actor holds."""
    community = Community.objects.filter(code=actor.place_code[:12]).first()
    if community is None:
        raise NotFound("community.absent")
    return community


def issued_pass(case_ref: UUID) -> GatePass | None:
    """Return the issued pass of a case."""
    return GatePass.objects.issued().filter(case_ref=case_ref).first()


def pass_for(actor: Actor, pass_id: UUID) -> GatePass:
    """Return one pass an actor may see; a stranger's is as absent as none."""
    row = GatePass.objects.visible_to(actor).select_related("community").filter(pk=pass_id).first()
    if row is None:
        raise NotFound("pass.absent")
    return row


def passes_for(actor: Actor, day: date, *, at: datetime) -> QuerySet[GatePass]:
    """Return the issued passes of the actor's community whose exit window meets a day, in order of time (R-000-14).

    A night has no edge: the day of `at` holds the hours before and after it as well.
    """
    start, end = clock.day_around(at) if day == clock.local_day(at) else clock.day_bounds(day)
    return GatePass.objects.visible_to(actor).expected_on(start, end)


def gate_names(community: str) -> list[str]:
    """Name the gates of a compound through which people leave it; checkpoints are none."""
    rows = Gate.objects.filter(community=community, is_checkpoint=False)
    return list(rows.order_by("name").values_list("name", flat=True))


def passes_at_gate(gate: Gate, *, at: datetime) -> list[GatePass]:
    """Return what a gate's device keeps: passes of its community that are valid today, and those of people out."""
    start, end = clock.day_around(at)
    today = Q(exit_from__lt=end, exit_until__gte=start) | Q(case_ref__in=cases_out(gate.community))
    return list(GatePass.objects.issued().filter(today, community=gate.community))


def passage(case_ref: UUID | None) -> Passage:
    """Return when the party of a case last went out and in."""
    return passages([case_ref]).get(case_ref, Passage()) if case_ref else Passage()


def passages(case_refs: Iterable[UUID]) -> dict[UUID, Passage]:
    """Return the passages of many cases in one query."""
    found: dict[UUID, dict[str, datetime]] = {}
    scans = Scan.objects.passed().filter(case_ref__in=set(case_refs)).order_by("happened_at")
    for case_ref, direction, happened_at in scans.values_list("case_ref", "direction", "happened_at"):
        if case_ref is not None:
            found.setdefault(case_ref, {})[direction] = happened_at
    return {
        case_ref: Passage(out_at=times.get(Direction.EXIT), in_at=times.get(Direction.ENTRY))
        for case_ref, times in found.items()
    }


def pass_by_token_id(pass_id: bytes) -> GatePass | None:
    """Return the pass whose signed code carries these 12 bytes."""
    return GatePass.objects.select_related("community").filter(pass_id=pass_id).first()


def number_said(code: str) -> str:
    """Return a typed code as numbers and short codes are stored, with the dash that was left out: 12014794."""
    said = tidy.code(code)
    return f"{said[:-LAST]}-{said[-LAST:]}" if re.fullmatch(r"\d{5,8}", said) else said


def ends_with(said: str) -> Q:
    """Find the passes whose number or short code ends with all that was said."""
    return Q(number__endswith=said) | Q(short_code__endswith=said)


def passes_by_code(community: Community, code: str, *, at: datetime) -> list[GatePass]:
    """Find passes by a typed code: the whole short code or number, or its end among those of today or out.

    An end is four characters or more, counts within this community only, and is all of what was typed: the number of
    another day is nobody's of today whose last four are the same. A whole short code finds a pass of any community.
    """
    said = number_said(code)
    whole = Q(short_code=said) | Q(number=said, community=community)
    rows = list(GatePass.objects.select_related("community").filter(whole).order_by("-exit_from")[:5])
    if rows or len(said) < LAST:
        return rows
    start, end = clock.day_bounds(clock.local_day(at))
    recent = Q(exit_from__lt=end, exit_until__gte=start) | Q(case_ref__in=cases_out(community))
    return list(
        GatePass.objects.select_related("community")
        .filter(ends_with(said), recent, community=community)
        .order_by("status")[:5]
    )


def cases_out(community: Community) -> list[UUID]:
    """Return the cases whose party went out of this community's gates and has not come back in."""
    rows = (
        Scan.objects.passed()
        .filter(community=community, case_ref__isnull=False)
        .order_by("case_ref", "-happened_at")
        .distinct("case_ref")
        .values_list("case_ref", "direction")
    )
    return [case_ref for case_ref, direction in rows if case_ref and direction == Direction.EXIT]


def phase_of(row: GatePass, passage: Passage, *, at: datetime) -> PassPhase:
    """Say where a pass stands."""
    if passage.is_out:
        due = row.back_expected_at
        return PassPhase.OVERDUE if due and at > due + OVERDUE_AFTER else PassPhase.OUT
    if row.status == PassStatus.VOID:
        return PassPhase.VOID
    if passage.used:
        return PassPhase.BACK
    if at < row.exit_from:
        return PassPhase.UPCOMING
    return PassPhase.READY if at <= row.exit_until else PassPhase.EXPIRED


def pass_lines(actor: Actor, *, day: date, at: datetime, search: str = "") -> list[PassLine]:
    """Return a day's passes with their phases in two queries; `search` meets name, building, number, code or plate.

    A search finds those who left on an earlier day and are still out as well (E5).
    """
    rows = passes_for(actor, day, at=at)
    if search.strip():
        rows = rows | GatePass.objects.visible_to(actor).filter(case_ref__in=_exits_last(actor).values("case_ref"))
    for word in _words(search):
        rows = rows.filter(
            Q(holder__startswith=word)
            | Q(holder=names.masked(word))
            | _in_building(rows, word)
            | ends_with(number_said(word))
            | Q(plate__icontains=tidy.fold(word))
        )
    found = list(rows[:500])
    times = passages(row.case_ref for row in found)
    lines = [(row, times.get(row.case_ref, Passage())) for row in found]
    return [PassLine(row, passage, phase_of(row, passage, at=at)) for row, passage in lines]


def _words(search: str) -> list[str]:
    """Return what was typed word by word; a name with a blank in it is one word: 钱 军志, not 钱 七号楼."""
    words, whole = tidy.line(search).split(), tidy.name(search)
    is_name = whole and all(map(tidy.is_ideograph, whole)) and not any(tidy.building_key(w).isdigit() for w in words)
    return [whole] if is_name else words


def _in_building(rows: QuerySet[GatePass], word: str) -> Q:
    """Find the passes whose building is meant by a word, however it is written there; part of a name is enough."""
    key = tidy.building_key(word)
    written = rows.order_by().values_list("building", flat=True).distinct()
    same = Q(building__in=[building for building in written if building and tidy.building_key(building) == key])
    return same if key.isdigit() else same | Q(building__icontains=word)


def out_lines(actor: Actor, *, at: datetime) -> list[OutLine]:
    """Return who is out by the gate's record, longest first, in one query (never a name without a pass's mask)."""
    lines = []
    for row in _exits_last(actor).select_related("gate_pass").order_by("happened_at")[:200]:
        due = row.gate_pass.back_expected_at if row.gate_pass else None
        is_overdue = bool(due and at > due + OVERDUE_AFTER)
        lines.append(OutLine(row.case_ref, row.happened_at, row.building, row.gate_pass, row, is_overdue))
    return lines


def _exits_last(actor: Actor) -> QuerySet[Scan]:
    """Return the exits after which nobody of the case came back in."""
    passed = Scan.objects.visible_to(actor).passed().filter(case_ref__isnull=False)
    latest = passed.order_by("case_ref", "-happened_at").distinct("case_ref")
    return Scan.objects.filter(pk__in=latest.values("pk"), direction=Direction.EXIT)


def scans_of(gate_pass: GatePass) -> list[Scan]:
    """Return what happened with a pass at gates, oldest first."""
    return list(
        Scan.objects.filter(case_ref=gate_pass.case_ref).select_related("gate", "correction").order_by("happened_at")
    )


def released_today(gate: Gate, *, at: datetime) -> int:
    """Count the people let out at this gate today."""
    start, end = clock.day_bounds(clock.local_day(at))
    scans = Scan.objects.passed().filter(gate=gate, direction=Direction.EXIT, happened_at__range=(start, end))
    return scans.count()


def scan_for(actor: Actor, scan_id: UUID) -> Scan:
    """Return one scan an actor may see; a stranger's is as absent as none."""
    row = Scan.objects.visible_to(actor).with_pass().filter(pk=scan_id).first()
    if row is None:
        raise NotFound("scan.absent")
    return row


def emergency_out(actor: Actor, scan_id: UUID) -> Scan:
    """Return an emergency release of the actor's compound."""
    row = scan_for(actor, scan_id)
    if not row.is_emergency:
        raise NotFound("scan.absent")
    return row


def revoked_still_valid(community: Community, *, at: datetime) -> list[bytes]:
    """Return the ids of voided passes whose window has not ended: all that a device must know of them."""
    rows = GatePass.objects.filter(community=community, status=PassStatus.VOID, exit_until__gte=at)
    return [bytes(value) for value in rows.values_list("pass_id", flat=True)]
