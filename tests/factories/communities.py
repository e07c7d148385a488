"""Making areas, communities, gates, zones, passes and guards for tests."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import connection

from accounts.models import Post, User
from communities.cards import PassCard
from communities.models import Community, DispatchArea, Gate, GatePass, ZonePeriod
from communities.services import passes
from core import clock
from core.actors import Actor, service

BY = service("test", "测试")
HOME = "210602001001"
NEXT_DOOR = "210602001002"
GUARD = Actor("user:guard", "孙师傅", "guard", "gate", f"{HOME}-1", "南门")


def area(code: str = "main", name: str = "主城区") -> DispatchArea:
    """Return the dispatch area of a code, made if absent."""
    return DispatchArea.objects.get_or_create(code=code, defaults={"name": name, "city_code": "210600000000"})[0]


def community(code: str = HOME, name: str = "锦江花园", **fields: object) -> Community:
    """Return the community of a code, made if absent, with its south gate."""
    made = {
        "name": name,
        "street_code": code[:9] + "000",
        "district_code": code[:6] + "000000",
        "dispatch_area": area(),
        "lat": 40.12,
        "lon": 124.38,
        "contact_name": "林晓",
        "contact_phone": "0415-3120001",
        **fields,
    }
    row, _ = Community.objects.get_or_create(code=code, defaults=made)
    gate(row)
    return row


def gate(at: Community, number: int = 1, name: str = "南门") -> Gate:
    """Return a gate of a community, made if absent; its code begins with the community's."""
    return Gate.objects.get_or_create(
        code=f"{at.code}-{number}", defaults={"community": at, "name": name, "number": number}
    )[0]


def zone(at: Community, zone_class: str, *, since: datetime, building: str = "", **fields: object) -> ZonePeriod:
    """Put a community, or one building, under a zone class."""
    return ZonePeriod.objects.create(community=at, building=building, zone_class=zone_class, valid_from=since, **fields)


def card(**fields: object) -> PassCard:
    """Return what a pass says of its party."""
    made = {
        "person_key": uuid.uuid4(),
        "holder": "王＊＊",
        "building": "5号楼",
        "party_size": 2,
        "has_escort": True,
        "plate": "辽F·3K27",
        **fields,
    }
    return PassCard(**made)  # type: ignore[arg-type]


def window(at: datetime, *, minutes_before: int = 20, hours: float = 8) -> passes.PassWindow:
    """Return a window that opened a little before `at`."""
    start = at - timedelta(minutes=minutes_before)
    return passes.PassWindow(start, start + timedelta(hours=hours), at + timedelta(hours=6))


def gate_pass(
    at: datetime, *, of: Community | None = None, case_ref: uuid.UUID | None = None, **fields: object
) -> GatePass:
    """Issue a pass that is valid at `at`; fields of the card may be given, and `window`."""
    span = fields.pop("window", None) or window(at)
    return passes.issue(
        card(**fields), community=of or community(), case_ref=case_ref or uuid.uuid4(), window=span, by=BY, at=at
    )


def fill_numbers(home: Community, at: datetime, *, besides: int) -> None:
    """Issue every number of a day's passes but one, as a whole town in one compound would."""
    day = clock.local_day(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO communities_gatepass (id, case_ref, person_key, community_id, number, number_day, pass_id,"
            " short_code, holder, building, party_size, has_escort, is_emergency, person_code, plate, exit_from,"
            " exit_until, key_id, token, status, status_at, version, issued_at)"
            " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %(home)s, %(prefix)s || to_char(n, 'FM0000'),"
            " %(day)s, substring(uuid_send(gen_random_uuid()) for 12), left(md5(random()::text || n), 10), '', '', 1,"
            " false, false, '', '', %(at)s, %(at)s::timestamptz + interval '1 hour', 1, '', 'issued', %(at)s, 1, %(at)s"
            " FROM generate_series(0, 9999) n WHERE n <> %(besides)s",
            {"home": home.pk, "prefix": f"{day:%m%d}-", "day": day, "at": at, "besides": besides},
        )


def user(username: str, name: str, *, role: str, place: tuple[str, str, str]) -> User:
    """Make a user on a post; `place` is (kind, code, label)."""
    row = User.objects.create_user(username, "a-long-test-password", name=name)
    kind, code, label = place
    Post.objects.create(user=row, role=role, place_kind=kind, place_code=code, place_label=label)
    return row


def guard(of: Community | None = None, username: str = "13800000001", name: str = "孙师傅") -> User:
    """Make a guard at the south gate of a community."""
    home = of or community()
    return user(username, name, role="guard", place=("gate", f"{home.code}-1", f"{home.name} 南门"))


def staff(of: Community | None = None, username: str = "13800000002", name: str = "林晓") -> User:
    """Make a community worker."""
    home = of or community()
    return user(username, name, role="staff", place=("community", home.code, f"{home.name}社区"))


def actor(of: User) -> Actor:
    """Return the actor of a user's first post."""
    return of.posts.get().actor()
