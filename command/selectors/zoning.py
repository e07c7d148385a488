"""Zones as command sees and changes them: what is in force, what is planned, and whom a change meets today (4.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet

from access.journey import is_out
from access.models import AccessRequest
from access.models.request import OPEN
from access.selectors import facts_of, with_facts
from access.selectors.ground import zone_of
from communities.models import Community, ZonePeriod
from core import tidy
from core.actors import Actor
from core.buildings import same_building
from core.divisions import division_prefix
from core.errors import NotFound


@dataclass(frozen=True)
class Affected:
    """Whom a change of zone meets: out now, arranged and not yet gone, still waiting; and who was to walk or drive."""

    out: int = 0
    arranged: int = 0
    waiting: int = 0
    own_way: int = 0

    @property
    def total(self) -> int:
        """Count them all."""
        return self.out + self.arranged + self.waiting


def communities(actor: Actor, *, words: str = "", at: datetime) -> QuerySet[Community]:
    """Return the communities of command's division with the zone in force (`zone`), found by name or code."""
    rows = Community.objects.filter(code__startswith=division_prefix(actor.place_code))
    for word in words.split()[:4]:
        rows = rows.filter(Q(name__icontains=word) | Q(code__startswith=word))
    rows = rows.annotate(zone=zone_of(OuterRef("pk"), at=at))
    buildings = ZonePeriod.objects.in_force(at).exclude(building="").order_by("building")
    return rows.prefetch_related(Prefetch("zone_periods", queryset=buildings, to_attr="buildings_now")).order_by("code")


def community_for(actor: Actor, code: str) -> Community:
    """Return one community of command's division; NotFound for any other."""
    row = Community.objects.filter(code__startswith=division_prefix(actor.place_code), pk=code).first()
    if row is None:
        raise NotFound("community.absent")
    return row


def periods(community: Community, *, at: datetime) -> list[ZonePeriod]:
    """Return the periods in force and to come, the whole compound's first."""
    rows = community.zone_periods.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at))
    return list(rows.order_by("building", "valid_from"))


def affected(community: Community, *, building: str) -> Affected:
    """Count whom a change meets; one query."""
    rows = AccessRequest.objects.filter(community=community).filter(Q(status__in=OPEN) | Q(facts__is_out=True))
    if building:
        rows = rows.filter(same_building(building, "resident__"))
    known = [(row, facts_of(row)) for row in with_facts(rows)]
    home = [(row, facts) for row, facts in known if not is_out(facts)]
    arranged = sum(1 for _row, facts in home if facts.scheduled_at)
    own_way = sum(1 for row, _facts in home if not row.needs_vehicle)
    return Affected(len(known) - len(home), arranged, len(home) - arranged, own_way)


def buildings(community: Community) -> list[str]:
    """Return the buildings of a community where residents are registered, each once, as most of them write it."""
    names = community.residents.exclude(building="").order_by().values_list("building").annotate(n=Count("pk"))
    usual = {tidy.building_key(name): name for name, _n in sorted(names, key=lambda each: (each[1], each[0]))}
    return sorted(usual.values(), key=lambda name: (len(name), name))[:200]


def is_unknown(building: str, known: list[str]) -> bool:
    """Say whether nobody is registered in a building: mostly a slip for another one."""
    return bool(building) and tidy.building_key(building) not in map(tidy.building_key, known)
