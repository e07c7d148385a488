"""A database that answers and stores nothing: read-only after a failover, or a session that it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import InternalError, connection
from django.test import Client

from communities.models import Scan
from communities.services import device_marks
from core import clock
from core.errors import is_away
from tests import sweeps
from tests.factories import communities as make

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/gate/emergency"


@pytest.fixture
def read_only() -> Iterator[None]:
    """Let the tests' connection read and not write, until a test says otherwise."""
    yield
    _may_write(True)


def _may_write(may: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET default_transaction_read_only = {'off' if may else 'on'}")


def test_what_cannot_be_stored_is_said_and_stored_once_it_can(read_only: None) -> None:
    """INV-28: the phone keeps its press on a 503 and tells it again; the page says that nothing was stored."""
    gate, at = make.gate(make.community()), clock.now()
    mark, client = device_marks.issue(gate, device="d", at=at), Client(raise_request_exception=False)
    body = {"event_id": str(uuid4()), "pressed_at": at.isoformat()}
    _may_write(False)

    told = client.post(URL, body, content_type="application/json", headers={"X-Gate-Mark": mark})
    page = client.post("/gate/emergency/", {"device_mark": mark, "idempotency_key": "k" * 32})

    assert (told.status_code, told.json()["code"]) == (503, "unavailable")
    assert page.status_code == 503
    assert "没存上" in page.content.decode()
    _may_write(True)
    assert client.post(URL, body, content_type="application/json", headers={"X-Gate-Mark": mark}).status_code == 200
    assert Scan.objects.count() == 1


def test_signing_in_says_so_too(read_only: None) -> None:
    guard, client = make.guard(), Client(raise_request_exception=False)
    client.force_login(guard)
    _may_write(False)

    assert client.post("/sign-out/").status_code == 503


def test_no_sweep_goes_on_beside_it(read_only: None, settings) -> None:
    """The twin: any other internal error of the database is the trouble of one case."""
    sweeps.ran.clear()
    settings.SWEEPS = ["tests.integration.core.test_storing_nothing.write", "tests.sweeps.good"]
    _may_write(False)

    with pytest.raises(InternalError) as caught:
        call_command("relay", once=True)

    assert sweeps.ran == []
    assert is_away(caught.value)
    assert not is_away(InternalError())


def write(*, at: object) -> None:
    """Stand for a sweep that writes a row."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_boardchange (board, changed_at) VALUES ('x', now())")
