"""Making vehicles, drivers, shifts, trips and runs for tests, through the services where there is one."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Post, User
from core import sealed
from core.actors import Actor, service
from core.geo import Point
from transport.cards import Place, RiderCard
from transport.models import Driver, Run, Shift, Trip, Vehicle
from transport.services import runs, scheduling, trips

BY = service("test", "测试")
AREA = "main"
DISPATCHER = Actor("user:dispatch", "赵调度", "dispatch", "dispatch_area", AREA)
HOME = Place("community", "210602001001", "锦江花园 5号楼1单元", Point(40.12, 124.38))
FACILITY = Place("facility", "DD-F001", "市中心医院 2号门", Point(40.13, 124.36))
ALL_ZONES = ["sealed", "controlled", "precautionary"]
MIN = timedelta(minutes=1)


def vehicle(code: str = "V1", **fields: Any) -> Vehicle:
    """Return the vehicle of a code, made if absent: a van with four seats and a wheelchair place."""
    made = {
        "plate": f"辽F·{code}",
        "vehicle_class": "street_van",
        "base_code": "DD-F001",
        "dispatch_area": AREA,
        "seats": 4,
        "wheelchairs": 1,
        "zones_allowed": ALL_ZONES,
        "lat": 40.11,
        "lon": 124.37,
        **fields,
    }
    return Vehicle.objects.get_or_create(code=code, defaults=made)[0]


def driver(code: str = "D1", name: str = "李师傅") -> Driver:
    """Return the driver of a code, made if absent."""
    return Driver.objects.get_or_create(code=code, defaults={"name": name, "phone": "13900000000"})[0]


def shift(car: Vehicle, who: Driver, *, at: datetime, hours: int = 24) -> Shift:
    """Return a shift around a time, made if absent."""
    span = {"starts_at": at - timedelta(hours=hours / 2), "ends_at": at + timedelta(hours=hours / 2)}
    return Shift.objects.get_or_create(vehicle=car, driver=who, defaults=span)[0]


def card(**fields: Any) -> RiderCard:
    """Return a rider card: 王阿姨 in a wheelchair with one escort."""
    made = {
        "rider": "王阿姨",
        "name": "王秀兰",
        "phone": "13800001234",
        "building": "5号楼1单元",
        "mobility": "wheelchair",
        "needs_oxygen": False,
        "party_size": 2,
        "zone_class": "controlled",
        "infection_class": "",
        "has_stairs": False,
        "care_class": "fixed",
        **fields,
    }
    made.setdefault("person_key", sealed.create_person_key())
    return RiderCard(**made)


def pair(at: datetime, *, case_ref: uuid.UUID | None = None, **fields: Any) -> tuple[Trip, Trip]:
    """Open a way there and a way home."""
    return trips.open_pair(
        case_ref or uuid.uuid4(),
        card=card(**fields),
        home=HOME,
        facility=FACILITY,
        arrive_by=at + 120 * MIN,
        expected_ready_at=at + 360 * MIN,
        dispatch_area=AREA,
        by=BY,
        at=at,
    )


def trip(at: datetime, **fields: Any) -> Trip:
    """Open a pair and return the way there."""
    return pair(at, **fields)[0]


def ride(at: datetime, code: str = "1", *, minutes: int = 60) -> scheduling.RunTimes:
    """Return an outing of car V`code` with driver D`code` that leaves at `at`, with a shift around it."""
    car, who = vehicle(f"V{code}"), driver(f"D{code}")
    shift(car, who, at=at)
    return scheduling.RunTimes(car, who, at, at + 10 * MIN, at + (minutes - 20) * MIN, at + minutes * MIN)


def run(at: datetime, code: str = "1", *, of: Trip | None = None, status: str = "offered", **fields: Any) -> Run:
    """Schedule a trip (a new one if none is given) and bring its run to offered, accepted or under_way."""
    made = scheduling.schedule(of or trip(at, **fields), ride=ride(at, code), by=BY, at=at, is_pinned=False)
    if status in ("accepted", "under_way"):
        runs.accept(made, by=DISPATCHER, at=at)
    if status == "under_way":
        runs.start(made, by=DISPATCHER, at=at)
    return made


def driver_actor(code: str = "D1") -> Actor:
    """Return the driver of a code as an actor."""
    return Actor(key=f"user:{code}", label="李师傅", role="driver", place_kind="fleet", place_code=code)


def dispatch_actor(area: str = AREA) -> Actor:
    """Return a dispatcher of an area as an actor."""
    return Actor(key="user:dispatch", label="赵调度", role="dispatch", place_kind="dispatch_area", place_code=area)


def driver_user(code: str = "D1", username: str = "13900000001") -> User:
    """Make a user who holds the driver's post of a code."""
    user = User.objects.create_user(username, "a good long word", name="李师傅")
    Post.objects.create(user=user, role="driver", place_kind="fleet", place_code=code, place_label="志愿车队")
    return user
