"""Whether anybody fell out of the chain in a drilled day: each figure is 0 on a good one (contract.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from access.selectors.rescue import critical_since, fallback_after, place_of
from core import clock
from core.models import AuditEvent, OutboxMessage
from drill.handed_on import lost_after_transfer
from drill.world import World
from hospitals.selectors.machines import infection_machine_mixed
from transport.models import Trip
from transport.states import TripDirection, TripStatus

KEYS = (
    "unheard_events",
    "requests_for_dead_or_admitted",
    "lost_after_transfer",
    "infection_machine_mixed",
    "critical_without_offer",
    "calls_without_owner",
    "doubled_ways",
)
GRACE = timedelta(minutes=2)
HELPS = timedelta(hours=2)  # a car that comes later than this is no offer to a critical patient

DOUBLED = """
SELECT a.person_key::text || ' ' || a.direction FROM transport_trip a JOIN transport_trip b
  ON a.person_key = b.person_key AND a.direction = b.direction AND a.id < b.id
  AND a.pickup_planned_at < b.dropoff_planned_at AND b.pickup_planned_at < a.dropoff_planned_at
WHERE a.status IN ('scheduled', 'on_board') AND b.status IN ('scheduled', 'on_board')
"""

# who was dead or in hospital, and from when to when: by the community's word, or from the desk's own stamp on
FOR_THE_ABSENT = """
WITH away AS (
  SELECT person_key, since, ended_at FROM access_absence WHERE kind IN ('died', 'admitted')
  UNION ALL
  SELECT i.person_key, i.ended_at, (
    SELECT min(x.at) FROM (
      SELECT a.ended_at AS at FROM access_absence a WHERE a.intake_id = i.id
      UNION ALL SELECT n.arrived_at FROM hospitals_intake n
        WHERE n.person_key = i.person_key AND n.arrived_at > i.status_at) x)
  FROM hospitals_intake i WHERE i.status IN ('died', 'admitted') AND i.person_key IS NOT NULL
)
SELECT DISTINCT what FROM (
  SELECT 'asked ' || r.id AS what FROM access_accessrequest r JOIN away a USING (person_key)
  WHERE NOT r.is_critical AND r.submitted_at > a.since AND (a.ended_at IS NULL OR r.submitted_at < a.ended_at)
  UNION ALL  -- a wish that still stands for who is not to be asked for
  SELECT 'stands ' || r.id FROM access_accessrequest r JOIN away a USING (person_key)
  WHERE NOT r.is_critical AND a.ended_at IS NULL AND r.status IN ('submitted', 'triaged', 'approved', 'unmet')
    AND NOT EXISTS (SELECT 1 FROM hospitals_intake i WHERE i.case_ref = r.case_ref)
    AND NOT EXISTS (SELECT 1 FROM transport_trip t WHERE t.case_ref = r.case_ref AND t.picked_up_at IS NOT NULL)
  UNION ALL  -- driven, or a car that came to the door
  SELECT 'driven ' || t.id FROM transport_trip t JOIN away a USING (person_key)
  JOIN access_accessrequest r ON r.case_ref = t.case_ref AND NOT r.is_critical
  LEFT JOIN transport_stop s ON s.trip_id = t.id AND s.kind = 'pickup'
  WHERE coalesce(t.picked_up_at, s.arrived_at) > a.since
    AND (a.ended_at IS NULL OR coalesce(t.picked_up_at, s.arrived_at) < a.ended_at)
) found
"""


def figures(world: World) -> dict[str, Any]:
    """Return each figure, and by name what it counted."""
    start, end = clock.day_bounds(world.day)
    found = {
        "unheard_events": _unheard(),
        "requests_for_dead_or_admitted": _column(FOR_THE_ABSENT),
        "lost_after_transfer": [str(case) for case in lost_after_transfer(at=world.now)],
        "critical_without_offer": _critical_without_offer(world.now),
        "calls_without_owner": sorted(world.tally.calls_without_owner),
        "doubled_ways": sorted(world.tally.doubled_ways),
    }
    mixed = infection_machine_mixed(since=start, until=end)
    counts = {name: len(rows) for name, rows in found.items()} | {"infection_machine_mixed": mixed}
    return {**{name: counts[name] for name in KEYS}, "fallen_out": {name: rows for name, rows in found.items() if rows}}


def doubled_ways() -> set[str]:
    """Name whoever has two live ways in one direction at one time, now."""
    return set(_column(DOUBLED))


def _column(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(str(row[0]) for row in cursor.fetchall())


def _unheard() -> list[str]:
    """Name the facts that no handler took: never delivered, or delivered to nobody."""
    rows = OutboxMessage.objects.filter(Q(delivered_at__isnull=True) | Q(error__startswith="Unheard"))
    return [f"{kind} {error}".strip() for kind, error in rows.values_list("kind", "error")]


def _critical_without_offer(now: datetime) -> list[str]:
    """Name the critical for whom no car of any kind was found in the rulebook's minutes,
    and who still had to be fetched.
    """
    rows = with_facts(AccessRequest.objects.filter(is_critical=True)).select_related("community")
    urgent = rows.filter(community__isnull=False)
    return [row.number for row in urgent if row.needs_vehicle and _had_no_offer(row, now)]


def _had_no_offer(row: AccessRequest, now: datetime) -> bool:
    since, facts = critical_since(row), facts_of(row)
    limit = since + fallback_after(place=place_of(row), at=since) + GRACE
    over = [facts.boarded_at, facts.arrived_at, facts.ready_at, facts.cancelled_at, facts.home_marked_at]
    if limit > now or any(moment and moment <= limit for moment in over):
        return False
    sent = AuditEvent.objects.filter(
        case_ref=row.case_ref, new_status=TripStatus.SCHEDULED, at__gte=since, at__lte=limit
    )
    ways = Trip.objects.filter(case_ref=row.case_ref, direction=TripDirection.OUTBOUND)
    soon = ways.filter(pickup_planned_at__lte=since + HELPS).values_list("pk", flat=True)
    return not {str(pk) for pk in soon} & set(sent.values_list("object_id", flat=True))
