"""One person once, one way once: every "is there one already" asked by several in the same second (INV-04…09).

Each shape is a thing that may exist once and a press that makes it. With its guard it is made once however often it is
pressed, and whoever is too late reads so; with the guard taken out it is made twice, which shows what the guard is for.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest, CareNeed
from access.services import critical, cycle, needs, requests, standing
from access.services.needs import NeedFacts
from access.services.requests import Wish
from core import clock
from tests import walkers
from tests.concurrency.at_once import NAMES, ROWS, at_once, without
from tests.factories import access as make
from tests.factories import communities as places

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("RACE_ROUNDS", "2"))
PRESSES = 3


@dataclass(frozen=True)
class Shape:
    """One race: what stands before it, what each presses, how many there are after it, and what guards it.

    `before` begins the statement that writes; `told` is what whoever comes too late may read, "done" when the first
    one's result is theirs too; `off` and `constraints` are the guard, which the twin takes out.
    """

    name: str
    build: Callable[[], Any]
    press: Callable[[Any, int], Any]
    count: Callable[[Any], int]
    before: str
    told: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    constraints: tuple[str, ...] = ()


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


def _at_the_page() -> Any:
    town, person = _person()
    clients = [Client(), Client(), Client()]
    for number, client in enumerate(clients):
        client.force_login(places.staff(town.community, username=f"1380000{uuid.uuid4().int % 10**4:04d}{number}"))
    at = (clock.now() + timedelta(days=1)).astimezone(clock.CHINA)
    words = {"purpose": "dialysis", "time": at.strftime("%Y-%m-%dT%H:%M%z"), "travel": "wheelchair"}
    return town, person, clients, reverse("access:request_new", args=[person.pk]), words


def _post(made: Any, number: int) -> None:
    """Press on a page; an answer that is no page of ours is an error."""
    answer = made[2][number].post(made[3], {**made[4], "idempotency_key": uuid.uuid4().hex})
    assert answer.status_code in (302, 422), answer.status_code
    if answer.status_code == 422:
        assert "看那一趟" in answer.content.decode()


def _two_asked() -> Any:
    town, person = _person()
    return town, person, [walkers.ask(town, person, is_second=True) for _ in range(PRESSES)]


def _press_critical(made: Any, _number: int) -> AccessRequest:
    return requests.submit(made[1], wish=Wish("emergency", is_critical=True), by=made[0].staff, at=walkers.AT)


def _critical(made: Any) -> int:
    return AccessRequest.objects.open().filter(person_key=made[1].person_key, is_critical=True).count()


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
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_is_made_once_and_twice_without_its_guard(shape: Shape) -> None:
    """INV-04, INV-08, INV-09, R-000-2: RACE_ROUNDS rounds with the guard, one without."""
    for _round in range(ROUNDS):
        made = shape.build()
        told = at_once(lambda number, made=made: shape.press(made, number), PRESSES, before=shape.before)

        assert shape.count(made) == 1, told
        assert "done" in told
        assert set(told) <= {"done"} | shape.told, told

    with without(shape.constraints):
        made = shape.build()
        at_once(lambda number: shape.press(made, number), PRESSES, before=shape.before, off=shape.off)
        assert shape.count(made) > 1, "the twin: without its guard it must be made twice"
