"""The score sheet of a drilled day (contract.md), read from the rows the day left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from access.selectors.people_out import people_out
from access.states import RequestStatus, StopReason
from communities.models import DispatchArea
from core import clock
from core.geo import travel_min
from core.management.commands.check_invariants import breaches
from core.vocabulary import CarePriority
from dispatch.models import PlanningRun
from dispatch.states import PlanningKind
from drill import bound, chain, plain, recheck
from drill.openings import Opening, Person
from drill.plain import share
from drill.world import MIN, World, person
from hospitals.models import Appointment, Intake, Slot
from hospitals.states import IntakeStatus
from transport.models import Trip
from transport.states import TripDirection, TripStatus, VehicleClass

MIXED = """
SELECT count(*) FROM transport_trip a JOIN transport_trip b ON a.run_id = b.run_id AND a.id < b.id
WHERE (a.zone_class, a.infection_class) IS DISTINCT FROM (b.zone_class, b.infection_class)
  AND tstzrange(a.picked_up_at, a.dropped_off_at) && tstzrange(b.picked_up_at, b.dropped_off_at)
  AND a.picked_up_at IS NOT NULL AND b.picked_up_at IS NOT NULL
  AND NOT EXISTS (  -- what a test finds under way parts nobody; from then on nobody may board
    SELECT 1 FROM core_auditevent e WHERE e.verb = 'trip.reclassed' AND e.case_ref IN (a.case_ref, b.case_ref)
      AND e.at > greatest(a.picked_up_at, b.picked_up_at))
"""

OLD_CLASS = """
SELECT count(*) FROM transport_trip t JOIN communities_zoneperiod z
  ON z.community_id = CASE t.direction WHEN 'inbound' THEN t.to_code ELSE t.from_code END AND z.building = ''
  AND z.valid_from <= t.picked_up_at AND (z.valid_until IS NULL OR z.valid_until > t.picked_up_at)
WHERE z.zone_class <> t.zone_class
  AND NOT EXISTS (  -- sealed while they sat in the car: they are driven on, in their new class
    SELECT 1 FROM core_auditevent e
    WHERE e.verb = 'trip.reclassed' AND e.case_ref = t.case_ref AND e.at > t.picked_up_at)
  AND NOT EXISTS (SELECT 1 FROM communities_zoneperiod b WHERE b.community_id = z.community_id AND b.building <> '')
"""


@dataclass
class Before:
    """What was known before the day: who is due, and every place published."""

    people: list[Person]
    known: list[Opening]


@dataclass
class _Figures:
    """Minutes measured on the day."""

    early: list[float] = field(default_factory=list)
    aboard: list[float] = field(default_factory=list)
    direct: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    hand_over: list[float] = field(default_factory=list)


def score(world: World, before: Before) -> dict[str, Any]:
    """Return the sheet; times in minutes."""
    due = {each.ref: each for each in before.people}
    rows = [row for row in _rows() if row.resident and row.resident.ref in due and _is_ordinary(row)]
    ours = [row for row in rows if row.source in ("standing", "community") and _is_of(row, world)]
    later = _moved_to_later(ours, world)
    unmet = [_unmet(row, due, before.known, is_later=row.pk in later) for row in ours if _is_unmet(row, later)]
    figures = _measure()
    sheet: dict[str, Any] = {
        "day": world.day.isoformat(),
        "seed": world.seed,
        "faults": sorted(world.faults),
        "due": len(due),
        "requested": len({row.resident_id for row in ours}),
        "arrangeable": bound.arrangeable(before.people, before.known),
        **_ends(ours, later),
        "unmet": unmet,
        **_safety(world),
        **_times(figures),
        **_cars(world),
        "planning_s": _spread(world.tally.planning_s, p50=0.5, p95=0.95, digits=2),
        "urgent_to_proposal_s": _spread(world.tally.urgent_s, p95=0.95, digits=2),
        "baseline": plain.play(before.people, before.known, world.day).sheet(),
        **_more(world, figures),
        **chain.figures(world),
    }
    sheet["failed"] = failures(sheet)
    return sheet


def failures(sheet: dict[str, Any]) -> list[str]:
    """List what must never be: somebody left out, refused, mixed or untold, or fewer than 99 in 100 arranged."""
    never = (
        "people_out_without_way_home_end",
        "people_out_end",
        "locked_out",
        "refused",
        "mixed_class_rides",
        "old_class_rides",
        "invariants_broken",
        "overbooked_slots",
        *chain.KEYS,
    )
    found = [f"{name} = {sheet[name]}" for name in never if sheet[name]]
    arrangeable = sheet["arrangeable"] - sheet["stopped"]  # who died or is in hospital is not to be arranged
    if sheet["arranged"] < 0.99 * arrangeable:
        found.append(f"arranged {sheet['arranged']} of {arrangeable}")
    untrue = [each["request"] for each in sheet["unmet"] if not each["true_when_rechecked"]]
    if untrue:
        found.append(f"reasons that are not true: {', '.join(untrue)}")
    if sheet["collected_90_pct"] < 97:
        found.append(f"collected within 90 minutes: {sheet['collected_90_pct']} %")
    return found + ([f"broken: {each}" for each in sheet["broken"][:5]])


def _rows() -> list[AccessRequest]:
    return list(with_facts(AccessRequest.objects.select_related("resident", "community")))


def _is_ordinary(row: AccessRequest) -> bool:
    """Say whether somebody was to go in the ordinary way, whatever befell them later."""
    return not row.is_critical or bool(row.before_critical)


def _is_of(row: AccessRequest, world: World) -> bool:
    """Leave out what rhythms ask for later days."""
    return row.arrive_at is None or row.source != "standing" or row.arrive_at < clock.day_bounds(world.day)[1]


def _moved_to_later(rows: Iterable[AccessRequest], world: World) -> set[UUID]:
    """Return who was given a place on a later day."""
    end = clock.day_bounds(world.day)[1]
    held = Appointment.objects.live().filter(slot__starts_at__gte=end).values_list("case_ref", flat=True)
    later = set(held)
    return {row.pk for row in rows if row.case_ref in later}


def _is_unmet(row: AccessRequest, later: set[UUID]) -> bool:
    facts = facts_of(row)
    is_met = row.pk not in later and (facts.scheduled_at or facts.arrived_at or facts.boarded_at)
    return not is_met and row.status != RequestStatus.CANCELLED


def _unmet(row: AccessRequest, due: dict[str, Person], known: Sequence[Opening], *, is_later: bool) -> dict[str, Any]:
    who = due.get(row.resident.ref) if row.resident else None
    places = [place for place in known if who and place.service == who.service]
    told = recheck.had_nothing_left(row, who, places) if is_later else recheck.is_true(row, who, places)
    reason = "moved_to_later_day" if is_later else row.needs_person_reason
    return {"request": row.number, "reason": reason, "true_when_rechecked": told}


def _ends(rows: Iterable[AccessRequest], later: set[UUID]) -> dict[str, int]:
    found: Counter[str] = Counter()
    rows = list(rows)
    met = {row.resident_id for row in rows if row.status != RequestStatus.CANCELLED}
    found["stopped"] = len({row.resident_id for row in rows if row.cancel_reason in StopReason.values} - met)
    for row in rows:
        facts = facts_of(row)
        found["arranged"] += not _is_unmet(row, later) and row.status != RequestStatus.CANCELLED
        found["completed"] += bool(facts.dropped_home_at or facts.entered_at or facts.home_marked_at)
        found["admitted"] += facts.kept_at is not None
        found["cancelled"] += row.status == RequestStatus.CANCELLED
    return {name: found[name] for name in ("arranged", "completed", "admitted", "cancelled", "stopped")}


def _safety(world: World) -> dict[str, Any]:
    city = DispatchArea.objects.values_list("city_code", flat=True).first() or ""
    out = people_out(person("command", "city", city, "指挥部"), at=world.now)
    broken = breaches()
    return {
        "people_out_without_way_home_max": max((each[2] for each in world.tally.out_without_way), default=0),
        "people_out_without_way_home_end": sum(1 for each in out if each.has_no_way_home),
        "people_out_end": len(out),
        "people_out": [f"{each.name} {each.stage} {each.facility}" for each in out],
        "locked_out": len(world.tally.locked_out),
        "mixed_class_rides": _count(MIXED),
        "old_class_rides": _count(OLD_CLASS),
        "refused": len(world.tally.refused),
        "invariants_broken": len(broken),
        "invariants": broken,
        "overbooked_slots": Slot.objects.filter(booked__gt=F("capacity")).count() + _overbooked(),
    }


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _overbooked() -> int:
    """Count slots whose live appointments are more than their places, whatever the slot's own counter says."""
    live: Counter[int] = Counter(Appointment.objects.live().values_list("slot_id", flat=True))
    capacity = dict(Slot.objects.filter(pk__in=live).values_list("pk", "capacity"))
    return sum(1 for slot, people in live.items() if people > capacity[slot])


def _measure() -> _Figures:
    found = _Figures()
    told = Intake.objects.filter(ready_at__isnull=False).values_list("case_ref", "ready_at")
    ready = {case: at for case, at in told if at is not None}
    starts = dict(Appointment.objects.live().filter(is_critical=False).values_list("case_ref", "slot__starts_at"))
    for trip in Trip.objects.filter(picked_up_at__isnull=False, status=TripStatus.COMPLETED):
        if trip.dropped_off_at is None or trip.picked_up_at is None:
            continue
        found.aboard.append((trip.dropped_off_at - trip.picked_up_at) / MIN)
        found.direct.append(travel_min(trip.origin.point, trip.destination.point))
        if trip.direction == TripDirection.OUTBOUND and trip.case_ref in starts:
            found.early.append((starts[trip.case_ref] - trip.dropped_off_at) / MIN)
        if trip.direction == TripDirection.INBOUND and trip.case_ref in ready:
            found.waits.append(max(0.0, (trip.picked_up_at - ready[trip.case_ref]) / MIN))
    for row in Intake.objects.exclude(status=IntakeStatus.WITHDRAWN).filter(handed_over_at__isnull=False):
        if row.handed_over_at is not None:
            found.hand_over.append((row.handed_over_at - row.arrived_at) / MIN)
    return found


def _times(found: _Figures) -> dict[str, Any]:
    in_time = [early for early in found.early if early >= 0]
    return {
        "arrived_late": len(found.early) - len(in_time),
        "arrive_early": _spread(found.early, p50=0.5, p95=0.95),
        "arrived_0_45_early_pct": _pct(sum(1 for early in found.early if 0 <= early <= 45), len(found.early)),
        "aboard": {**_spread(found.aboard, p50=0.5, p95=0.95), "max": round(max(found.aboard, default=0), 1)},
        "aboard_60_pct": _pct(sum(1 for ride in found.aboard if ride <= 60), len(found.aboard)),
        "aboard_60_possible_pct": _pct(sum(1 for ride in found.direct if ride <= 60), len(found.direct)),
        "wait_after_ready": {**_spread(found.waits, p50=0.5, p90=0.9), "max": round(max(found.waits, default=0), 1)},
        "collected_60_pct": _pct(sum(1 for wait in found.waits if wait <= 60), len(found.waits)),
        "collected_90_pct": _pct(sum(1 for wait in found.waits if wait <= 90), len(found.waits)),
        "handover_15_pct": _pct(sum(1 for took in found.hand_over if took <= 15), len(found.hand_over)),
    }


def _cars(world: World) -> dict[str, Any]:
    trips = list(
        Trip.objects.filter(picked_up_at__isnull=False, run__isnull=False).values_list("run_id", "run__vehicle_id")
    )
    riders = Counter(run for run, _vehicle in trips)
    used = {vehicle for _run, vehicle in trips}
    return {
        "vehicles_used": len(used),
        "vehicle_km": round(sum(world.tally.km.values()), 1),
        "vehicle_km_empty": round(world.tally.km_empty, 1),
        "legs_per_vehicle": round(len(trips) / max(1, len(used)), 2),
        "pooled_pct": _pct(sum(count for count in riders.values() if count > 1), len(trips)),
    }


def _more(world: World, found: _Figures) -> dict[str, Any]:
    plans = PlanningRun.objects.exclude(kind=PlanningKind.URGENT)
    ambulances = Trip.objects.filter(
        picked_up_at__isnull=False, run__vehicle__vehicle_class__startswith=VehicleClass.AMBULANCE
    )
    return {
        "by_hand": dict(world.tally.by_hand),
        "ambulance_rides_not_critical": ambulances.exclude(care_class=CarePriority.URGENT).count(),
        "plans": {"made": plans.count(), "stale": sum(row.stale for row in plans)},
        "timeline": [[_clock(at), out, without] for at, out, without in world.tally.out_without_way],
        "waits_hist": _histogram(found.waits, 10, 12),
        "early_hist": _histogram(found.early, 10, 12),
        "aboard_hist": _histogram(found.aboard, 10, 12),
        "notes": world.tally.trouble,
        "broken": world.agenda.broken,
        "acts": world.agenda.acts,
    }


def _clock(at: datetime) -> str:
    return at.astimezone(clock.CHINA).isoformat(timespec="minutes")


def _histogram(values: Iterable[float], width: int, bins: int) -> list[int]:
    """Count values in bins of `width` minutes; the first also takes what is below, the last what is above."""
    found = [0] * bins
    for value in values:
        found[min(bins - 1, max(0, int(value // width)))] += 1
    return found


def _spread(values: Sequence[float], *, digits: int = 1, **shares: float) -> dict[str, float]:
    return {name: round(share(list(values), part), digits) for name, part in shares.items()}


def _pct(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 100.0
