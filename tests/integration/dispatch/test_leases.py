"""Leases of dispatch areas (decisions.md A4)."""

import pytest
from django.db import connection, transaction

from core.errors import Conflict
from dispatch.planning import leases

pytestmark = pytest.mark.django_db


def expire(area: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dispatch_arealease SET expires_at = clock_timestamp() - interval '1 s' WHERE area = %s", [area]
        )


def test_one_holder_at_a_time() -> None:
    with leases.held("main", holder="a") as first, leases.held("main", holder="b") as second:
        assert first
        assert second is None


def test_another_area_is_another_lease() -> None:
    with leases.held("main", holder="a") as first, leases.held("east", holder="b") as second:
        assert first
        assert second


def test_given_back_lease_can_be_taken_at_once() -> None:
    with leases.held("main", holder="a"):
        pass

    assert leases.take("main", holder="b")


def test_worker_that_wakes_after_its_lease_passed_on_writes_nothing() -> None:
    """INV-14, F28: zombie writes fail."""
    frozen = leases.take("main", holder="frozen")
    expire("main")
    awake = leases.take("main", holder="awake")

    with pytest.raises(Conflict), transaction.atomic():
        leases.require("main", frozen)
    leases.require("main", awake)
    assert not leases.extend("main", frozen)


def test_holder_extends_its_lease() -> None:
    token = leases.take("main", holder="a", seconds=1)

    assert leases.extend("main", token, seconds=60)


def test_a_lease_that_ended_is_lost_although_nobody_took_it() -> None:
    """Guard: the end of the lease is looked at by whoever writes and by whoever renews, not the token alone (INV-14).

    A worker frozen between the look and the writing wakes later than its time: the next may begin this very second.
    """
    token = leases.take("main", holder="frozen")
    expire("main")

    with pytest.raises(Conflict) as refused, transaction.atomic():
        leases.require("main", token)
    assert refused.value.code == "lease.lost"
    assert not leases.extend("main", token)
    assert leases.take("main", holder="next")
