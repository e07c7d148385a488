"""Many book and withdraw the last places of one slot at once (INV-01, INV-07)."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from core.errors import Conflict
from hospitals.models import Appointment, Slot
from hospitals.selectors.machines import infection_machine_mixed
from hospitals.services import appointments
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db(transaction=True)


def run_together(count: int, work: object) -> list[str]:
    """Run `work(number)` in threads that start at one moment; return their answers."""
    start, answers = threading.Barrier(count), []

    def one(number: int) -> None:
        start.wait()
        try:
            answers.append(work(number))  # type: ignore[operator]
        except Conflict as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_inv_01_twelve_want_three_places_and_three_get_one() -> None:
    slot = make.make_slot(capacity=3)
    cards = [make.make_card() for _each in range(12)]

    def book(number: int) -> str:
        fresh = Slot.objects.select_related("service").get(pk=slot.pk)
        appointments.book(fresh, card=cards[number], case_ref=uuid.uuid4(), by=make.ENGINE, at=make.AT)
        return "booked"

    answers = run_together(12, book)
    slot.refresh_from_db()
    assert (answers.count("booked"), answers.count("slot.full")) == (3, 9)
    assert slot.booked == Appointment.objects.filter(slot=slot).count() == 3


def test_inv_07_places_given_back_are_counted_while_others_book() -> None:
    slot = make.make_slot(capacity=4)
    held = [make.make_appointment(slot) for _each in range(4)]
    cards = [make.make_card() for _each in range(4)]

    def turn(number: int) -> str:
        if number < 4:
            appointments.withdraw(held[number].case_ref, by=make.ENGINE, at=make.AT)
            return "withdrawn"
        fresh = Slot.objects.select_related("service").get(pk=slot.pk)
        appointments.book(fresh, card=cards[number - 4], case_ref=uuid.uuid4(), by=make.ENGINE, at=make.AT)
        return "booked"

    answers = run_together(8, turn)
    slot.refresh_from_db()
    assert answers.count("withdrawn") == 4
    assert slot.booked == Appointment.objects.live().filter(slot=slot).count() == answers.count("booked")


def test_one_press_of_two_desks_is_one_withdrawal() -> None:
    appointment = make.make_appointment()

    def withdraw(_number: int) -> str:
        return str(appointments.withdraw(appointment.case_ref, by=make.ENGINE, at=make.AT))

    answers = run_together(4, withdraw)
    appointment.slot.refresh_from_db()
    assert answers.count("True") == 1
    assert appointment.slot.booked == 0


def _parted(capacity: int) -> Slot:
    return make.make_slot(make.make_service(hbv_places=1), capacity=capacity)


def _mixed() -> int:
    return infection_machine_mixed(since=make.AT, until=make.AT + timedelta(days=1))


def test_e20_two_want_the_last_hbv_machine_and_one_gets_it() -> None:
    """E20, INV-01: four others could still come, yet the second HBV patient is refused, by name of the reason."""
    slot = _parted(5)
    cards = [make.make_card(machine_class="HBV") for _each in range(2)]

    def book(number: int) -> str:
        fresh = Slot.objects.select_related("service").get(pk=slot.pk)
        appointments.book(fresh, card=cards[number], case_ref=uuid.uuid4(), by=make.ENGINE, at=make.AT)
        return "booked"

    answers = run_together(2, book)
    slot.refresh_from_db()
    assert sorted(answers) == ["booked", "slot.machines"]
    assert (slot.booked, _mixed()) == (1, 0)


def test_e20_an_hbv_patient_and_others_want_the_last_two_places_and_none_takes_the_others() -> None:
    """E20: one place for HBV and one for the others; of one HBV patient and five others exactly two are booked."""
    slot = _parted(2)
    cards = [make.make_card(machine_class="HBV" if number == 0 else "") for number in range(6)]

    def book(number: int) -> str:
        fresh = Slot.objects.select_related("service").get(pk=slot.pk)
        appointments.book(fresh, card=cards[number], case_ref=uuid.uuid4(), by=make.ENGINE, at=make.AT)
        return "booked"

    answers = run_together(6, book)
    slot.refresh_from_db()
    held = Appointment.objects.live().filter(slot=slot).values_list("machine_class", flat=True)
    assert answers.count("booked") == 2
    assert sorted(held) == ["", "HBV"]
    assert (slot.booked, _mixed()) == (2, 0)


def test_twin_looking_for_a_machine_before_the_lock_mixes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """E20: the twin. The same look, taken before the counter's update holds the slot, lets both in."""
    slot = _parted(5)
    cards = [make.make_card(machine_class="HBV") for _each in range(2)]
    looked, look = threading.Barrier(2), appointments._require_machine
    monkeypatch.setattr(appointments, "_require_machine", lambda *_seen: None)

    def book(number: int) -> str:
        fresh = Slot.objects.select_related("service").get(pk=slot.pk)
        look(fresh, "HBV")
        looked.wait()
        appointments.book(fresh, card=cards[number], case_ref=uuid.uuid4(), by=make.ENGINE, at=make.AT)
        return "booked"

    assert run_together(2, book) == ["booked", "booked"]
    assert _mixed() == 1
