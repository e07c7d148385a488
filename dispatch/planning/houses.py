"""Hospitals and their places as the engine reads them: which zone each receives, which slots are left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F, Q

from core.geo import Point, travel_min
from core.phrases import listed
from dispatch import soundness
from dispatch.hand import receiving, zone_roles
from dispatch.hand.receiving import CareAsk, Receiver
from dispatch.hand.zone_roles import CRITICAL, offered, saves
from dispatch.limits import LIMITS, MINUTE, Limits
from hospitals import machines
from hospitals.cards import CRITICAL_SERVICES
from hospitals.models import Facility, Service, Slot
from hospitals.selectors.machines import apart_taken
from hospitals.states import SHUT, ServiceStatus, ZoneRole
from matching import problem as engine


@dataclass
class Care:
    """What is offered: facilities by code, and per facility and kind its free slots."""

    facilities: dict[str, Facility]
    services: dict[tuple[str, str], Service] = field(default_factory=dict)
    slots: dict[tuple[str, str], list[Slot]] = field(default_factory=lambda: defaultdict(list))
    apart: dict[int, dict[str, int]] = field(default_factory=dict)  # by slot: who takes machines set apart (E20)
    held: frozenset[int] = frozenset()
    limits: Limits = LIMITS
    faulty: dict[str, str] = field(default_factory=dict)  # by hospital: what is wrong with a row that is set aside

    def is_sound(self, name: str, found: Iterable[str]) -> bool:
        """Say whether a row can be planned with; note what is wrong with one that cannot."""
        if said := list(found):
            before = self.faulty.get(name)
            self.faulty[name] = listed([before, *said] if before else said)
        return not said


def read(
    kinds: Collection[str], held: Collection[int], *, since: datetime, until: datetime, limits: Limits = LIMITS
) -> Care:
    """Read every facility, the services of these kinds and their places: three queries, four with haemodialysis.

    Slots in `held` are places that somebody already has; they are read although they may be full.
    """
    care = Care({}, held=frozenset(held), limits=limits)
    known = Facility.objects.all()
    care.facilities = {row.pk: row for row in known if care.is_sound(row.name, soundness.of_facility(row))}
    for service in Service.objects.filter(kind__in=kinds).exclude(facility__zone_role=ZoneRole.NONE):
        house = care.facilities.get(service.facility_id)
        if house and care.is_sound(house.name, soundness.of_service(service)):
            care.services[(service.facility_id, service.kind)] = service
    left = Q(service__kind__in=kinds, starts_at__gt=since, starts_at__lt=until, booked__lt=F("capacity"))
    receives = ~Q(service__status__in=SHUT) | Q(service__status_until__lte=F("starts_at"))
    rows = Slot.objects.filter(left & receives | Q(pk__in=list(held))).select_related("service")
    for slot in rows.order_by("starts_at"):
        key = (slot.service.facility_id, slot.service.kind)
        if key in care.services and care.is_sound(care.facilities[key[0]].name, soundness.of_slot(slot)):
            care.slots[key].append(slot)
    if any(kind in machines.SERVICES for kind in kinds):
        care.apart = apart_taken(left & Q(service__kind__in=machines.SERVICES))
    return care


def facilities(
    care: Care, homes: Iterable[Point], named: Collection[str], *, origin: datetime, at: datetime
) -> tuple[engine.Facility, ...]:
    """Return the facilities within reach of some home, and those named (usual, booked, where somebody stands)."""
    points = list(homes)
    found = []
    for code, row in care.facilities.items():
        kinds = [kind for (owner, kind) in care.services if owner == code]
        in_reach = any(travel_min(point, row.point) <= care.limits.reach for point in points)
        if code in named or (kinds and in_reach):
            found.append(_facility(care, row, kinds, origin=origin, at=at))
    return tuple(found)


def bound_nowhere(care: Care, asking: Mapping[str, engine.Request]) -> list[str]:
    """Return the cases that are bound for a house whose row nobody can read."""
    return [
        case for case, asked in asking.items() if asked.fixed_facility and asked.fixed_facility not in care.facilities
    ]


def first_house(care: Care, kind: str, ask: CareAsk, *, at: datetime) -> str | None:
    """Return the house a critical patient is driven to; None when none offers the service."""
    known = [
        Receiver(
            code=code,
            name=care.facilities[code].name,
            zone_role=care.facilities[code].zone_role,
            point=care.facilities[code].point,
            status=service.status,
            status_until=service.status_until,
            confirmed_at=service.confirmed_at,
        )
        for (code, offered), service in care.services.items()
        if offered == kind
    ]
    best = next(iter(receiving.options(known, ask, now=at, limits=care.limits)), None)
    return best.receiver.code if best and best.is_possible else None


def _facility(care: Care, row: Facility, kinds: list[str], *, origin: datetime, at: datetime) -> engine.Facility:
    slots, needs, shut = [], set(), set()
    for kind in kinds:
        need = offered(kind, row.zone_role)
        if care.services[(row.pk, kind)].is_closed_at(at):
            shut.add(need)
        for slot in care.slots.get((row.pk, kind), ()):
            slots += _places(care, slot, need, start=(slot.starts_at - origin) / timedelta(minutes=1))
            needs.add(need)
        if kind in CRITICAL_SERVICES and saves(row.zone_role):
            needs.add(kind + CRITICAL)
    return zone_roles.facility(
        row.pk,
        row.zone_role,
        place=f"f:{row.pk}",
        needs=frozenset(needs),
        machines=frozenset(name for kind in kinds for name in _set_apart(care.services[(row.pk, kind)])),
        slots=tuple(slots),
        rank=max((_doubt(care.services[(row.pk, kind)], care.limits, at) for kind in kinds), default=0),
        shut=frozenset(shut - needs) or None,
    )


def _set_apart(service: Service) -> list[str]:
    """Name the machine classes a service has places of their own for; without one, the class is not offered it."""
    if service.kind not in machines.SERVICES:
        return []
    places = {"hbv": service.hbv_places, "hcv": service.hcv_places}
    return [name for name in machines.APART if machines.has_machines(service.kind, name, **places)]


def _places(care: Care, slot: Slot, need: str, *, start: float) -> list[engine.Slot]:
    """Part a time by whose machines they are; whoever holds a place finds it, taken or not."""
    left = machines.left_of(slot.machines, machines.taken_of(slot.booked, care.apart.get(slot.pk, {})))
    return [
        engine.Slot(
            id=slot_name(slot.pk, machine), need=need, start_min=start, machine=machine, capacity=min(count, slot.free)
        )
        for machine, count in left.items()
        if count or machine == machines.OTHERS or slot.pk in care.held
    ]


def slot_name(key: int, machine: str) -> str:
    """Return the engine's id of a time's places for a machine class."""
    return f"{key}/{machine}" if machine else str(key)


def slot_key(name: str) -> int:
    """Return the key of the time an engine's id names."""
    return int(name.partition("/")[0])


def _doubt(service: Service, limits: Limits, at: datetime) -> int:
    """Count what makes a service less sure: limited or diverting, and silent for long (decisions.md F37)."""
    is_silent = service.confirmed_at is None or at - service.confirmed_at > limits.fresh * MINUTE
    return int(service.status != ServiceStatus.OPEN) + int(is_silent)
