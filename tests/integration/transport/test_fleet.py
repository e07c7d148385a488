"""Vehicles in and out of service; what the driver is told when a run changes (E3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, Invalid
from core.models import AuditEvent, OutboxMessage
from tests.factories import transport as make
from transport import selectors
from transport.models import Run, Trip
from transport.services import fleet, scheduling, trips

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)


def test_a_car_out_of_service_gives_its_trips_back():
    """E3: outings to come are planned anew as a block, reservations too; the one under way goes on."""
    going = make.run(NOW, status="under_way")
    there, back = make.pair(NOW)
    make.run(NOW + 90 * MIN, of=there)
    start = NOW + 360 * MIN
    scheduling.reserve(back, ride=make.ride(start), window_from=start, window_until=start, by=make.BY, at=NOW)

    lost = fleet.set_availability(make.vehicle(), status="off", by=make.BY, at=NOW, reason="爆胎")

    assert {trip.pk for trip in lost} == {there.pk, back.pk}
    assert Trip.objects.get(pk=there.pk).status == "unscheduled"
    assert Trip.objects.get(pk=back.pk).reserved_run_id is None
    assert [run.pk for run in Run.objects.live()] == [going.pk]
    assert OutboxMessage.objects.filter(kind="run.declined").count() == 2
    assert AuditEvent.objects.get(verb="vehicle.status").reason == "爆胎"
    assert selectors.on_duty(make.AREA, since=NOW, until=NOW + MIN) == []


def test_back_in_service_it_is_on_duty_again():
    make.ride(NOW)
    car = make.vehicle()
    fleet.set_availability(car, status="off", by=make.BY, at=NOW)

    assert fleet.set_availability(car, status="available", by=make.BY, at=NOW) == []
    assert [lane.vehicle.code for lane in selectors.on_duty(make.AREA, since=NOW, until=NOW + MIN)] == ["V1"]


def test_an_unknown_status_is_refused():
    with pytest.raises(Invalid):
        fleet.set_availability(make.vehicle(), status="flying", by=make.BY, at=NOW)


def test_shifts_are_added_and_ended():
    span = {"driver": make.driver(), "starts_at": NOW, "ends_at": NOW + 60 * MIN, "by": make.BY, "at": NOW}
    shift = fleet.add_shift(make.vehicle(), **span)

    assert fleet.end_shift(shift, ends_at=NOW + 30 * MIN, by=make.BY, at=NOW).ends_at == NOW + 30 * MIN
    with pytest.raises(Conflict):
        fleet.add_shift(make.vehicle(), **span)
    with pytest.raises(Invalid):
        fleet.end_shift(shift, ends_at=NOW, by=make.BY, at=NOW)


def test_a_driver_reads_that_a_taken_run_was_called_off():
    there = make.trip(NOW)
    run = make.run(NOW, of=there, status="accepted")

    trips.cancel_case(there.case_ref, by=make.BY, at=NOW, reason="住院了")

    shown = selectors.day_of(make.driver_actor(), at=NOW)
    assert [(row.pk, row.told_change) for row in shown] == [(run.pk, "王阿姨 的这一趟取消了，不用去了")]


def test_an_offer_not_yet_taken_just_goes():
    there = make.trip(NOW)
    make.run(NOW, of=there)

    trips.cancel_case(there.case_ref, by=make.BY, at=NOW, reason="")

    assert selectors.day_of(make.driver_actor(), at=NOW) == []
