"""Who is due and which places are open, read apart from the engine: for the bound, the plain dispatcher, the re-check.

The rules are those of rules.md 1.5 no. 2 (R-002-1a to 1d) and R-001-9, written a second time on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from access.rhythm import session_min
from access.selectors.due import Due
from access.states import FIXED
from core import clock
from core.geo import Point, travel_min
from core.vocabulary import INFECTIOUS, Precaution, ServiceKind, ZoneClass
from hospitals.models import Slot
from hospitals.states import ZoneRole

REACH_MIN = 90.0
EARLIER, LATER = timedelta(hours=3), timedelta(hours=4)
DIALYSIS = ServiceKind.HEMODIALYSIS


@dataclass(frozen=True)
class Person:
    """One person due: what they need, where they live, and what a car must be able to do."""

    ref: str
    service: str
    zone: str
    infection: str
    machine: str  # HBV, HCV: treated on machines set apart (E20)
    home: Point
    community: str
    area: str
    usual: str
    arrive_at: datetime
    session_min: int
    mobility: str
    needs_oxygen: bool
    party: int
    may_move: bool  # a fixed treatment may be given at another hour of the day


@dataclass(frozen=True)
class Opening:
    """One bookable time of one facility; of haemodialysis, for one class of machines."""

    slot: int
    machine: str
    facility: str
    role: str
    service: str
    starts_at: datetime
    capacity: int
    point: Point

    @property
    def key(self) -> tuple[int, str]:
        """Name the time and the machines."""
        return self.slot, self.machine


def people(due: Iterable[Due]) -> list[Person]:
    """Turn due lines (each with the `zone` of its need) into people."""
    found = []
    for each in due:
        resident, need, home = each.resident, each.need, each.resident.community
        found.append(
            Person(
                ref=resident.ref,
                service=need.service_kind,
                zone=getattr(need, "zone", "") or "precautionary",
                infection=resident.precaution,
                machine=resident.machine_class,
                home=home.point,
                community=home.pk,
                area=home.dispatch_area_id,
                usual=need.facility_id or "",
                arrive_at=each.arrive_at,
                session_min=session_min(need.kind, hours=need.session_hours),
                mobility=resident.mobility,
                needs_oxygen=resident.needs_oxygen,
                party=1 + int(resident.escort_required),
                may_move=need.kind in FIXED,
            )
        )
    return found


def openings(day: date) -> list[Opening]:
    """Return every place published for a day, booked or not."""
    start, end = clock.day_bounds(day)
    rows = Slot.objects.filter(starts_at__gte=start, starts_at__lt=end).select_related("service__facility")
    return [
        Opening(
            slot=row.pk,
            machine=machine,
            facility=row.service.facility_id,
            role=row.service.facility.zone_role,
            service=row.service.kind,
            starts_at=row.starts_at,
            capacity=capacity,
            point=row.service.facility.point,
        )
        for row in rows.order_by("starts_at", "pk")
        for machine, capacity in _machines(row)
    ]


def _machines(slot: Slot) -> list[tuple[str, int]]:
    """Part the places of haemodialysis by whose machines they are."""
    if slot.service.kind != DIALYSIS:
        return [("", slot.capacity)]
    hbv = min(slot.capacity, slot.service.hbv_places)
    hcv = min(slot.capacity - hbv, slot.service.hcv_places)
    return [("", slot.capacity - hbv - hcv), ("HBV", hbv), ("HCV", hcv)]


def open_to(person: Person, known: Iterable[Opening]) -> list[Opening]:
    """Return the places a person may be given by service, zone rule, reach and hour; the nearest first."""
    fitting = [each for each in known if each.service == person.service and _is_in_reach(person, each)]
    machine = person.machine if person.service == DIALYSIS else ""
    fitting = [each for each in fitting if each.machine == machine and each.capacity]
    roles = {each.role for each in fitting}
    allowed = [each for each in fitting if _may_go(person, each, roles) and _is_in_time(person, each)]
    return sorted(
        allowed, key=lambda each: (each.facility != person.usual, travel_min(person.home, each.point), each.key)
    )


def _is_in_reach(person: Person, place: Opening) -> bool:
    return place.facility == person.usual or travel_min(person.home, place.point) <= REACH_MIN


def _is_in_time(person: Person, place: Opening) -> bool:
    if person.may_move:
        return True
    return person.arrive_at - EARLIER <= place.starts_at <= person.arrive_at + LATER


def _may_go(person: Person, place: Opening, roles: set[str]) -> bool:
    """Say whether the matrix of zones and facilities lets a person in; `roles` are those in reach with the service."""
    if place.role in (ZoneRole.DESIGNATED, ZoneRole.FANGCANG) or person.infection in INFECTIOUS:
        return place.role in (ZoneRole.DESIGNATED, ZoneRole.FANGCANG) and person.infection in INFECTIOUS
    if person.zone == ZoneClass.SEALED or person.infection == Precaution.ISOLATED:
        return place.role == ZoneRole.YELLOW or (place.role == ZoneRole.ORDINARY and ZoneRole.YELLOW not in roles)
    if place.role == ZoneRole.YELLOW:
        return (
            person.zone == ZoneClass.PRECAUTIONARY and place.facility == person.usual
        ) or ZoneRole.ORDINARY not in roles
    return place.role == ZoneRole.ORDINARY
