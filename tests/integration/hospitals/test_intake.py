"""From the door to the way out (C17, R-000-7, R-000-8, R-002-3, INV-29, INV-30)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Conflict, Invalid, NotFound
from core.models import AuditEvent, OutboxMessage
from hospitals.models import Appointment, Intake
from hospitals.services import appointments, intake, overload, undo
from hospitals.states import AppointmentStatus, IntakeStatus
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db
AT, BY = make.AT, make.ENGINE


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def kinds() -> list[str]:
    return list(OutboxMessage.objects.values_list("kind", flat=True))


def test_the_whole_way_with_its_messages() -> None:
    arrival = make.make_intake()
    intake.hand_over(arrival, by=BY, at=AT + minutes(5))
    intake.start_treatment(arrival, by=BY, at=AT + minutes(9), expected_ready_at=AT + timedelta(hours=4))
    intake.release(arrival, by=BY, at=AT + timedelta(hours=4))
    arrival.refresh_from_db()
    assert arrival.status == IntakeStatus.RELEASED
    assert arrival.ready_at == AT + timedelta(hours=4)
    assert arrival.appointment.status == AppointmentStatus.FULFILLED
    assert kinds() == ["intake.arrived", "intake.released"]


def test_inv_29_arrival_is_recorded_without_any_booking() -> None:
    facility = make.make_facility()
    arrival = intake.walk_in(facility, by=make.desk_actor(facility), at=AT)
    assert arrival.label == f"身份不明 甲 · 10:40 · {facility.name}"
    assert arrival.is_critical
    assert kinds() == ["intake.walk_in"]


def test_inv_29_a_cancelled_or_missed_booking_is_no_obstacle_at_the_door() -> None:
    missed, cancelled = make.make_appointment(), make.make_appointment()
    appointments.mark_no_show(missed, by=BY, at=AT)
    appointments.withdraw(cancelled.case_ref, by=BY, at=AT)
    cancelled.refresh_from_db()
    for appointment in (missed, cancelled):
        arrival = make.make_intake(appointment)
        intake.release(arrival, by=BY, at=AT + minutes(60))
        assert arrival.status == IntakeStatus.RELEASED


def test_two_presses_of_arrival_are_one() -> None:
    appointment = make.make_appointment()
    make.make_intake(appointment)
    with pytest.raises(Conflict):
        make.make_intake(appointment)
    assert Intake.objects.count() == 1


def test_one_press_releases_whoever_stands_here() -> None:
    arrival = make.make_intake()
    intake.release(arrival, by=BY, at=AT + minutes(10))
    assert arrival.status == IntakeStatus.RELEASED
    assert arrival.handed_over_at == arrival.treatment_started_at == AT + minutes(10)


@pytest.mark.parametrize("end", [intake.admit, intake.record_death])
def test_admission_and_death_end_the_case_for_the_ride(end) -> None:
    arrival = make.make_intake()
    end(arrival, by=BY, at=AT)
    assert kinds()[-1] == "intake.ended"
    assert arrival.ended_at == AT


def test_overload_changes_no_patient() -> None:
    arrival = make.make_intake()
    desk = make.desk_actor(arrival.facility)
    words = overload.Overload(missing="bed", doing_now="急诊先吸氧监护", intake=arrival)
    overload.report(arrival.facility, words, by=desk, at=AT)
    arrival.refresh_from_db()
    assert arrival.status == IntakeStatus.ARRIVED
    with pytest.raises(Invalid):
        overload.report(arrival.facility, overload.Overload(missing="bed", doing_now=" "), by=desk, at=AT)


def test_inv_30_a_late_hand_over_is_reported_once() -> None:
    arrival = make.make_intake()
    assert overload.report_late_hand_overs(at=AT + minutes(15)) == 0
    assert overload.report_late_hand_overs(at=AT + minutes(16)) == 1
    assert overload.report_late_hand_overs(at=AT + minutes(17)) == 0
    other = make.make_intake()
    intake.hand_over(other, by=BY, at=AT + minutes(16))
    assert other.late_reported_at == AT + minutes(16)
    arrival.refresh_from_db()
    assert arrival.status == IntakeStatus.ARRIVED


STEPS = {
    "arrived": (),
    "handed_over": (intake.hand_over,),
    "treatment": (intake.hand_over, intake.start_treatment),
    "ended": (intake.hand_over, intake.start_treatment, intake.release),
}


@pytest.mark.parametrize("step", STEPS)
def test_undo_takes_the_last_step_back_and_it_can_be_done_again(step: str) -> None:
    arrival = make.make_intake()
    for number, act in enumerate(STEPS[step], start=1):
        act(arrival, by=BY, at=AT + minutes(number))
    assert undo.undo_last(arrival, by=BY, at=AT + minutes(8)) == step
    if step == "arrived":
        appointment = Appointment.objects.get(pk=arrival.appointment_id)
        assert appointment.status == AppointmentStatus.BOOKED
        assert not Intake.objects.filter(pk=arrival.pk).exists()
        assert make.make_intake(appointment, at=AT + minutes(9)).pk == arrival.pk
    else:
        STEPS[step][-1](Intake.objects.get(pk=arrival.pk), by=BY, at=AT + minutes(9))
    assert AuditEvent.objects.filter(verb="intake.undone").count() == 1


def test_undo_is_refused_when_late_or_followed() -> None:
    arrival = make.make_intake()
    with pytest.raises(Conflict, match="10 分钟"):
        undo.undo_last(arrival, by=BY, at=AT + minutes(11))
    intake.release(arrival, by=BY, at=AT + minutes(12))
    appointments.set_ride(arrival.case_ref, expected_at=None, carried_by="辽F·2B11", by=BY, at=AT + minutes(13))
    arrival.refresh_from_db()
    with pytest.raises(Conflict, match="返程车"):
        undo.undo_last(arrival, by=BY, at=AT + minutes(14))


def test_an_end_that_closed_the_case_is_not_taken_back() -> None:
    arrival = make.make_intake()
    intake.admit(arrival, by=BY, at=AT)
    with pytest.raises(Conflict, match="已经结了"):
        undo.undo_last(arrival, by=BY, at=AT)


def test_a_stranger_to_the_facility_finds_no_patient() -> None:
    arrival = make.make_intake()
    stranger = make.desk_actor(make.make_facility())
    for act in (intake.hand_over, intake.start_treatment, intake.release, intake.admit, undo.undo_last):
        with pytest.raises(NotFound):
            act(arrival, by=stranger, at=AT)
    with pytest.raises(NotFound):
        intake.check_in(make.make_appointment(), by=stranger, at=AT)
