"""Two dispatchers, one last slot, one last car: exactly one wins, and the twins that show what each guard is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from access.models import AccessRequest
from core.errors import Conflict
from dispatch.hand import arranging, placement
from hospitals.models import Appointment, Slot
from hospitals.services import appointments
from tests import walkers
from tests.walkers import AT, MIN
from transport.models import Run, Vehicle

pytestmark = pytest.mark.django_db(transaction=True)


LATE = AT + 118 * MIN  # a car gets one person to the slot in time from here, and no second one


def race(town: walkers.Town, requests: list[AccessRequest], cars: list[str], *, at: datetime = AT) -> list[str]:
    """Let each request be placed by a dispatcher of its own at the same moment; return what each got, sorted."""
    ready = Barrier(len(requests))

    def press(number: int) -> str:
        try:
            request = AccessRequest.objects.get(pk=requests[number].pk)
            ready.wait(20)
            walkers.place_by_hand(town, request, out_vehicle=cars[number], at=at)
        except Conflict as error:
            return f"{error.code}: {error.message}"
        finally:
            connections.close_all()
        return "won"

    with ThreadPoolExecutor(len(requests)) as pool:
        return sorted(pool.map(press, range(len(requests))))


def people(town: walkers.Town, count: int) -> list[AccessRequest]:
    return [walkers.ask(town, walkers.resident(town, f"陈玉{number}")) for number in range(count)]


def test_one_last_slot_has_one_winner():
    """INV-01, R-003-7: the other reads that it is full, and holds no car."""
    town = walkers.town(cars=2, capacity=1)

    got = race(town, people(town, 2), ["V1", "V2"])

    assert got[1] == "won"
    assert got[0].startswith("slot.full: 这个时段刚刚约满了")
    assert Slot.objects.get(pk=town.slot.pk).booked == 1
    assert Run.objects.live().count() == 2


def test_one_last_car_has_one_winner():
    """INV-02: the other reads who has the car, and holds no place."""
    town = walkers.town(cars=1)

    got = race(town, people(town, 2), ["V1", "V1"], at=LATE)

    assert got[1] == "won"
    assert got[0].startswith("vehicle.taken: 刚被别人排走了：辽F·V1")
    assert Appointment.objects.live().count() == 1
    assert Run.objects.live().count() == 2


def test_one_request_pressed_by_two_dispatchers_is_placed_once():
    """INV-06: never two rides for one case."""
    town = walkers.town(cars=2)
    request = people(town, 1)[0]

    got = race(town, [request, request], ["V1", "V2"])

    assert got[1] == "won"
    assert got[0].startswith("placement.exists: 刚被别人排好了")
    assert Run.objects.live().count() == 2


def test_crossed_cars_never_wait_for_each_other_in_a_ring():
    """Each takes the other's car for the way back: cars are locked in one order, so nobody is killed as a deadlock."""
    town = walkers.town(cars=2, capacity=8)
    requests = people(town, 4)
    ready = Barrier(4)

    def press(number: int) -> str:
        out, back = ("V1", "V2") if number % 2 else ("V2", "V1")
        try:
            ready.wait(20)
            walkers.place_by_hand(town, requests[number], out_vehicle=out, back_vehicle=back)
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()
        return "won"

    with ThreadPoolExecutor(4) as pool:
        got = sorted(pool.map(press, range(4)))

    assert "won" in got
    assert set(got) <= {"won", "vehicle.taken", "vehicle.barred", "driver.taken"}


@pytest.fixture
def without_guards(monkeypatch: pytest.MonkeyPatch) -> Iterator[Barrier]:
    """Take every guard away: constraints dropped, no locks, and the place counted as read. Restored afterwards."""
    slot_check = next(each for each in Slot._meta.constraints if each.name == "slot_not_overbooked")
    overlaps = [each for each in Run._meta.constraints if each.name.endswith("_one_run_at_a_time")]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Slot, slot_check)
        for each in overlaps:
            editor.remove_constraint(Run, each)
    both_looked = Barrier(2)
    monkeypatch.setattr(arranging, "_receiving", _receiving_unlocked)
    monkeypatch.setattr(arranging, "_locked_vehicles", _vehicles_unlocked)
    monkeypatch.setattr(appointments, "book", _book_as_read)
    monkeypatch.setattr(placement, "_require", _after_both(placement._require, both_looked))
    yield both_looked
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE transport_run, hospitals_slot CASCADE")
    with connection.schema_editor() as editor:
        editor.add_constraint(Slot, slot_check)
        for each in overlaps:
            editor.add_constraint(Run, each)


def _receiving_unlocked(_request: AccessRequest, place: Any) -> tuple[Slot, Any]:
    slot = Slot.objects.select_related("service__facility").get(pk=place.slot_id)
    return slot, slot.service.facility


def _vehicles_unlocked(codes: Iterable[str]) -> dict[str, Vehicle]:
    return Vehicle.objects.in_bulk(set(codes) - {""})


def _book_as_read(slot: Slot, *, card: Any, case_ref: Any, by: Any, at: Any, **_told: Any) -> Appointment:
    """Check, then insert: the usual mistake."""
    if slot.free < 1:
        raise Conflict("slot.full", "满")
    row = appointments._filled(slot, card=card, case_ref=case_ref, at=at)
    row.save(force_insert=True)
    return row


def _after_both(require: Any, both_looked: Barrier) -> Any:
    def wait_then_require(pair: Any) -> Any:
        both_looked.wait(20)
        return require(pair)

    return wait_then_require


@pytest.mark.usefixtures("without_guards")
def test_without_the_guards_one_slot_and_one_car_are_given_twice():
    """The twin: the same two presses, and both win the same place and the same car."""
    town = walkers.town(cars=1, capacity=1)

    got = race(town, people(town, 2), ["V1", "V1"])

    assert got == ["won", "won"]
    assert Appointment.objects.live().count() == 2
    assert Run.objects.filter(vehicle="V1", status="offered").count() == 2
