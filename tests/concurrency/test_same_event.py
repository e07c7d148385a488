"""One passage uploaded by eight hands at once is one row: INV-26."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connections

from communities.models import Gate, Scan
from communities.services import gates
from communities.services.gates import ScanEvent
from core.models import OutboxMessage
from tests.factories import communities as make

NOW = datetime(2022, 6, 28, 4, 20, tzinfo=UTC)
HANDS = 8
pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(act: Callable[[], str]) -> Counter[str]:
    ready = Barrier(HANDS)

    def hand(_number: int) -> str:
        try:
            ready.wait(10)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        return Counter(pool.map(hand, range(HANDS)))


def test_one_scan_uploaded_by_many_is_one_row():
    row = make.gate_pass(NOW)
    gate = Gate.objects.get()
    event = ScanEvent(event_id=uuid.uuid4(), direction="exit", decision="let_out", gate_pass=row)

    outcomes = _at_once(lambda: gates.store(gate, event=event, by=make.GUARD, at=NOW)[1])

    assert outcomes == {"stored": 1, "already": HANDS - 1}
    assert Scan.objects.count() == OutboxMessage.objects.count() == 1


def test_one_emergency_pressed_by_many_opens_one_case():
    gate = make.gate(make.community())
    event_id = uuid.uuid4()

    scans = _at_once(lambda: str(gates.emergency_release(gate, event_id=event_id, by=make.GUARD, at=NOW).case_ref))

    assert len(scans) == 1
    assert OutboxMessage.objects.filter(kind="gate.emergency").count() == 1
