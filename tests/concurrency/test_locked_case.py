"""Whoever waited for a case reads what the one before them wrote (architecture.md 4)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections, transaction

from access.models import AccessRequest
from access.selectors import facts_of, locked_case, locked_case_of, with_facts
from access.services import home
from core import clock
from tests.concurrency.at_once import wait_for_lock
from tests.factories import access as make
from tests.factories import communities as places

pytestmark = pytest.mark.django_db(transaction=True)
Read = Callable[[AccessRequest], AccessRequest | None]


def _in_one_statement(request: AccessRequest) -> AccessRequest:
    """Lock and read at once, as several places did."""
    return with_facts(AccessRequest.objects.filter(pk=request.pk)).select_for_update(of=("self",)).get()


def _read_after_a_wait(read: Read) -> bool:
    """Read a case while a colleague says 已到家 of it; return whether the reader knows that they are home."""
    at, community = clock.now(), places.community()
    request = make.request(make.resident(community), at=at)
    by = places.actor(places.staff(community))
    is_held, waiters = Event(), []

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '20s', false)")
        waiters.append(connection.connection.info.backend_pid)
        is_held.wait(20)
        try:
            with transaction.atomic():
                row = read(request)
                assert row is not None
                return facts_of(row).home_marked_at is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(waits)
        with transaction.atomic():
            home.say_home(request, by=by, at=at)
            is_held.set()
            wait_for_lock(waiters)
        return answer.result(20)


@pytest.mark.parametrize(
    "read",
    [lambda request: locked_case(request.pk), lambda request: locked_case_of(request.case_ref)],
    ids=["by its key", "by its number"],
)
def test_who_waited_for_a_case_reads_the_newest_facts(read: Read) -> None:
    """INV-19: whether somebody is out is read after the lock is had, never with it."""
    assert _read_after_a_wait(read) is True


def test_locked_and_read_in_one_statement_the_facts_are_old() -> None:
    """The twin: what was read before the wait is what comes back."""
    assert _read_after_a_wait(_in_one_statement) is False


def test_a_case_nobody_asked_for_is_none() -> None:
    """A case begun at a gate and not taken up yet."""
    with transaction.atomic():
        assert locked_case_of(uuid.uuid4()) is None
