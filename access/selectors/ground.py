"""What must be known before asking: the zone of the building, and whether there is already a way on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Extract, JSONObject

from access.models import AccessRequest, CareNeed, Resident
from access.models.absence import away
from access.models.request import OPEN
from access.rhythm import session_min
from communities.models import Community, ZonePeriod
from core import clock
from core.actors import Actor
from core.buildings import same_building
from core.composed import Composed
from core.errors import NotFound
from core.vocabulary import SERVICE_OF, NeedKind, ZoneClass
from hospitals.models import Slot


@dataclass(frozen=True)
class DayRequest:
    """An open request of a day: its hour, None for as soon as possible, and what for."""

    id: UUID
    at: datetime | None
    need_kind: str
    is_critical: bool


@dataclass(frozen=True)
class Ground:
    """Where a resident stands when asking: zone, dispatch area, and the open requests of that day, the oldest first."""

    zone_class: str
    dispatch_area: str
    ways: tuple[DayRequest, ...] = ()
    is_away: bool = False  # died, in hospital, isolated elsewhere, away
    put_away: str = ""  # why the record is in the archive

    @property
    def same_day(self) -> UUID | None:
        """The first open request of that day."""
        return self.ways[0].id if self.ways else None

    @property
    def same_day_at(self) -> datetime | None:
        """The hour of the first open request of that day."""
        return self.ways[0].at if self.ways else None

    def is_asked_for(self, need_kind: str) -> bool:
        """Say whether a way of that day is for this need, or is 120: a way for something else does not treat it."""
        return any(way.is_critical or way.need_kind == need_kind for way in self.ways)


def zone_of(community: Combinable, *, resident: str | None = None, at: datetime) -> Subquery:
    """Select the zone class in force in a community; a building's own period wins over the compound's.

    `resident` leads to the resident whose building it is, "" from residents themselves; without one, the compound's.
    """
    place = Q(building="")
    if resident is not None:
        own = OuterRef(f"{resident}building"), OuterRef(f"{resident}building_key")
        place |= Q(building=own[0]) | Q(building_key=own[1])
    return Subquery(_zones(place, community=community, at=at)[:1])


def _zones(place: Q, *, community: Combinable | Community, at: datetime) -> QuerySet[ZonePeriod, str]:
    periods = ZonePeriod.objects.in_force(at).filter(place, community=community)
    is_compound = ExpressionWrapper(Q(building=""), output_field=BooleanField())
    return periods.order_by(is_compound, "-valid_from").values_list("zone_class", flat=True)


_WAY = JSONObject(id="pk", at="arrive_at", kind="need_kind", is_critical="is_critical")


@dataclass(frozen=True)
class Asking:
    """A resident somebody asks for, with everything the wish is judged by."""

    resident: Resident
    ground: Ground
    facility: str
    session_min: int


def asking(actor: Actor, resident_id: UUID, *, on: datetime, purpose: str, at: datetime) -> Asking:
    """Read a resident of the actor's place with the ground of a wish for the day of `on`; one query.

    Raises NotFound for anybody else's resident.
    """
    start, end = clock.day_bounds(clock.local_day(on))
    known = {"resident": resident_id, "place": actor.place_code, "on": on, "at": at, "start": start, "end": end}
    found: list[Any] = _ASKING.rows(actor.role, purpose if purpose in NeedKind.values else "", **known)
    if not found:
        raise NotFound("resident.absent")
    resident, usual = found[0], found[0].usual or {}
    minutes = session_min(purpose, hours=usual.get("hours"), slot_min=usual.get("slot_min"))
    return Asking(resident, _ground(resident), usual.get("facility") or "", minutes)


def _asked_for(  # noqa: PLR0913 - the values of one statement
    role: str, purpose: str, *, resident: UUID, place: str, on: datetime, at: datetime, start: datetime, end: datetime
) -> QuerySet[Resident]:
    """Select a resident of a place with the ground of a wish for [start, end) and the usual facility of a purpose."""
    need = CareNeed.objects.filter(resident=OuterRef("pk"), kind=purpose)
    usual = JSONObject(facility="facility_id", hours="session_hours", slot_min=_slot_min(purpose, on))
    seen = Resident.objects.visible_from(role, place).filter(pk=resident)
    rows = _with_ground(seen, start=start, end=end, at=at)
    return rows.annotate(usual=Subquery(need.values_list(usual)[:1]))


_ASKING = Composed[Any](_asked_for, resident=UUID, place=str, on=datetime, at=datetime, start=datetime, end=datetime)


def _slot_min(purpose: str, on: datetime) -> Subquery:
    """Select how long the time is that the need's usual facility offers just then; NULL where it offers none."""
    service = SERVICE_OF.get(NeedKind(purpose)) if purpose in NeedKind.values else ""
    slots = Slot.objects.filter(starts_at=on, service__facility_id=OuterRef("facility_id"), service__kind=service)
    length = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
    return Subquery(slots.values_list(Cast(Extract(length, "epoch") / 60, IntegerField()))[:1])


def length_of(need: CareNeed, *, at: datetime) -> int:
    """Return the minutes of a session of a need that begins at `at`; one query."""
    row = CareNeed.objects.filter(pk=need.pk).annotate(slot_min=_slot_min(need.kind, at)).values_list("slot_min")
    return session_min(need.kind, hours=need.session_hours, slot_min=row[0][0])


def ground_of(resident: Resident, *, on: datetime, at: datetime) -> Ground:
    """Read the ground of a resident for a wish on the day of `on`; one query.

    Whoever writes by it holds the resident first: what was read before is another moment's.
    """
    start, end = clock.day_bounds(clock.local_day(on))
    [found] = _GROUND.rows(resident=resident.pk, start=start, end=end, at=at)
    return _ground(found)


def _grounded(*, resident: UUID, start: datetime, end: datetime, at: datetime) -> QuerySet[Resident]:
    return _with_ground(Resident.objects.filter(pk=resident), start=start, end=end, at=at)


_GROUND = Composed[Any](_grounded, resident=UUID, start=datetime, end=datetime, at=datetime)


def _with_ground(residents: QuerySet[Resident], *, start: datetime, end: datetime, at: datetime) -> QuerySet[Resident]:
    same_day = AccessRequest.objects.filter(resident_id=OuterRef("pk"), status__in=OPEN).filter(
        Q(arrive_at__gte=start, arrive_at__lt=end) | Q(arrive_at__isnull=True, submitted_at__gte=start)
    )
    return residents.annotate(
        zone=zone_of(OuterRef("community_id"), resident="", at=at),
        area=F("community__dispatch_area_id"),
        is_away=away(),
        ways=ArraySubquery(same_day.order_by("submitted_at", "pk").values(way=_WAY)),
    )


def _ground(row: Any) -> Ground:
    return Ground(
        zone_class=row.zone or ZoneClass.PRECAUTIONARY,
        dispatch_area=row.area,
        ways=tuple(map(_way, row.ways)),
        is_away=row.is_away,
        put_away=(row.archived_at and (row.archive_reason or "no_need")) or "",
    )


def _way(known: dict[str, Any]) -> DayRequest:
    at = datetime.fromisoformat(known["at"]) if known["at"] else None
    return DayRequest(UUID(known["id"]), at, known["kind"], known["is_critical"])


def zone_now(community: Community, building: str, *, at: datetime) -> str:
    """Return the zone class of a building; precautionary where nobody set one."""
    place = Q(building="") | same_building(building)
    return _zones(place, community=community, at=at).first() or ZoneClass.PRECAUTIONARY
