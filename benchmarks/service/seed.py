"""Fill a private copy of the demo city for the measurement, and count queries there. Run beside the product:

python -m benchmarks.service.seed folder TARGET 3000 | fill | people | queries < addresses
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

import django

from core.vocabulary import PlaceKind, Role

django.setup()  # a program beside the product

from django.db import connection  # noqa: E402
from django.db.models import Count, Q  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from access.models import Resident  # noqa: E402
from access.services import requests  # noqa: E402
from accounts.demo import DEMO_PASSWORD  # noqa: E402
from accounts.models import Post, User  # noqa: E402
from accounts.services import people  # noqa: E402
from communities.models import Community  # noqa: E402
from core import clock  # noqa: E402
from core.actors import CITY, Actor  # noqa: E402
from dispatch.board.reading import board  # noqa: E402
from hospitals.cards import PatientCard  # noqa: E402
from hospitals.models import Appointment, Slot  # noqa: E402
from hospitals.services import appointments  # noqa: E402
from ops.places import ROOT  # noqa: E402
from transport.models import Run  # noqa: E402

DEMO = ROOT / "demo" / "dandong"
DESK = "210603008001"  # the community whose desk is measured: everybody new lives there, up to DESK_PEOPLE
DESK_PEOPLE = 3000
ASKING_DISTRICT, ASKING_PEOPLE = "210682", 1000  # whoever is asked for lives in an area whose board is not measured
BOARDS = {"main": 50, "second": 14}
BOOKINGS = 50
MARKS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


def folder(target: str, people_wanted: str) -> dict[str, Any]:
    """Write the demo city with more residents: 3,000 at the measured desk, 1,000 who are asked for, others anywhere."""
    shutil.copytree(DEMO, target, dirs_exist_ok=True)
    path = Path(target) / "residents.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        known = list(csv.DictReader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, known[0].keys())
        writer.writerows(islice(_more(known, _asking()), int(people_wanted)))
    return {"residents": len(known) + int(people_wanted)}


def _asking() -> str:
    with (DEMO / "communities.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(row["code"] for row in csv.DictReader(file) if row["district_code"] == ASKING_DISTRICT)


def _more(known: list[dict[str, str]], asking: str) -> Iterator[dict[str, str]]:
    for number, row in zip(count(1), cycle(known), strict=False):
        alike = {
            "resident_ref": f"BN{number:06d}",
            "phone": f"159{number:08d}",
            "household_ref": "",
            "guardian_ref": "",
        }
        alike["id_no"] = _own_number(row["id_no"], number, len(known))
        if number <= DESK_PEOPLE + ASKING_PEOPLE:
            alike["community_code"] = DESK if number <= DESK_PEOPLE else asking
        yield {**row, **alike}


def _own_number(id_no: str, number: int, known: int) -> str:
    """Make another number of the same day of birth and sex, which the loader compares with it."""
    if len(id_no) < 18:
        return ""
    order = (number + number // known) % 500 * 2 + int(id_no[16]) % 2
    return f"{id_no[:14]}{order:03d}{id_no[17:]}"


def fill() -> dict[str, Any]:
    """Let so many wait on two boards and be booked at one desk; return whom the clients may sign in as."""
    at = clock.now()
    areas = [*Community.objects.values_list("dispatch_area_id", flat=True).order_by("code").distinct()]
    main = Community.objects.get(pk=DESK).dispatch_area_id
    second = next(area for area in areas if area != main)
    dispatchers = {"main": ("diaodu", main), "second": ("bench-second", second)}
    user = people.ensure_user(
        "bench-second",
        name="韩冰",
        password_hash=User.objects.get(username="diaodu").password,
        is_demo=True,
        by=CITY,
        at=at,
    )
    people.give_post(user, role=Role.DISPATCH, place=(PlaceKind.DISPATCH_AREA, second, second), by=CITY, at=at)
    waiting = {name: _let_wait(area, BOARDS[name]) for name, (_user, area) in dispatchers.items()}
    return {"waiting": waiting, "bookings": _book(BOOKINGS), **sign_ins()}


def _let_wait(area: str, wanted: int) -> int:
    """Ask for people of an area until its board shows so many who wait."""
    at = clock.now()
    dispatcher = Actor("user:bench", "韩冰", "dispatch", "dispatch_area", area)
    lacking = wanted - len(board(dispatcher, at=at).waiting)
    free = Resident.objects.filter(community__dispatch_area=area, requests__isnull=True, ref__startswith="DD")
    for person, minutes in zip(free.order_by("ref")[: max(0, lacking)], cycle(range(60, 420, 10)), strict=False):
        staff = Actor("user:bench", "林晓", "staff", "community", person.community_id)
        arrive_at = at + timedelta(minutes=minutes)
        wish = requests.AccessWish("outpatient", arrive_at=arrive_at, mobility=person.mobility, session_min=60)
        requests.submit(person, wish=wish, by=staff, at=at)
    return len(board(dispatcher, at=at).waiting)


def _book(wanted: int) -> int:
    """Book places at the measured desk for the rest of the day."""
    at = clock.now()
    user = User.objects.get(username="jiezhen")
    facility = Post.objects.get(user=user).place_code
    today = clock.day_bounds(clock.local_day(at))[1]
    made = 0
    wanted = min(wanted, Resident.objects.filter(ref__startswith="BN").count())
    slots = Slot.objects.filter(service__facility=facility, starts_at__gt=at, starts_at__lt=today)
    for slot in slots.select_related("service").order_by("starts_at"):
        for _place in range(min(slot.capacity - slot.booked, 10, wanted - made)):
            person = Resident.objects.filter(ref__startswith="BN")[made]
            card = PatientCard(
                person_key=person.person_key, name=person.name, sex=person.sex, birth_date=person.birth_date,
                id_last4=person.id_last4, phone=person.phone, need_kind="dialysis", mobility=person.mobility,
            )  # fmt: skip
            appointments.book(slot, card=card, case_ref=uuid.uuid4(), by=CITY, at=at)
            made += 1
    return made


def sign_ins() -> dict[str, Any]:
    """Return what the clients need to know to type, and who works by role."""
    own = Resident.objects.filter(community=DESK)
    asked_for = Resident.objects.filter(community=_asking(), ref__startswith="BN")
    return {
        "password": DEMO_PASSWORD,
        "asking": _asking(),
        "ahead_s": clock.offset().total_seconds(),
        "people": {
            "residents": [str(pk) for pk in own.order_by("ref").values_list("pk", flat=True)[:3000]],
            "phones": [row.phone for row in own.filter(ref__startswith="BN").order_by("ref")[:50]],
            "asked_for": [str(pk) for pk in asked_for.order_by("ref").values_list("pk", flat=True)[:ASKING_PEOPLE]],
            "names": [row.name for row in own.filter(ref__startswith="BN").order_by("ref")[:50]],
        },
        "at_work": at_work(),
    }


def at_work() -> dict[str, list[tuple[str, str]]]:
    """Return (username, live board) of each role, those with most to do first."""
    people_of = Count("residents", filter=Q(residents__ref__startswith="DD"))
    communities = Community.objects.annotate(people=people_of).order_by("-people", "code")
    order = {code: number for number, code in enumerate(communities.values_list("code", flat=True))}
    cars = set(Run.objects.values_list("driver_id", flat=True))
    desks = set(Appointment.objects.values_list("facility_id", flat=True))
    rank: dict[str, Any] = {
        "staff": lambda post: order.get(post.place_code, 0),
        "guard": lambda post: order.get(post.place_code[:12], 0),
        "driver": lambda post: post.place_code not in cars,
        "intake": lambda post: post.place_code not in desks,
        "dispatch": lambda post: post.place_code,
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for role, key in rank.items():
        posts = Post.objects.filter(user__is_demo=True, role=role).select_related("user").order_by("place_code")
        found[role] = [(post.user.username, _board(post)) for post in sorted(posts, key=key)[:100]]
    return found


def _board(post: Post) -> str:
    kind = {"staff": "community", "guard": "gate", "intake": "facility", "dispatch": "area"}.get(post.role, post.role)
    return f"{kind}:{post.place_code[:12] if kind == 'gate' else post.place_code}"


def queries() -> dict[str, int]:
    """Read lines `user address` and count the queries of a second reading of each page: the first fills caches."""
    found: dict[str, int] = {}
    for line in sys.stdin:
        username, url = line.split()
        client = Client()
        client.force_login(User.objects.get(username=username))
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        found[line.strip()] = sum(1 for each in captured if not each["sql"].startswith(MARKS))
    return found


if __name__ == "__main__":
    chosen: dict[str, Any] = {"folder": folder, "fill": fill, "queries": queries}
    sys.stdout.write(json.dumps(chosen[sys.argv[1]](*sys.argv[2:])) + "\n")
