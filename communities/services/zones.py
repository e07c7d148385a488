"""Zone periods: orders change at midnight, and "which class at 09:14?" stays answerable."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from communities import policies
from communities.events import ZoneChanged
from communities.models import Community, ZonePeriod
from core import audit, boards, outbox
from core.actors import Actor
from core.buildings import same_building
from core.errors import Invalid
from core.vocabulary import ZoneClass


@transaction.atomic
def put_under(  # noqa: PLR0913 - the facts of one act, by name
    community: Community,
    *,
    zone_class: str,
    since: datetime,
    by: Actor,
    at: datetime,
    building: str = "",
    until: datetime | None = None,
    source: str = "",
) -> ZonePeriod:
    """Put a community, or one building, under a class from `since`; the period in force then ends there.

    One that is ordered from a later time on stands: this one lasts until then at most. Raises Invalid for an unknown
    class or an end before the beginning.
    """
    policies.check_change_zone(by, community)
    if zone_class not in ZoneClass.values:
        raise Invalid("zone.class", _("没有这种区。"), field="zone_class")
    if until is not None and until <= since:
        raise Invalid("zone.order", _("结束要晚于开始。"), field="until")
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)  # two at once: one period is in force
    same = ZonePeriod.objects.filter(same_building(building), community=community)
    same.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=since), valid_from__lt=since).update(valid_until=since)
    later = same.filter(valid_from__gt=since).order_by("valid_from").values_list("valid_from", flat=True).first()
    until = min(filter(None, (until, later)), default=None)
    said = {"zone_class": zone_class, "valid_until": until, "source": source}
    at_once = same.filter(valid_from=since).order_by("pk")
    if at_once.update(**said):
        row = at_once[0]
    else:
        row = ZonePeriod.objects.create(community=community, building=building, valid_from=since, **said)
    audit.record("zone.change", row, by=by, at=at, detail={"zone_class": zone_class, "since": since.isoformat()})
    _tell(community, building, at=at)
    return row


@transaction.atomic
def lift(community: Community, *, since: datetime, by: Actor, at: datetime, building: str = "") -> int:
    """End the period in force at `since`; return how many ended: all writings of the building."""
    policies.check_change_zone(by, community)
    rows = ZonePeriod.objects.in_force(since).filter(same_building(building), community=community, valid_from__lt=since)
    ended = rows.update(valid_until=since)
    if ended:
        audit.record("zone.lift", community, by=by, at=at, detail={"building": building, "since": since.isoformat()})
        _tell(community, building, at=at)
    return ended


def _tell(community: Community, building: str, *, at: datetime) -> None:
    """Pass the change up, for whoever is on the way, and refresh the boards."""
    outbox.put(ZoneChanged(at=at, community=community.code, building=building))
    boards.touch(f"community:{community.code}", f"gate:{community.code}", f"area:{community.dispatch_area_id}")
