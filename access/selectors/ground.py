"""What must be known before asking: the zone of the building, and whether there is already a way on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from access.models import AccessRequest, CareNeed, Resident
from access.models.request import OPEN
from communities.models import Community, ZonePeriod
from communities.states import ZoneClass
from core import clock
from core.actors import Actor
from core.errors import NotFound


@dataclass(frozen=True)
class Ground:
    """Where a resident stands when asking: zone, dispatch area, and the open request of that day, if any."""

    zone_class: str
    dispatch_area: str
    same_day: UUID | None
    same_day_at: datetime | None = None


def zone_of(community: Combinable | str, building: Combinable | str, *, at: datetime) -> Subquery:
    """Select the zone class in force; a building's own period wins over the compound's."""
    periods = ZonePeriod.objects.in_force(at).filter(Q(building=building) | Q(building=""), community=community)
    return Subquery(periods.order_by("-building", "-valid_from").values("zone_class")[:1])


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
    need = CareNeed.objects.filter(resident=OuterRef("pk"), kind=purpose).values
    row = _with_ground(Resident.objects.visible_to(actor), on=on, at=at).annotate(
        usual_facility=Subquery(need("facility_id")[:1]), usual_hours=Subquery(need("session_hours")[:1])
    )
    resident: Any = row.filter(pk=resident_id).first()
    if resident is None:
        raise NotFound("resident.absent")
    minutes = round(resident.usual_hours * 60) if resident.usual_hours else 60
    return Asking(resident, _ground(resident), resident.usual_facility or "", minutes)


def ground_of(resident: Resident, *, on: datetime, at: datetime) -> Ground:
    """Read the ground of a resident for a wish on the day of `on`; one query."""
    return _ground(_with_ground(Resident.objects.filter(pk=resident.pk), on=on, at=at).get())


def _with_ground(residents: QuerySet[Resident], *, on: datetime, at: datetime) -> QuerySet[Resident]:
    start, end = clock.day_bounds(clock.local_day(on))
    same_day = AccessRequest.objects.filter(resident_id=OuterRef("pk"), status__in=OPEN).filter(
        Q(arrive_at__gte=start, arrive_at__lt=end) | Q(arrive_at__isnull=True, submitted_at__gte=start)
    )
    return residents.annotate(
        zone=zone_of(OuterRef("community_id"), OuterRef("building"), at=at),
        area=F("community__dispatch_area_id"),
        same_day=Subquery(same_day.values("pk")[:1]),
        same_day_at=Subquery(same_day.values("arrive_at")[:1]),
    )


def _ground(row: Any) -> Ground:
    return Ground(
        zone_class=row.zone or ZoneClass.PRECAUTIONARY,
        dispatch_area=row.area,
        same_day=row.same_day,
        same_day_at=row.same_day_at,
    )


def zone_now(community: Community, building: str, *, at: datetime) -> str:
    """Return the zone class of a building; precautionary where nobody set one."""
    row = Community.objects.filter(pk=community.pk).annotate(zone=zone_of(OuterRef("pk"), building, at=at))
    return row.values_list("zone", flat=True).first() or ZoneClass.PRECAUTIONARY
