"""A name is mended in the very moment in which the driver of that way does something: neither undoes the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from tests.factories import transport as make
from transport.models import Trip
from transport.services import trips

NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
LATER = timedelta(minutes=7)
pytestmark = pytest.mark.django_db(transaction=True)


def _before_the_write(act: Callable[[], object]) -> Callable[..., Any]:
    """Return what does something on another connection, once, before the first write to a trip."""
    done: list[bool] = []

    def around(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "transport_trip"') and not done:
            done.append(True)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(act).result(10)
        return execute(sql, params, many, context)

    return around


def test_a_mended_name_takes_no_step_of_the_driver_back() -> None:
    """Only the columns of who rides are written: saving the whole row put the old times back."""
    trip = make.trip(NOW)
    planned = trip.arrive_by
    assert planned is not None

    def moved() -> None:
        try:
            Trip.objects.filter(pk=trip.pk).update(arrive_by=planned + LATER)
        finally:
            connections.close_all()

    card = make.card(name="王秀蓝", phone="13900005678", person_key=trip.person_key)
    with connection.execute_wrapper(_before_the_write(moved)):
        trips.put_person(trip.case_ref, card=card, by=make.BY, at=NOW)

    trip.refresh_from_db()
    assert (trip.arrive_by, trip.name, trip.phone) == (planned + LATER, "王秀蓝", "13900005678")
