"""What must be known before asking: the zone of the building, and whether there is already a way on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.db.models.expressions import Combinable

from access.models import AccessRequest, Resident
from access.models.request import OPEN
from communities.models import Community, ZonePeriod
from communities.states import ZoneClass
from core import clock


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


def ground_of(resident: Resident, *, on: datetime, at: datetime) -> Ground:
    """Read the ground of a resident for a wish on the day of `on`; one query."""
    start, end = clock.day_bounds(clock.local_day(on))
    same_day = AccessRequest.objects.filter(resident_id=resident.pk, status__in=OPEN).filter(
        Q(arrive_at__gte=start, arrive_at__lt=end) | Q(arrive_at__isnull=True, submitted_at__gte=start)
    )
    row = (
        Community.objects.filter(pk=resident.community_id)
        .annotate(
            zone=zone_of(OuterRef("pk"), resident.building, at=at),
            same_day=Subquery(same_day.values("pk")[:1]),
            same_day_at=Subquery(same_day.values("arrive_at")[:1]),
        )
        .values("zone", "dispatch_area_id", "same_day", "same_day_at")
        .get()
    )
    return Ground(
        zone_class=row["zone"] or ZoneClass.PRECAUTIONARY,
        dispatch_area=row["dispatch_area_id"],
        same_day=row["same_day"],
        same_day_at=row["same_day_at"],
    )


def zone_now(community: Community, building: str, *, at: datetime) -> str:
    """Return the zone class of a building; precautionary where nobody set one."""
    row = Community.objects.filter(pk=community.pk).annotate(zone=zone_of(OuterRef("pk"), building, at=at))
    return row.values_list("zone", flat=True).first() or ZoneClass.PRECAUTIONARY
