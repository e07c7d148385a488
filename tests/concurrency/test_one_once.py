"""One person once, one way once: every "is there one already" asked by several in the same second (INV-04…09).

What a person is and where they go. The other things that may exist once are in test_one_each.py.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest, CareNeed, Resident
from access.services import critical, cycle, needs, requests, residents, standing
from access.services.needs import NeedFacts
from access.services.requests import AccessWish
from access.services.residents import ResidentFacts
from core import clock
from core.actors import Actor
from core.codes import check_character
from core.sealed import create_person_key
from tests import walkers
from tests.concurrency.at_once import NAMES, PRESSES, ROWS, Shape, prove
from tests.factories import access as make
from tests.factories import communities as places
from tests.factories import transport as cars
from transport.models import Trip
from transport.services import scheduling

pytestmark = pytest.mark.django_db(transaction=True)


def _person() -> Any:
    town = walkers.town()
    person = walkers.resident(town)
    return town, person


def _open(made: Any) -> int:
    return AccessRequest.objects.open().filter(resident=made[1]).count()


def _due_person() -> Any:
    """Somebody whose rhythm asks for tomorrow."""
    town, person = _person()
    day = clock.local_day(walkers.AT) + timedelta(days=1)
    make.need(person, schedule_kind="weekly", schedule_days=str(day.isoweekday()), shift="AM")
    return town, person, day


def _ask_tomorrow(made: Any) -> AccessRequest:
    return walkers.ask(made[0], made[1], arrive_at=clock.at_local(made[2], "09:30"))


def _colleagues(home: Any) -> list[Client]:
    clients = [Client() for _ in range(PRESSES)]
    for number, client in enumerate(clients):
        client.force_login(places.staff(home, username=f"{uuid.uuid4().int % 10**12:012d}{number}"))
    return clients


def _at_the_page() -> Any:
    town, person = _person()
    clients = _colleagues(town.community)
    at = (clock.now() + timedelta(days=1)).astimezone(clock.CHINA)
    words = {"purpose": "dialysis", "time": at.strftime("%Y-%m-%dT%H:%M%z"), "travel": "wheelchair"}
    return town, person, clients, reverse("access:request_new", args=[person.pk]), words, "看那一趟"


def _post(made: Any, number: int) -> None:
    """Press on a page; an answer that is no page of ours is an error."""
    answer = made[2][number].post(made[3], {**made[4], "idempotency_key": uuid.uuid4().hex})
    assert answer.status_code in (302, 422), answer.status_code
    if answer.status_code == 422:
        assert made[5] in answer.content.decode()


def _two_asked() -> Any:
    town, person = _person()
    kinds = ["dialysis", "outpatient", "picc_care"]
    return town, person, [walkers.ask(town, person, need_kind=kind, is_second=True) for kind in kinds[:PRESSES]]


def _one_asked() -> Any:
    """Somebody who has a way, and is asked another for at the same hour."""
    town, person = _person()
    walkers.ask(town, person)
    return town, person


def _ask_second(made: Any, _number: int) -> AccessRequest:
    return walkers.ask(made[0], made[1], need_kind="outpatient", is_second=True)


def _second(made: Any) -> int:
    return AccessRequest.objects.open().filter(resident=made[1], need_kind="outpatient").count()


def _press_critical(made: Any, _number: int) -> AccessRequest:
    return requests.submit(made[1], wish=AccessWish("emergency", is_critical=True), by=made[0].staff, at=walkers.AT)


def _critical(made: Any) -> int:
    return AccessRequest.objects.open().filter(person_key=made[1].person_key, is_critical=True).count()


def _newcomer() -> Any:
    """A community, and the name and number of somebody nobody registered."""
    return places.community(), f"同{uuid.uuid4().hex[:8]}", _number()


def _number() -> str:
    n = uuid.uuid4().int
    body = (
        f"880603{1930 + n % 70}{1 + n // 70 % 12:02d}{1 + n // 840 % 28:02d}{n // 23520 % 1000:03d}"  # a day there is
    )
    return body + check_character(body)


def _register(home: Any, **facts: Any) -> Any:
    by = Actor("user:staff", "林晓", "staff", "community", home.code, home.name)
    return residents.register(home, facts=ResidentFacts(**facts), by=by, at=walkers.AT)


def _called(made: Any) -> int:
    return Resident.objects.filter(name__startswith=made[1]).count()


def _next_door(made: Any, number: int) -> Any:
    """Register one number in several communities: nobody there can see the other record."""
    home = places.community(f"21060200100{number + 1}", f"{number}号社区")
    return _register(home, name=f"{made[1]}{number}", id_no=made[2])


def _at_the_register() -> Any:
    home, name, number = _newcomer()
    words = {"name": name, "id_kind": "resident_id", "id_no": number, "building": "5号楼", "need_kind": "dialysis",
             "mobility": "walk", "phone": "15400003328", "phone_owner": "self"}  # fmt: skip
    return home, name, _colleagues(home), reverse("access:resident_new"), words, "可能已经登记过"


def _several_ways() -> Any:
    """Ways of one person at one hour, each with a car of its own."""
    key = create_person_key()
    trips = [cars.trip(walkers.AT, person_key=key, mobility="walk") for _ in range(PRESSES)]
    return trips, [cars.ride(walkers.AT, uuid.uuid4().hex[:8]) for _ in range(PRESSES)]


def _send(made: Any, number: int) -> Any:
    trips, rides = made
    return scheduling.schedule(trips[number], ride=rides[number], by=cars.BY, at=walkers.AT, is_pinned=True)


def _sent(made: Any) -> int:
    return Trip.objects.filter(pk__in=[trip.pk for trip in made[0]], status="scheduled").count()


RESIDENT = r'^INSERT INTO "access_resident"'
ALIKE: dict[str, Any] = {
    "count": _called, "before": RESIDENT, "told": frozenset({"resident.alike"}), "off": frozenset({NAMES}),
}  # fmt: skip
REQUEST = r'^INSERT INTO "access_accessrequest"'
SAME_DAY = frozenset({"request.same_day"})
BOTH = frozenset({ROWS, NAMES})
ONE_120: dict[str, Any] = {
    "count": _critical, "told": frozenset({"critical.exists"}), "off": BOTH,
    "constraints": ("one_critical_way_per_person",),
}  # fmt: skip
SHAPES = [
    Shape("a way asked for by colleagues", _person, lambda made, _n: walkers.ask(made[0], made[1]), _open, REQUEST,
          told=SAME_DAY, off=frozenset({ROWS})),
    Shape("a way asked for on the page", _at_the_page, _post, _open, REQUEST, told=frozenset({"done"}),
          off=frozenset({ROWS})),
    Shape("a second way of one day", _one_asked, _ask_second, _second, REQUEST,
          told=frozenset({"request.stands"}), off=frozenset({ROWS})),
    Shape("a way as soon as possible", _person, lambda made, _n: walkers.ask(made[0], made[1], arrive_at=None), _open,
          REQUEST, told=SAME_DAY, off=frozenset({ROWS})),
    Shape("a way by hand and by rhythm", _due_person,
          lambda made, n: _ask_tomorrow(made) if n else standing.make(made[2], at=walkers.AT), _open, REQUEST,
          told=SAME_DAY | {"done"}, off=frozenset({ROWS})),
    Shape("a way by rhythm, two workers", _due_person, lambda made, _n: standing.make(made[2], at=walkers.AT), _open,
          REQUEST, told=frozenset({"done"}), off=frozenset({ROWS}), constraints=("standing_order_once",)),
    Shape("a way by cycle and by hand", _due_person,
          lambda made, n: _ask_tomorrow(made) if n else cycle.ask_due(by=made[0].staff, at=walkers.AT), _open, REQUEST,
          told=SAME_DAY | {"done"}, off=frozenset({ROWS})),
    Shape("120 pressed", _person, _press_critical, before=REQUEST, **ONE_120),
    Shape("120 raised from several ways", _two_asked,
          lambda made, n: critical.make_critical(made[2][n], by=made[0].staff, at=walkers.AT),
          before=r'^UPDATE "access_accessrequest" SET .*"is_critical"', **ONE_120),
    Shape("a need of one kind", _person,
          lambda made, n: needs.add(made[1], facts=NeedFacts("dialysis", f"{n + 1}"), by=made[0].staff, at=walkers.AT),
          lambda made: CareNeed.objects.filter(resident=made[1], kind="dialysis").count(),
          r'^INSERT INTO "access_careneed"', told=frozenset({"need.stands"}), off=frozenset({ROWS}),
          constraints=("need_once",)),
    Shape("a record of one number", _newcomer,
          lambda made, n: _register(made[0], name=f"{made[1]}{n}", id_no=made[2]),
          constraints=("one_record_per_number",), **ALIKE),
    Shape("a record of one name and telephone", _newcomer,
          lambda made, _n: _register(made[0], name=made[1], phone="15400003328"), **ALIKE),
    Shape("a record of one name and birth date", _newcomer,
          lambda made, _n: _register(made[0], name=made[1], birth_date=date(1950, 5, 1)), **ALIKE),
    Shape("a record of one name in several writings", _newcomer,
          lambda made, n: _register(made[0], name=made[1] + ("·艾力", "艾力", "．艾 力")[n], phone="15400003328"), **ALIKE),
    Shape("a record of one name", _newcomer, lambda made, _n: _register(made[0], name=made[1]), **ALIKE),
    Shape("a record on the page", _at_the_register, _post, _called, RESIDENT, told=frozenset({"done"}),
          off=frozenset({NAMES}), constraints=("one_record_per_number",)),
    Shape("a number in several communities", _newcomer, _next_door,
          lambda made: Resident.objects.filter(name__startswith=made[1], id_fault="").count(),
          r'^INSERT INTO "core_auditevent"', told=frozenset({"done"}), off=frozenset({NAMES}),
          constraints=("one_record_per_number",)),
    Shape("a car for one person", _several_ways, _send, _sent, r'^UPDATE "transport_trip" SET "status"',
          told=frozenset({"trip.person_elsewhere", "trip.busy"}), constraints=("one_way_at_a_time",)),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_is_made_once_and_twice_without_its_guard(shape: Shape) -> None:
    """INV-04, INV-08, INV-09, R-000-2: RACE_ROUNDS rounds with the guard, one without."""
    prove(shape)
