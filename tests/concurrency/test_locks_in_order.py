"""Records are held in one order, and nobody holds another place's (INV-04, core/locks.py)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from access.models import Resident
from access.services import needs, one_way, residents, standing
from core import clock
from tests import walkers
from tests.concurrency.at_once import at_once
from tests.factories import access as make
from tests.factories import communities as places

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_write_for_one_person_never_wait_in_a_ring() -> None:
    """One changes a need while a colleague puts the record away: whoever is later reads so, nobody is killed.

    Without the record held first, the one holds it and waits for the need, the other the need and waits for it.
    """
    person = make.resident(places.community())
    need = make.need(person)
    said: dict[str, Any] = {"by": places.actor(places.staff(person.community)), "at": clock.now()}

    def press(number: int) -> object:
        if number:
            return residents.archive(person, reason="no_need", **said)
        return needs.change(need, changes={"diagnosis": "尿毒症"}, version=need.version, **said)

    told = at_once(press, 2, before=r'FOR UPDATE OF "access_careneed"|UPDATE "access_resident"')

    assert "done" in told
    assert set(told) <= {"done", "need.changed"}


def _held(person: Resident, act: Callable[[], Any]) -> Any:
    """Do something while somebody else holds a record."""
    is_held, is_over = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                one_way.hold_resident(person.pk)
                is_held.set()
                is_over.wait(20)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        assert is_held.wait(20)
        try:
            return act()
        finally:
            is_over.set()
            holder.result(20)


def test_another_places_record_is_neither_held_nor_waited_for() -> None:
    """404 at once, while the record is held: whoever asked after it would learn that it is there (trust.md A)."""
    person = make.resident(places.community())
    stranger = Client()
    stranger.force_login(places.staff(places.community("210603999", "别处"), username="13800009999"))
    key = {"idempotency_key": uuid.uuid4().hex}

    to = [reverse(f"access:request_{name}", args=[person.pk]) for name in ("critical", "new")]
    answers = _held(person, lambda: [stranger.post(each, key).status_code for each in to])

    assert answers == [404, 404]


def test_one_held_record_keeps_nobody_else_from_treatment() -> None:
    """A lock not had in time is this one's trouble: the standing orders of the others are made."""
    town = walkers.town()
    people = [walkers.resident(town, name) for name in ("陈玉一", "陈玉二")]
    for person in people:
        make.need(person, schedule_kind="weekly", schedule_days="1,2,3,4,5,6,7", shift="AM")

    made = _held(people[0], lambda: standing.make_due(at=clock.now()))

    assert made == len(standing.AHEAD_DAYS)
    assert {each.resident_id for each in people[1].requests.all()} == {people[1].pk}
