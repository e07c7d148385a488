"""Reading communities, gates, zones, passes and scans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from communities.models import Community, Gate, GatePass, Scan, ZonePeriod
from communities.states import Direction, ZoneClass
from core import clock
from core.actors import Actor
from core.errors import NotFound


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


def zone_at(community: Community, *, building: str, at: datetime) -> str:
    """Return the zone class of a building at a time: its own period wins over the whole compound's (R-000-4)."""
    periods = ZonePeriod.objects.in_force(at).filter(community=community, building__in=["", building])
    row = max(periods, key=lambda period: (bool(period.building), period.valid_from), default=None)
    return row.zone_class if row else ZoneClass.PRECAUTIONARY


def zones_at(communities: Iterable[str], *, at: datetime) -> dict[tuple[str, str], str]:
    """Return zone classes by (community code, building; "" for the whole compound) in one query, for lists."""
    periods = ZonePeriod.objects.in_force(at).filter(community_id__in=set(communities)).order_by("valid_from")
    return {(period.community_id, period.building): period.zone_class for period in periods}


def zone_of(zones: dict[tuple[str, str], str], community_code: str, building: str) -> str:
    """Look one building up in what `zones_at` returned."""
    whole = zones.get((community_code, ""), ZoneClass.PRECAUTIONARY)
    return zones.get((community_code, building), whole) if building else whole


def gate_of(actor: Actor) -> Gate:
    """Return the gate an actor stands at: a guard's own, for community staff the first of their community."""
    gates = Gate.objects.select_related("community")
    if actor.role == "guard":
        gate = gates.filter(code=actor.place_code).first()
    else:
        gate = gates.filter(community_id=actor.place_code).first()
    if gate is None:
        raise NotFound("gate.absent")
    return gate


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


def passes_for(actor: Actor, day: date) -> QuerySet[GatePass]:
    """Return the issued passes of the actor's community whose exit window meets a day, in order of time (R-000-14)."""
    start, end = clock.day_bounds(day)
    return GatePass.objects.visible_to(actor).expected_on(start, end)


def passage(case_ref: UUID | None) -> Passage:
    """Return when the party of a case last went out and in."""
    return passages([case_ref]).get(case_ref, Passage()) if case_ref else Passage()


def passages(case_refs: Iterable[UUID]) -> dict[UUID, Passage]:
    """Return the passages of many cases in one query."""
    found: dict[UUID, dict[str, datetime]] = {}
    scans = Scan.objects.passed().filter(case_ref__in=set(case_refs)).order_by("happened_at")
    for case_ref, direction, happened_at in scans.values_list("case_ref", "direction", "happened_at"):
        found.setdefault(case_ref, {})[direction] = happened_at
    return {
        case_ref: Passage(out_at=times.get(Direction.EXIT), in_at=times.get(Direction.ENTRY))
        for case_ref, times in found.items()
    }


def pass_by_token_id(pass_id: bytes) -> GatePass | None:
    """Return the pass whose signed code carries these 12 bytes."""
    return GatePass.objects.select_related("community").filter(pass_id=pass_id).first()


def passes_by_code(community: Community, code: str, *, at: datetime) -> list[GatePass]:
    """Find passes by a typed code: the whole short code or number, or the last four among those of today or out.

    The last four count within this community only; a whole short code finds a pass of any community.
    """
    tidy = code.strip().upper().replace(" ", "")
    whole = Q(short_code=tidy) | Q(number=tidy, community=community)
    rows = list(GatePass.objects.select_related("community").filter(whole).order_by("-exit_from")[:5])
    if rows or len(tidy) < 4:
        return rows
    start, end = clock.day_bounds(clock.local_day(at))
    tail = Q(number__endswith=tidy[-4:]) | Q(short_code__endswith=tidy[-4:])
    recent = Q(exit_from__lt=end, exit_until__gte=start) | Q(case_ref__in=cases_out(community))
    return list(
        GatePass.objects.select_related("community").filter(tail, recent, community=community).order_by("status")[:5]
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
