"""Whatever becomes of a place at a hospital stands in the record, and the desk's page is news at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core import boards
from core.errors import NotFound
from core.models import AuditEvent
from hospitals.cards import CareClass
from hospitals.models import Appointment, Intake, Slot
from hospitals.services import appointments, slots
from tests.factories import hospitals as make
from tests.factories.hospitals import AT, ENGINE

pytestmark = pytest.mark.django_db
SOON = AT + timedelta(minutes=30)
CLASS = CareClass("controlled", "", "", None)


def _missed() -> Appointment:
    row = make.make_appointment()
    appointments.mark_no_show(row, by=ENGINE, at=AT)
    return row


def _ride(row: Appointment) -> object:
    return appointments.set_ride(row.case_ref, expected_at=SOON, carried_by="辽F·3K27", by=ENGINE, at=AT)


def _class(row: Appointment) -> object:
    return appointments.note_class(row.case_ref, replace(CLASS, precaution="positive"), by=ENGINE, at=AT)


ACTS: dict[str, tuple[Callable[[], Appointment], Callable[[Appointment], object]]] = {
    "appointment.cancelled": (make.make_appointment, lambda row: appointments.withdraw(row.case_ref, by=ENGINE, at=AT)),
    "appointment.noshow": (make.make_appointment, lambda row: appointments.mark_no_show(row, by=ENGINE, at=AT)),
    "appointment.came_after_all": (_missed, lambda row: appointments.take_back_no_show(row, by=ENGINE, at=AT)),
    "appointment.ride": (make.make_appointment, _ride),
    "appointment.reclassed": (make.make_appointment, _class),
    "appointment.critical": (
        make.make_appointment,
        lambda row: appointments.note_critical(row.case_ref, by=ENGINE, at=AT),
    ),
}


@pytest.mark.parametrize("verb", ACTS)
def test_each_act_is_written_down_once_and_is_news_for_the_desk(verb: str) -> None:
    """Guards: the record of an act (INV-33), and the touch of the house's board, without which its page stays old."""
    made, act = ACTS[verb]
    row = made()
    board = f"facility:{row.facility_id}"
    before = boards.version(board)

    act(row)

    assert AuditEvent.objects.filter(verb=verb, case_ref=row.case_ref).count() == 1
    assert boards.version(board) != before


def test_booking_is_written_down_and_is_news_for_the_desk() -> None:
    """Guard: the same, of the booking itself; and only one place is taken."""
    slot = make.make_slot(capacity=3)
    board = f"facility:{slot.service.facility_id}"
    before = boards.version(board)

    row = make.make_appointment(slot)

    assert AuditEvent.objects.filter(verb="appointment.booked", case_ref=row.case_ref).count() == 1
    assert boards.version(board) != before
    assert Slot.objects.get(pk=slot.pk).booked == 1


def test_who_comes_after_all_takes_a_place_although_all_were_given_away() -> None:
    """Guard: the place counts again, and one is added where somebody else had it; nobody is sent away (R-002-3d)."""
    row = _missed()
    Slot.objects.filter(pk=row.slot_id).update(capacity=1)
    make.make_appointment(Slot.objects.get(pk=row.slot_id))

    assert appointments.take_back_no_show(Appointment.objects.get(pk=row.pk), by=ENGINE, at=AT) is True

    slot = Slot.objects.get(pk=row.slot_id)
    assert (slot.booked, slot.capacity) == (2, 2)
    assert Appointment.objects.get(pk=row.pk).status == "arrived"


def test_nobody_is_missed_by_the_desk_of_another_house() -> None:
    """Guard: what a place is given back for is said by the house that waited."""
    row = make.make_appointment()

    with pytest.raises(NotFound):
        appointments.mark_no_show(row, by=make.desk_actor(make.make_facility()), at=AT)

    assert Appointment.objects.get(pk=row.pk).status == "booked"


def test_who_was_booked_anew_meanwhile_keeps_the_new_place() -> None:
    """Guard: one live place for a case; the no-show stays one and nothing is counted."""
    row = _missed()
    make.make_appointment(make.make_slot(), case_ref=row.case_ref)

    assert appointments.take_back_no_show(Appointment.objects.get(pk=row.pk), by=ENGINE, at=AT) is False
    assert Slot.objects.get(pk=row.slot_id).booked == 0


def test_a_patient_who_turns_critical_is_so_on_the_list_and_inside_and_is_told_once() -> None:
    """Guard: both rows the desk reads, and no second news of what it knows."""
    row = make.make_appointment()
    make.make_intake(row)

    assert appointments.note_critical(row.case_ref, by=ENGINE, at=AT) is True
    assert appointments.note_critical(row.case_ref, by=ENGINE, at=AT) is False
    assert appointments.note_critical(row.case_ref, by=ENGINE, at=AT, need_kind="emergency") is True

    assert Appointment.objects.get(pk=row.pk).is_critical
    assert Appointment.objects.get(pk=row.pk).need_kind == "emergency"
    assert Intake.objects.get(case_ref=row.case_ref).is_critical
    assert not appointments.note_critical(uuid.uuid4(), by=ENGINE, at=AT)


def test_a_class_that_is_known_is_no_news() -> None:
    """Guard: the same class told twice is written once; of a case nobody holds a place for, nothing."""
    row = make.make_appointment()
    told = replace(CLASS, precaution="suspected")

    for _ in range(2):
        assert appointments.note_class(row.case_ref, told, by=ENGINE, at=AT) is False
    assert appointments.note_class(uuid.uuid4(), told, by=ENGINE, at=AT) is False

    assert Appointment.objects.get(pk=row.pk).precaution == "suspected"
    assert AuditEvent.objects.filter(verb="appointment.reclassed").count() == 1


@pytest.mark.parametrize("what", ["capacity", "apart"])
def test_places_published_are_written_down_and_are_news(what: str) -> None:
    """Guards: record and touch, of places and of machines set apart: the board would offer what is not there."""
    slot = make.make_slot()
    board, before = f"facility:{slot.service.facility_id}", boards.version(f"facility:{slot.service.facility_id}")
    desk = make.desk_actor(slot.service.facility)

    if what == "capacity":
        slots.set_capacity(slot, 9, by=desk, at=AT)
    else:
        slots.set_apart(slot.service, hbv=1, hcv=0, by=desk, at=AT)

    verb = "slot.capacity" if what == "capacity" else "service.machines"
    new = {"capacity": 9, "apart": {"hbv": 1, "hcv": 0}}[what]
    assert AuditEvent.objects.get(verb=verb).detail["new"] == new
    assert boards.version(board) != before


def test_the_record_of_a_ride_says_when_and_which_way_and_that_none_comes() -> None:
    """Guard: the hour of the car, its absence, and whether it leads home (INV-33)."""
    row = make.make_appointment()
    _ride(row)
    make.make_intake(row)
    appointments.set_ride(row.case_ref, expected_at=None, carried_by="", by=ENGINE, at=AT)

    said = AuditEvent.objects.filter(verb="appointment.ride").order_by("id").values_list("detail", flat=True)
    assert list(said) == [
        {"expected_at": SOON.isoformat(), "is_way_home": False},
        {"expected_at": "", "is_way_home": True},
    ]
