"""Eight people press 转 120 for one person at the same moment: one ambulance, and the twins that show what guards it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections

from access.models import AccessRequest
from access.services import critical, one_way, requests
from access.services.requests import AccessWish
from core.errors import Conflict
from tests import walkers

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 8
CONSTRAINT = "one_critical_way_per_person"


@pytest.fixture
def _no_constraint() -> Iterator[None]:
    """Drop the constraint, and put it back over what the twin left."""
    (index,) = [each for each in AccessRequest._meta.constraints if each.name == CONSTRAINT]
    with connection.schema_editor() as editor:
        editor.remove_constraint(AccessRequest, index)
    yield
    AccessRequest.objects.update(is_critical=False)
    with connection.schema_editor() as editor:
        editor.add_constraint(AccessRequest, index)


def press_at_once(ways: list[str]) -> Counter[str]:
    """Let everybody press at the same moment, each in the given way; count what they read."""
    town = walkers.town()
    person = walkers.resident(town)
    hours = [town.slot.starts_at + number * walkers.MIN for number, way in enumerate(ways) if way == "raise"]
    placed = [walkers.ask(town, person, is_second=True, arrive_at=hour) for hour in hours]
    ready = Barrier(len(ways))

    def press(number: int) -> str:
        try:
            ready.wait(20)
            if ways[number] == "raise":
                critical.make_critical(
                    placed[sum(1 for way in ways[:number] if way == "raise")], by=town.staff, at=walkers.AT
                )
            else:
                wish = AccessWish("emergency", is_critical=True, is_second=ways[number] == "second")
                requests.submit(person, wish=wish, by=town.staff, at=walkers.AT)
        except Conflict as error:
            return error.code
        except IntegrityError as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "called"

    with ThreadPoolExecutor(len(ways)) as pool:
        return Counter(pool.map(press, range(len(ways))))


@pytest.mark.parametrize(
    "ways", [["press"] * PRESSES, ["press", "raise", "second", "raise"] * 2], ids=["same", "mixed"]
)
def test_eight_presses_are_one_ambulance(ways):
    """INV-04, R-000-2: seven read that it is called already, and by which request."""
    assert press_at_once(ways) == {"called": 1, "critical.exists": PRESSES - 1}
    assert AccessRequest.objects.open().filter(is_critical=True).count() == 1


@pytest.fixture
def _all_look_first(monkeypatch) -> None:
    """Take the lock away, and let everybody have looked before anybody writes: what happens by bad luck."""
    looked = Barrier(PRESSES)
    asked = one_way.critical_of

    def look(person_key: UUID) -> AccessRequest | None:
        found = asked(person_key)
        looked.wait(20)
        return found

    monkeypatch.setattr(one_way, "hold_person", lambda _key: None)
    monkeypatch.setattr(one_way, "hold_resident", lambda _resident: None)
    monkeypatch.setattr(one_way, "critical_of", look)


@pytest.mark.usefixtures("_all_look_first")
def test_without_the_lock_the_constraint_decides():
    """The first twin: everybody gets past the question; the database lets one through."""
    assert press_at_once(["press"] * PRESSES) == {"called": 1, "IntegrityError": PRESSES - 1}


@pytest.mark.usefixtures("_no_constraint", "_all_look_first")
def test_without_both_there_are_eight():
    """The second twin: what was seen, eight ambulances for one person."""
    assert press_at_once(["press"] * PRESSES) == {"called": PRESSES}
