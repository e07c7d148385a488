"""`check_invariants` names what raw SQL broke: INV-02 to INV-06."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from core.management.commands.check_invariants import breaches
from tests.factories import transport as make
from transport.models import Run, Trip
from transport.services import scheduling

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)


def _broken() -> list[str]:
    return [row["id"] for row in breaches()]


def _sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_nothing_is_broken_by_the_services():
    there, back = make.pair(NOW)
    make.run(NOW, of=there, status="under_way")
    start = NOW + 360 * MIN
    scheduling.reserve(back, ride=make.ride(start, "2"), window_from=start, window_until=start, by=make.BY, at=NOW)

    assert _broken() == []


@pytest.mark.parametrize(
    ("ident", "statements"),
    [
        ("INV-02-seats", ["UPDATE transport_trip SET party_size = 9 WHERE status = 'scheduled'"]),
        ("INV-02-class", ["UPDATE transport_run SET zone_class = 'sealed'"]),
        ("INV-03-duty", ["DELETE FROM transport_shift"]),
        ("INV-05", ["UPDATE transport_trip SET arrive_by = arrive_by - interval '3 hours'"]),
        ("INV-06-back", ["UPDATE transport_trip SET status = 'cancelled' WHERE direction = 'inbound'"]),
        ("INV-06-run", ["UPDATE transport_run SET status = 'cancelled'"]),
    ],
)
def test_what_one_ride_breaks(ident: str, statements: list[str]):
    make.run(NOW)

    _sql(*statements)

    # a status moved by SQL alone is named as well
    assert [each for each in _broken() if each != "INV-41"] == [ident]


@pytest.mark.parametrize("broken", ["status = 'completed'", "zone_class = 'sealed'"])
def test_somebody_counts_on_a_car_that_has_gone_or_is_of_another_class(broken: str):
    there, back = make.pair(NOW)
    make.run(NOW, of=there)
    start = NOW + 360 * MIN
    run = scheduling.reserve(back, ride=make.ride(start), window_from=start, window_until=start, by=make.BY, at=NOW)

    _sql(
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE transport_run DISABLE TRIGGER USER",
        f"UPDATE transport_run SET {broken} WHERE id = '{run.pk}'",
        "ALTER TABLE transport_run ENABLE TRIGGER USER",
    )

    assert _broken() == ["INV-06-kept"]


def test_two_runs_of_a_car_and_driver_at_a_time():
    make.run(NOW)
    make.run(NOW + 90 * MIN)
    _sql(
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE transport_run DROP CONSTRAINT vehicle_one_run_at_a_time",
        "ALTER TABLE transport_run DROP CONSTRAINT driver_one_run_at_a_time",
    )
    Run.objects.update(occupied=Run.objects.first().occupied)

    assert _broken() == ["INV-02", "INV-03"]


def test_one_person_in_two_cars():
    first, second = make.trip(NOW), make.trip(NOW)
    make.run(NOW, of=first)
    make.run(NOW, "2", of=second)
    Trip.objects.update(person_key=first.person_key, taken=None)  # as the code before wrote them

    assert _broken() == ["INV-04"]
