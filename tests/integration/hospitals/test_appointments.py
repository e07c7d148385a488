"""Booking, withdrawing, rides (INV-01, R-003-7)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from core.errors import Conflict, NotFound
from core.models import AuditEvent
from hospitals import selectors
from hospitals.models import Appointment, Intake
from hospitals.services import appointments, slots
from hospitals.states import AppointmentStatus, ServiceStatus
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db
AT, BY = make.AT, make.ENGINE


def test_inv_01_books_up_to_the_places_and_no_further() -> None:
    slot = make.make_slot(capacity=2)
    make.make_appointment(slot)
    make.make_appointment(slot)
    with pytest.raises(Conflict) as refusal:
        make.make_appointment(slot)
    assert refusal.value.code == "slot.full"
    slot.refresh_from_db()
    assert slot.booked == 2
    assert Appointment.objects.filter(slot=slot).count() == 2


def test_a_case_has_one_place_and_a_failed_second_booking_takes_none() -> None:
    slot, case = make.make_slot(), uuid.uuid4()
    make.make_appointment(slot, case_ref=case)
    with pytest.raises(Conflict) as refusal:
        make.make_appointment(slot, case_ref=case)
    assert refusal.value.code == "appointment.exists"
    slot.refresh_from_db()
    assert slot.booked == 1


def test_withdraw_gives_the_place_back_once() -> None:
    appointment = make.make_appointment()
    assert appointments.withdraw(appointment.case_ref, by=BY, at=AT, reason="不去了")
    assert not appointments.withdraw(appointment.case_ref, by=BY, at=AT)
    appointment.slot.refresh_from_db()
    assert appointment.slot.booked == 0
    assert AuditEvent.objects.filter(verb="appointment.cancelled", reason="不去了").count() == 1


def test_withdraw_leaves_who_has_arrived() -> None:
    arrival = make.make_intake()
    with pytest.raises(Conflict):
        appointments.withdraw(arrival.case_ref, by=BY, at=AT)


def test_no_show_frees_the_place() -> None:
    appointment = make.make_appointment()
    appointments.mark_no_show(appointment, by=BY, at=AT)
    appointment.slot.refresh_from_db()
    assert (appointment.status, appointment.slot.booked) == (AppointmentStatus.NOSHOW, 0)


def test_r_000_6_a_closed_service_takes_no_booking_until_its_end() -> None:
    service = make.make_service(status=ServiceStatus.CLOSED, status_until=AT + timedelta(hours=3))
    during = make.make_slot(service, starts_at=AT + timedelta(hours=2))
    after = make.make_slot(service, starts_at=AT + timedelta(hours=3))
    with pytest.raises(Conflict) as refusal:
        make.make_appointment(during)
    assert refusal.value.code == "service.closed"
    make.make_appointment(after)


def test_bookable_slots_are_free_open_and_in_the_window() -> None:
    service = make.make_service()
    full = make.make_slot(service, starts_at=AT + timedelta(hours=1), capacity=1)
    make.make_appointment(full)
    free = make.make_slot(service, starts_at=AT + timedelta(hours=2))
    make.make_slot(service, starts_at=AT + timedelta(days=3))
    shut = make.make_service(status=ServiceStatus.CLOSED)
    make.make_slot(shut)
    found = selectors.bookable_slots("hemodialysis", since=AT, until=AT + timedelta(days=1))
    assert found == [free]
    assert selectors.bookable_slots("hemodialysis", since=AT, until=AT + timedelta(days=1), facility_codes=[]) == []


def test_a_ride_stands_on_the_appointment_before_arrival_and_on_the_way_home_after() -> None:
    appointment = make.make_appointment()
    case, soon = appointment.case_ref, AT + timedelta(minutes=30)
    assert appointments.set_ride(case, expected_at=soon, carried_by="辽F·3K27 李师傅", by=BY, at=AT)
    appointment.refresh_from_db()
    assert (appointment.carried_by, appointment.expected_at) == ("辽F·3K27 李师傅", soon)
    make.make_intake(appointment)
    appointments.set_ride(case, expected_at=soon, carried_by="辽F·2B11 王师傅", by=BY, at=AT)
    arrival = Intake.objects.get(case_ref=case)
    assert arrival.way_home_by == "辽F·2B11 王师傅"
    assert not appointments.set_ride(uuid.uuid4(), expected_at=soon, carried_by="x", by=BY, at=AT)


def test_the_card_is_kept_and_the_phone_sealed() -> None:
    appointment = make.make_appointment(last_test_at="2022-06-27T08:00:00+08:00")
    stored = Appointment.objects.get(pk=appointment.pk)
    assert stored.phone == "13900001234"
    assert b"13900001234" not in bytes(stored.phone_sealed)
    assert stored.last_test_at is not None


def test_capacity_never_falls_below_what_is_booked() -> None:
    slot = make.make_slot(capacity=3)
    make.make_appointment(slot)
    make.make_appointment(slot)
    desk = make.desk_actor(slot.service.facility)
    slots.set_capacity(slot, 2, by=desk, at=AT)
    with pytest.raises(Conflict, match="已经约了 2 人"):
        slots.set_capacity(slot, 1, by=desk, at=AT)
    with pytest.raises(NotFound):
        slots.set_capacity(slot, 9, by=make.desk_actor(make.make_facility()), at=AT)
