"""Made-up evenings of a small town: rows that meet every rule of hospitals, cars and hours a judge looks at."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from access.models import AccessRequest
from communities.models import Community
from core import clock
from core.geo import Point, travel_min
from dispatch.limits import board_min, leave_min, turn_min
from hospitals.models import Slot
from hospitals.states import ServiceStatus, ZoneRole
from tests.factories import access as people_rows
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desk_rows
from tests.factories import transport as car_rows
from transport.models import Driver, Shift, Vehicle
from transport.services import scheduling
from transport.states import VehicleClass

AREA = "main"
MIN = timedelta(minutes=1)
DAY = datetime.fromisoformat("2022-06-28T00:00:00+08:00")
HOURS = ("10:40", "17:30", "20:05")
ZONES = ("sealed", "controlled", "precautionary")
KINDS = {"hemodialysis": "dialysis", "chemotherapy": "chemotherapy", "internal": "chronic_medicine"}
ROLES = (
    *(ZoneRole.ORDINARY, ZoneRole.ORDINARY, ZoneRole.YELLOW, ZoneRole.YELLOW),
    *(ZoneRole.DESIGNATED, ZoneRole.FANGCANG, ZoneRole.NONE),
)
FAR = Point(41.2, 125.6)  # more than an hour and a half from the town
CLASSES: tuple[dict[str, Any], ...] = (
    {"vehicle_class": VehicleClass.STREET_VAN, "seats": 4, "wheelchairs": 1},
    {"vehicle_class": VehicleClass.VOLUNTEER, "seats": 3, "wheelchairs": 0},
    {"vehicle_class": VehicleClass.AMBULANCE, "seats": 1, "wheelchairs": 0, "stretchers": 1, "has_oxygen": True},
    {
        "vehicle_class": VehicleClass.NEGATIVE_PRESSURE,
        **{"seats": 1, "wheelchairs": 0, "stretchers": 1, "has_oxygen": True, "takes_positive": True},
    },
)


@dataclass(frozen=True)
class Evening:
    """One moment of a town: who asks, and the bookable times of the service they ask for."""

    at: datetime
    asking: list[AccessRequest]
    slots: list[Slot]


def make(seed: int) -> Evening:
    """Write an evening; the same seed writes the same one."""
    chance = random.Random(seed)
    at = clock.at_local(clock.local_day(DAY + 12 * 60 * MIN), chance.choice(HOURS))
    kind = chance.choice(list(KINDS))
    homes = [_home(chance, number) for number in range(2)]
    slots = [slot for role in ROLES for slot in _hospital(chance, role, kind, at)]
    for number in range(8):
        _car(chance, number, at)
    return Evening(at, [_asked(chance, homes, slots, kind, at) for _ in range(3)], slots)


def _near(chance: random.Random) -> Point:
    return Point(40.12 + chance.uniform(-0.08, 0.08), 124.38 + chance.uniform(-0.1, 0.1))


def _home(chance: random.Random, number: int) -> Community:
    point = _near(chance)
    return gate_rows.community(f"21060200100{number + 1}", f"小区{number}", lat=point.lat, lon=point.lon)


def _hospital(chance: random.Random, role: str, kind: str, at: datetime) -> list[Slot]:
    """Write a hospital; now and then it has not the service, is far away, shut or silent."""
    point = FAR if chance.random() < 0.15 else _near(chance)
    house = desk_rows.make_facility(zone_role=role, lat=point.lat, lon=point.lon)
    if chance.random() < 0.2:
        return []
    status = chance.choice([ServiceStatus.OPEN] * 5 + [ServiceStatus.LIMITED, ServiceStatus.CLOSED])
    service = desk_rows.make_service(
        house,
        kind,
        status=status,
        status_until=at + chance.randint(30, 900) * MIN if status == ServiceStatus.CLOSED else None,
        status_reason="停电" if status == ServiceStatus.CLOSED else "",
        confirmed_at=at - chance.choice([10, 600]) * MIN,
        **(
            {"hbv_places": chance.choice([0, 1]), "hcv_places": chance.choice([0, 1])} if kind == "hemodialysis" else {}
        ),
    )
    starts = sorted({15 * chance.randint(2, 60) for _ in range(chance.randint(1, 4))})
    return [_slot(chance, service, at + (5 + start) * MIN) for start in starts]


def _slot(chance: random.Random, service: Any, starts_at: datetime) -> Slot:
    places = chance.choice([0, 1, 2, 3])
    return Slot.objects.create(
        service=service,
        starts_at=starts_at,
        ends_at=starts_at + 240 * MIN,
        shift=chance.choice(["", "AM"]),
        capacity=max(1, places),
        booked=max(1, places) - places,
    )


def _car(chance: random.Random, number: int, at: datetime) -> None:
    """Write a car with one or two shifts, now and then with outings that stand."""
    made, stands = CLASSES[number % len(CLASSES)], _near(chance)
    zones = list(ZONES) if "stretchers" in made or chance.random() < 0.5 else chance.sample(ZONES, 2)
    status = "off" if chance.random() < 0.05 else "available"
    car = car_rows.vehicle(f"V{number}", lat=stands.lat, lon=stands.lon, zones_allowed=zones, status=status, **made)
    driver = car_rows.driver(f"D{number}", f"师傅{number}")
    starts = at + chance.choice([-600, -300, -60, 60, 300]) * MIN
    free = starts
    for length in (chance.choice([240, 480, 720]), 240)[: chance.choice([1, 1, 2])]:
        Shift.objects.create(vehicle=car, driver=driver, starts_at=free, ends_at=free + length * MIN)
        free += (length + 120) * MIN
    if status == "available":
        leaves = max(at, starts) + chance.randint(5, 90) * MIN
        for _ in range(chance.choice([0, 0, 1, 2])):
            leaves = _outing(chance, car, driver, leaves, at) + chance.randint(10, 200) * MIN


def _outing(chance: random.Random, car: Vehicle, driver: Driver, leaves: datetime, at: datetime) -> datetime:
    """Let a car bring somebody to the tests' hospital; return when it is free again."""
    zone = chance.choice(car.zones_allowed)
    trip = car_rows.trip(at, zone_class=zone, mobility="walk", party_size=1)
    pickup = leaves + ceil(travel_min(car.point, trip.origin.point)) * MIN
    dropoff = (
        pickup
        + (board_min("walk", has_stairs=False) + ceil(travel_min(trip.origin.point, trip.destination.point))) * MIN
    )
    free = dropoff + (leave_min("walk") + turn_min(zone)) * MIN
    if not Shift.objects.filter(vehicle=car, starts_at__lte=leaves, ends_at__gte=free).exists():
        return free
    ride = scheduling.RunTimes(car, driver, leaves, pickup, dropoff, free)
    scheduling.schedule(trip, ride=ride, by=car_rows.BY, at=at, is_pinned=chance.random() < 0.5)
    return free


_count = itertools.count(1)


def _asked(chance: random.Random, homes: list[Community], slots: list[Slot], kind: str, at: datetime) -> AccessRequest:
    flag = chance.choice([""] * 5 + ["positive", "suspected", "isolated"])
    machine = chance.choice(["", "", "HBV", "HCV"]) if kind == "hemodialysis" else ""
    person = people_rows.resident(chance.choice(homes), f"王{next(_count)}", precaution=flag, machine_class=machine)
    mobility = chance.choice(["walk", "walk", "assisted", "wheelchair", "stretcher"])
    wished = chance.choice(slots) if slots else None
    usual = chance.choice(slots).service.facility if slots and chance.random() < 0.5 else None
    return people_rows.request(
        person,
        at=at,
        need_kind=KINDS[kind],
        service_kind=kind,
        arrive_at=wished.starts_at if wished else None,
        facility=usual,
        zone_class=chance.choice(ZONES),
        mobility=mobility,
        escorts=chance.choice([0, 0, 1]),
        needs_oxygen=chance.random() < 0.1,
        has_stairs=chance.random() < 0.3,
        session_min=chance.choice([60, 240]),
    )
