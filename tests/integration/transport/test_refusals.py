"""Who may do what with rides: each check refuses whom it must (authz/actions.csv rows run, leg and vehicle)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.actors import SERVICE
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role
from tests.factories import actors
from tests.factories import transport as make
from transport import policies
from transport.services import runs, stops

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)


def test_steps_are_the_own_drivers_and_the_areas_dispatchers():
    """No worker of ours presses a driver's step."""
    run = make.run(NOW)

    actors.prove(lambda by: policies.check_drive(by, run), [Role.DRIVER, Role.DISPATCH])


def test_the_riders_number_is_the_own_drivers_within_the_window():
    """decisions.md D23: two hours before to two hours after."""
    stop = make.run(NOW).stops.select_related("run", "trip").first()

    actors.prove(lambda by: policies.check_call(by, stop, at=NOW), [Role.DRIVER], abroad="not allowed")
    with pytest.raises(NotAllowed):
        policies.check_call(actors.actor(Role.DRIVER), stop, at=NOW - timedelta(hours=3))


def test_the_number_is_there_from_two_hours_before_to_two_hours_after_and_while_there_is_a_way_to_go():
    """Guard: decision D23, both ends of the window, and no number once the ride is done."""
    stop = make.run(NOW).stops.select_related("run__vehicle", "trip").first()
    by, hours = actors.actor(Role.DRIVER), timedelta(hours=2)
    start, end = stop.run.occupied.lower - hours, stop.run.occupied.upper + hours
    second = timedelta(seconds=1)

    seen = [policies.may_call(by, stop.run, stop.trip, at=at) for at in (start - second, start, end, end + second)]

    assert seen == [False, True, True, False]
    for status, may in {"on_board": True, "completed": False, "cancelled": False, "unscheduled": False}.items():
        stop.trip.status = status
        assert policies.may_call(by, stop.run, stop.trip, at=start) is may


def test_a_driver_without_a_code_drives_nothing():
    """Guard: two empty words are no match."""
    run = make.run(NOW)
    run.driver_id = ""

    assert not policies.is_driver_of(replace(actors.actor(Role.DRIVER), place_code=""), run)


def test_a_car_is_put_aside_by_its_driver_or_its_area():
    vehicle = make.run(NOW).vehicle

    allowed = [Role.DRIVER, Role.DISPATCH, SERVICE]
    actors.prove(lambda by: policies.check_set_availability(by, vehicle), allowed)


def test_shifts_are_the_areas_dispatchers():
    vehicle = make.run(NOW).vehicle

    actors.prove(lambda by: policies.check_roster(by, vehicle), [Role.DISPATCH, SERVICE])


def test_what_is_refused_changes_nothing():
    run = make.run(NOW)
    with pytest.raises(NotFound):
        runs.accept(run, by=make.driver_actor("D9"), at=NOW)
    with pytest.raises(NotAllowed):
        stops.unwell(run, by=actors.actor(Role.STAFF), at=NOW)

    run.refresh_from_db()
    assert run.status == "offered"
