"""From the rows of one dispatch area to a question for the engine: who waits, where there is room, what already drives.

Times are minutes since midnight of the day in China; the engine's ids are case references, facility codes, slot keys
and vehicles in a shift. Any number of people costs the same few queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from access.journey import has_way_home, is_over
from access.models import AccessRequest
from access.selectors import facts_of
from access.services.cards import machine_class, party_size
from access.states import FIXED
from core.geo import Point, travel_min
from core.vocabulary import INFECTIOUS, Mobility, PlaceKind
from dispatch import limits, soundness
from dispatch.hand.car_rules import load, skills_asked
from dispatch.hand.zone_roles import CRITICAL, INFECTED, care_zone, need_of
from dispatch.limits import LIMITS, PLAN_TOLD, board_min, leave_min, turn_min
from dispatch.planning import fleet, houses
from dispatch.planning.critical import AT_HAND, at_hand_within, bound_for, by_cars, is_120
from dispatch.planning.fleet import Cars, minutes, place
from dispatch.planning.houses import Care, slot_key, slot_name
from dispatch.planning.persons import one_way_each
from dispatch.planning.turns import Span, somebody_waits, waiting_rows, waits_at_home
from matching import problem as engine
from matching.params import Params
from transport.models import Trip
from transport.states import TripDirection, TripStatus

HARM_MIN = {True: 1440.0, False: 4320.0}
LONG_TRIES = 4  # plan after plan found nothing: 17 min since the first one (dispatch/planning/unmet.py)
SLOT_SHIFT = 0.3  # minutes of driving an hour other than the one asked for may save, per minute: 18 for an hour
OVERDUE = timedelta(minutes=15)  # whose treatment should be over is looked at as ready so much later
WAY_HOME = timedelta(hours=8)  # cars are looked at for so long after the last hour planned


@dataclass
class Question:
    """A problem for the engine with the rows it was made of."""

    problem: engine.Problem
    origin: datetime
    waiting: dict[str, AccessRequest] = field(default_factory=dict)
    faulty: list[AccessRequest] = field(default_factory=list)
    elsewhere: dict[UUID, str] = field(default_factory=dict)  # whose person is on another way then, with the reason


def read(  # noqa: PLR0913 - one reading of one question
    area: str,
    span: Span,
    *,
    only: Iterable[UUID] = (),
    by_ambulance: bool = False,
    cars_of: str = "",
    rescue: frozenset[str] = AT_HAND,
    there_only: bool = False,
) -> Question:
    """Read an area's question; `only` narrows it to these cases (an emergency does not wait for the others).

    `by_ambulance` asks the lent ambulances instead of the other cars, for whoever may have one (docs/adr/0009);
    `cars_of` asks another area's cars (docs/adr/0010). `rescue` says which cars a critical patient asks (C7), and
    `there_only` that the way home is found later: it never holds back the way there (life floor).
    """
    until, lent = span.until + WAY_HOME, fleet.spare(area) if by_ambulance else frozenset()
    times = {"at": span.at, "since": span.since, "until": until, "origin": span.origin}
    rows = [row for row in waiting_rows(area, span, only=only) if not by_ambulance or may_be_lent(row)]
    at_hand = at_hand_within(rows, span.at)
    trips = _waiting_trips(area, [row.case_ref for row in rows])
    urgent = bool(only) and all(_is_fetched_by_120(row, trips) for row in rows)
    asked_cars = is_120(rescue) if urgent else None
    cars = fleet.read(cars_of or area, lent=lent, at_hand=at_hand, is_120=asked_cars, **times)
    asking: dict[str, engine.Request] = {}
    waiting: dict[str, AccessRequest] = {}
    faulty: list[AccessRequest] = []
    for row in rows:
        try:
            asked = _request(row, trips.get(row.case_ref, {}), cars, span)
        except (ValueError, LookupError, TypeError):  # a row nobody can read is one person's trouble, not the area's
            faulty.append(row)
            continue
        if asked is not None and by_ambulance:
            asked = _lying(asked, row)
        if asked is not None and asked.is_critical and asked.needs_outbound:
            asked = by_cars(asked, row, rescue, there_only=there_only)
        if asked is not None:
            asking[asked.id], waiting[asked.id] = asked, row
    asking, elsewhere = one_way_each(asking, waiting, origin=span.origin)
    waiting = {case: waiting[case] for case in asking}
    known = limits.limits(place=area_place(rows), at=span.at)
    care = _care(asking, waiting, span, known)
    faulty += [waiting.pop(case) for case in houses.bound_nowhere(care, asking)]
    asking = {case: bound_for(asking[case], row, care, trips, span.at) for case, row in waiting.items()}
    people = [*asking.values(), *cars.rides]
    found = _facilities(care, asking.values(), waiting, span)
    places = {**cars.places, **{row.place: _place_of(care, row) for row in found}}
    problem = engine.Problem(
        places=tuple(places[name] for name in sorted(places)),
        facilities=(*found, *cars.facilities),
        vehicles=tuple(cars.vehicles),
        requests=tuple(people),
        runs=tuple(cars.runs),
        now_min=minutes(span.at, span.origin),
        params=_params(known),
    )
    return Question(problem, span.origin, waiting, faulty, elsewhere)


def _is_fetched_by_120(row: AccessRequest, trips: dict[UUID, dict[str, Trip]]) -> bool:
    """Say whether a critical patient waits for the way there: no car is asked but those of `rescue`."""
    there = trips.get(row.case_ref, {}).get(TripDirection.OUTBOUND)
    return row.is_critical and row.needs_vehicle and waits_at_home(row, facts_of(row), there)


def area_place(rows: Iterable[AccessRequest]) -> str:
    """Return a place of the area for asking the rulebook."""
    return next((row.community.district_code for row in rows if row.community), "")


def _waiting_trips(area: str, cases: list[UUID]) -> dict[UUID, dict[str, Trip]]:
    found: dict[UUID, dict[str, Trip]] = defaultdict(dict)
    for trip in Trip.objects.live().filter(dispatch_area=area, case_ref__in=cases).select_related("run"):
        found[trip.case_ref][trip.direction] = trip
    return found


def _request(row: AccessRequest, trips: dict[str, Trip], cars: Cars, span: Span) -> engine.Request | None:
    """Say what a case asks of the engine now; None when it waits for nothing."""
    soundness.require(soundness.of_request(row))
    facts = facts_of(row)
    if is_over(facts):
        return None
    there, back = trips.get(TripDirection.OUTBOUND), trips.get(TripDirection.INBOUND)
    if waits_at_home(row, facts, there):
        return _going(row, there, back, cars, span)
    if back is None or not row.needs_vehicle or has_way_home(facts):
        return None
    is_called = back.status == TripStatus.UNSCHEDULED
    is_lost = back.status == TripStatus.WILL_CALL and back.reserved_run_id is None
    return _coming_home(row, there, back, cars, span) if is_called or is_lost else None


def _going(row: AccessRequest, there: Trip | None, back: Trip | None, cars: Cars, span: Span) -> engine.Request:
    asked = minutes(row.arrive_at, span.origin) if row.arrive_at else None
    is_fixed = row.need_kind in FIXED
    since, until = LIMITS.hours(row.arrive_at, is_fixed=is_fixed, at=span.at, until=span.until)
    held = getattr(row, "held_slot", None) if _can_be_met(row, there, span.at) else None
    needs_back = row.needs_vehicle and not (held and back and back.reserved_run_id)
    return replace(
        _party(row, cars, pickup=there),
        fixed_facility=getattr(row, "held_at", None) if held and not row.is_critical else None,
        fixed_slot=slot_name(held, machine_class(row)) if held and not row.is_critical else None,
        asked_min=asked,
        earliest_min=minutes(span.at, span.origin),
        treated_from_min=minutes(since, span.origin),
        latest_safe_min=None if row.is_critical else minutes(until, span.origin),
        harm_in_min=30.0 if row.is_critical else HARM_MIN[is_fixed],
        needs_outbound=row.needs_vehicle,
        needs_inbound=needs_back,
    )


def _can_be_met(row: AccessRequest, there: Trip | None, at: datetime) -> bool:
    """Say whether the place held can still be reached; after a ride that failed, another hour may have to be found."""
    starts, lat, lon = (getattr(row, name, None) for name in ("held_from", "held_lat", "held_lon"))
    if starts is None or lat is None or lon is None or row.community is None:
        return True
    start = there.origin.point if there else row.community.point
    way = travel_min(start, Point(lat, lon)) + board_min(row.mobility, row.has_stairs)
    return bool(at + timedelta(minutes=way) <= starts)


def _coming_home(row: AccessRequest, there: Trip | None, back: Trip, cars: Cars, span: Span) -> engine.Request:
    is_called = back.status != TripStatus.WILL_CALL
    ready = back.ready_at or span.at
    skills = _skills(row, is_urgent=False)
    if not is_called:  # an end expected in the past is no end: they are still inside
        ready = max(ready, span.at + OVERDUE)
    return replace(
        _party(row, cars, pickup=back),
        skills=skills,
        party=load(row.mobility, party_size(row), is_lying="ordinary" not in skills),
        is_critical=False,
        fixed_facility=back.from_code
        if back.from_kind == PlaceKind.FACILITY
        else (there.to_code if there else row.facility_id),
        harm_in_min=60.0,
        ready_min=minutes(ready, span.origin),
        is_will_call=not is_called,
        needs_outbound=False,
        needs_inbound=True,
    )


def _party(row: AccessRequest, cars: Cars, *, pickup: Trip | None) -> engine.Request:
    """Describe who travels and how."""
    home = row.community
    if home is None:
        raise ValueError("a stranger without a home cannot be planned")
    flag = row.resident.precaution if row.resident else ""
    skills = _skills(row, is_urgent=row.is_critical)
    return engine.Request(
        id=str(row.case_ref),
        need=need_of(row.care_asked, flag, is_critical=row.is_critical),
        home=place(cars, f"c:{home.code}", home.lat, home.lon),
        pickup_place=_pickup_place(cars, pickup),
        zone=row.zone_class,
        care_zone=care_zone(row.zone_class, flag),
        infection=flag,
        machine="" if row.is_critical else machine_class(row),
        usual_facility=None if row.is_critical else row.facility_id,
        is_critical=row.is_critical,
        party=load(row.mobility, party_size(row), is_lying="ordinary" not in skills),
        skills=skills,
        home_min=float(board_min(row.mobility, row.has_stairs)),
        facility_min=float(leave_min(row.mobility)),
        treatment_min=float(row.session_min),
        turn_min=float(turn_min(row.zone_class)),
    )


def _pickup_place(cars: Cars, trip: Trip | None) -> str | None:
    """Note where a trip begins; those who go home from one hospital begin at one place, and may share a car."""
    if trip is None:
        return None
    name = f"f:{trip.from_code}" if trip.from_kind == PlaceKind.FACILITY and trip.from_code else f"p:{trip.pk}"
    return place(cars, name, trip.from_lat, trip.from_lon)


def may_be_lent(row: AccessRequest) -> bool:
    """Say whether an ambulance may be lent for somebody no emergency: who must lie or breathe oxygen, who waited long.

    Whoever came as an emergency goes home like anybody else.
    """
    flag = row.resident.precaution if row.resident else ""
    needs_one = row.mobility == Mobility.STRETCHER or row.needs_oxygen or row.attempts >= LONG_TRIES
    is_emergency = row.is_critical and facts_of(row).arrived_at is None
    return not is_emergency and flag not in INFECTIOUS and needs_one


def _lying(asked: engine.Request, row: AccessRequest) -> engine.Request:
    """Ask for a lent ambulance: whoever rides in one lies."""
    skills = asked.skills - {"ordinary"} | {"spare"}
    return replace(asked, skills=skills, party=load(row.mobility, party_size(row), is_lying=True))


def _skills(row: AccessRequest, *, is_urgent: bool) -> frozenset[str]:
    """Say what the car must be able to do; ambulances are for emergencies and the infected (R-000-10, R-000-11)."""
    flag = row.resident.precaution if row.resident else ""
    needed = skills_asked(flag, needs_oxygen=row.needs_oxygen, is_critical=is_urgent)
    if is_urgent:
        return needed | {"ambulance"}
    return needed if "positive" in needed else needed | {"ordinary"}


def _care(
    asking: dict[str, engine.Request], waiting: dict[str, AccessRequest], span: Span, known: limits.Limits
) -> Care:
    kinds = {request.need.removesuffix(INFECTED).removesuffix(CRITICAL) for request in asking.values()}
    held = [slot_key(request.fixed_slot) for request in asking.values() if request.fixed_slot]
    return houses.read(kinds, held, since=span.at, until=span.until, limits=known)


def _facilities(
    care: Care, people: Iterable[engine.Request], waiting: dict[str, AccessRequest], span: Span
) -> tuple[engine.Facility, ...]:
    named = {request.fixed_facility or "" for request in people} | {row.facility_id or "" for row in waiting.values()}
    homes = {row.community_id: row.community.point for row in waiting.values() if row.community}
    return houses.facilities(care, homes.values(), named & set(care.facilities), origin=span.origin, at=span.at)


def _place_of(care: Care, facility: engine.Facility) -> engine.Place:
    row = care.facilities[facility.id]
    return engine.Place(id=facility.place, latitude=row.lat, longitude=row.lon)


def _params(known: limits.Limits) -> Params:
    """Take the limits that dispatchers are judged by as well; the prices are the engine's own."""
    return Params(
        wait_after_ready_target_min=known.wait_target,
        wait_after_ready_min=known.wait,
        told_tolerance_min=PLAN_TOLD,
        arrive_early_min=known.early,
        arrive_spare_min=known.spare,
        price_slot_shift=SLOT_SHIFT,
        returns_apart=True,
    )


__all__ = ["Care", "Question", "Span", "read", "somebody_waits"]
