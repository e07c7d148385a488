"""Sign-ins of a demo city: five to try, and one for every desk, gate and driver, all with one password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from accounts.demo import DEMO_PASSWORD, FIVE
from accounts.models import Post, User
from accounts.services import people
from communities.models import Community, Gate
from core.actors import CITY
from core.vocabulary import PlaceKind, Role, ZoneClass
from drill.city.folder import CityFolder
from hospitals.models import Facility
from hospitals.states import ZoneRole
from transport.models import Driver, Vehicle


@dataclass(frozen=True)
class DemoPlace:
    """Where the five demo sign-ins work."""

    community: Community
    gate: Gate
    facility: Facility
    driver: Driver


def load(folder: CityFolder, *, at: datetime) -> int:
    """Make the demo users that are missing; return how many posts exist for them."""
    place = _demo_place(folder)
    if place is None:
        return 0
    password = make_password(DEMO_PASSWORD)
    area = place.community.dispatch_area
    posts = {
        Role.STAFF: (PlaceKind.COMMUNITY, place.community.code, place.community.name),
        Role.GUARD: (PlaceKind.GATE, place.gate.code, str(place.gate)),
        Role.DISPATCH: (PlaceKind.DISPATCH_AREA, area.code, area.name),
        Role.DRIVER: (PlaceKind.FLEET, place.driver.code, _plate(place.driver)),
        Role.INTAKE: (PlaceKind.FACILITY, place.facility.code, place.facility.name),
    }
    names = {Role.DRIVER: place.driver.name, Role.STAFF: place.community.contact_name or "林晓"}
    for username, role, name in FIVE:
        user = people.ensure_user(
            username, name=names.get(role, name), password_hash=password, is_demo=True, by=CITY, at=at
        )
        people.give_post(user, role=role, place=posts[role], by=CITY, at=at)
    _everybody_else(password, folder)
    return Post.objects.filter(user__is_demo=True).count()


def demo_community(folder: CityFolder) -> Community | None:
    """Return the compound the folder names, else the sealed one with the most people."""
    named = Community.objects.filter(code=folder.city.get("demo", {}).get("community")).first()
    return named or Community.objects.filter(zone_periods__zone_class=ZoneClass.SEALED).order_by("-population").first()


def _demo_place(folder: CityFolder) -> DemoPlace | None:
    """Choose the demo compound with a gate, a hospital and a driver that may serve it."""
    named = folder.city.get("demo", {})
    community = demo_community(folder)
    if community is None:
        return None
    facility = (
        Facility.objects.filter(code=named.get("facility")).first()
        or Facility.objects.filter(
            zone_role=ZoneRole.YELLOW, division_code__in=community.dispatch_area.divisions.values("district_code")
        ).first()
    )
    driver = (
        Driver.objects.filter(code=named.get("driver")).first()
        or Driver.objects.filter(
            shifts__vehicle__dispatch_area=community.dispatch_area_id,
            shifts__vehicle__zones_allowed__contains=[ZoneClass.SEALED],
        ).first()
    )
    gate = community.gates.first()
    return DemoPlace(community, gate, facility, driver) if facility and driver and gate else None


def _plate(driver: Driver) -> str:
    vehicle = Vehicle.objects.filter(shifts__driver=driver).first()
    return vehicle.plate if vehicle else driver.name


def _everybody_else(password: str, folder: CityFolder) -> None:
    """Give every community, gate, driver and facility a sign-in named by its code (drills and training use them)."""
    wanted: list[tuple[str, str, Role, PlaceKind, str, str]] = [
        ("zhihui", "陶主任", Role.COMMAND, PlaceKind.CITY, folder.city["code"], folder.city["name"])
    ]
    wanted += [
        (c.code, c.contact_name or c.name, Role.STAFF, PlaceKind.COMMUNITY, c.code, c.name)
        for c in Community.objects.all()
    ]
    wanted += [
        (g.code, f"{g.name}门岗", Role.GUARD, PlaceKind.GATE, g.code, str(g))
        for g in Gate.objects.select_related("community")
    ]
    wanted += [(d.code, d.name, Role.DRIVER, PlaceKind.FLEET, d.code, d.name) for d in Driver.objects.all()]
    wanted += [(f.code, "接诊台", Role.INTAKE, PlaceKind.FACILITY, f.code, f.name) for f in Facility.objects.all()]
    known = set(User.objects.values_list("username", flat=True))
    fresh = [row for row in wanted if row[0] not in known]
    users = [User(username=row[0], name=row[1][:40], password=password, is_demo=True) for row in fresh]
    User.objects.bulk_create(users)
    Post.objects.bulk_create(
        Post(user=user, role=row[2], place_kind=row[3], place_code=row[4], place_label=row[5])
        for user, row in zip(users, fresh, strict=True)
    )
