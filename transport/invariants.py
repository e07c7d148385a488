"""What the fleet's rows promise."""

from __future__ import annotations

from core.invariants import Invariant
from transport.states import RUN_LIVE, TRIP_LIVE


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_RUNS = _listed(RUN_LIVE)
_TRIPS = _listed(TRIP_LIVE)
_OVERLAP = (
    "SELECT a.{what} || ' ' || a.id || ' ' || b.id FROM transport_run a JOIN transport_run b"
    " ON a.{what} = b.{what} AND a.id < b.id AND a.occupied && b.occupied"
    f" WHERE a.status IN ({_RUNS}) AND b.status IN ({_RUNS})"
)
_LIES = "t.mobility = 'stretcher' OR (starts_with(v.vehicle_class, 'ambulance') AND v.stretchers > 0)"
_SEATS = f"""
WITH span AS (
  SELECT s.run_id, s.trip_id,
         min(s.position) FILTER (WHERE s.kind = 'pickup') AS since,
         min(s.position) FILTER (WHERE s.kind = 'dropoff') AS until
  FROM transport_stop s GROUP BY s.run_id, s.trip_id),
load AS (
  SELECT span.*, v.plate, v.seats AS has_seats, v.wheelchairs AS has_chairs, v.stretchers AS has_stretchers,
         CASE WHEN {_LIES} THEN 1 ELSE 0 END AS lies,
         CASE WHEN t.mobility = 'wheelchair' AND NOT ({_LIES}) THEN 1 ELSE 0 END AS chair, t.party_size
  FROM span JOIN transport_trip t ON t.id = span.trip_id AND t.status IN ('scheduled', 'on_board')
  JOIN transport_run r ON r.id = span.run_id AND r.status IN ({_RUNS})
  JOIN transport_vehicle v ON v.code = r.vehicle_id)
SELECT a.plate || ' ' || a.run_id FROM load a JOIN load b
  ON b.run_id = a.run_id AND b.since <= a.since AND a.since < b.until
GROUP BY a.plate, a.run_id, a.trip_id, a.has_seats, a.has_chairs, a.has_stretchers
HAVING sum(b.party_size - b.lies - b.chair) > a.has_seats OR sum(b.chair) > a.has_chairs
  OR sum(b.lies) > a.has_stretchers
"""
_RIDE = "tstzrange({0}.pickup_planned_at, greatest({0}.pickup_planned_at, {0}.dropoff_planned_at))"
_WAY = (  # a way there lasts until its person is ready to go home
    "tstzrange({0}.pickup_planned_at, greatest({0}.pickup_planned_at, {0}.dropoff_planned_at, (SELECT w.ready_at"
    " FROM transport_trip w WHERE {0}.direction = 'outbound' AND w.direction = 'inbound' AND w.case_ref = {0}.case_ref"
    f" AND w.status IN ({_TRIPS}) LIMIT 1)))"
)
INVARIANTS = [
    Invariant("INV-02", "no vehicle has two runs at a time", _OVERLAP.format(what="vehicle_id")),
    Invariant("INV-02-seats", "at no moment more people, wheelchairs or stretchers than places", _SEATS),
    Invariant(
        "INV-02-class",
        "everybody aboard is of the run's one zone and infection class, unless it changed on the way",
        "SELECT t.id::text FROM transport_trip t JOIN transport_run r ON r.id = t.run_id"
        " WHERE t.status IN ('scheduled', 'on_board')"
        " AND (t.zone_class <> r.zone_class OR t.infection_class <> r.infection_class)"
        " AND NOT (t.status = 'on_board' AND r.soiled_as <> '')",
    ),
    Invariant("INV-03", "no driver has two runs at a time", _OVERLAP.format(what="driver_id")),
    Invariant(
        "INV-03-duty",
        "a driver is sent out only on shift, or with a reason",
        "SELECT r.id::text FROM transport_run r WHERE r.status IN ('offered', 'accepted') AND r.reason = ''"
        " AND NOT EXISTS (SELECT 1 FROM transport_shift s WHERE s.vehicle_id = r.vehicle_id"
        " AND s.driver_id = r.driver_id AND s.starts_at <= lower(r.occupied) AND s.ends_at > lower(r.occupied))",
    ),
    Invariant(
        "INV-04",
        "nobody rides in two cars at a time",
        "SELECT a.id || ' ' || b.id FROM transport_trip a JOIN transport_trip b"
        " ON a.person_key = b.person_key AND a.id < b.id"
        " AND a.pickup_planned_at < b.dropoff_planned_at AND b.pickup_planned_at < a.dropoff_planned_at"
        " WHERE a.status IN ('scheduled', 'on_board') AND b.status IN ('scheduled', 'on_board')",
    ),
    Invariant(
        "INV-04-way",
        "nobody is fetched a second time in one direction before the first way is over",
        "SELECT a.id || ' ' || b.id FROM transport_trip a JOIN transport_trip b ON a.person_key = b.person_key"
        " AND a.direction = b.direction AND a.case_ref < b.case_ref"
        f" AND {_WAY.format('a')} && {_WAY.format('b')} AND NOT {_RIDE.format('a')} && {_RIDE.format('b')}"
        " WHERE a.status IN ('scheduled', 'on_board') AND b.status IN ('scheduled', 'on_board')"
        " AND a.care_class <> 'urgent' AND b.care_class <> 'urgent'",
    ),
    Invariant(
        "INV-05",
        "the way there is planned to end by the slot unless its driver said late, the way home not before the person "
        "is ready",
        "SELECT t.id::text FROM transport_trip t WHERE t.status = 'scheduled'"
        " AND ((t.direction = 'outbound' AND t.dropoff_planned_at > t.arrive_by + interval '15 minutes'"
        " AND NOT EXISTS (SELECT 1 FROM transport_stop s WHERE s.trip_id = t.id AND s.late_min > 0))"
        " OR (t.direction = 'inbound' AND t.dropoff_planned_at < t.ready_at))",
    ),
    Invariant(
        "INV-06-back",
        "nobody is fetched from home without a way back",
        "SELECT t.id::text FROM transport_trip t WHERE t.direction = 'outbound'"
        " AND t.status IN ('scheduled', 'on_board') AND NOT EXISTS (SELECT 1 FROM transport_trip b"
        f" WHERE b.case_ref = t.case_ref AND b.direction = 'inbound' AND b.status IN ({_TRIPS}))",
    ),
    Invariant(
        "INV-06-run",
        "whoever is promised a car is on a run that stands",
        "SELECT t.id::text FROM transport_trip t JOIN transport_run r ON r.id = coalesce(t.run_id, t.reserved_run_id)"
        f" WHERE t.status IN ('scheduled', 'on_board', 'will_call') AND r.status NOT IN ({_RUNS})",
    ),
    Invariant(
        "INV-06-kept",
        "nobody counts on a car that has gone without them, or is kept for another class",
        "SELECT t.id::text FROM transport_trip t JOIN transport_run r ON r.id = t.reserved_run_id"
        " WHERE t.status = 'will_call' AND (r.status = 'completed'"
        " OR (t.zone_class, t.infection_class) IS DISTINCT FROM (r.zone_class, r.infection_class))",
    ),
]
