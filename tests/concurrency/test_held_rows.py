"""Rows that are held while they are acted on: a pass, a driver's run, a message on its way up."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connections, transaction

from communities.models import GatePass
from communities.services import passes
from core import outbox
from core.models import AuditEvent, OutboxMessage
from tests.concurrency.at_once import PRESSES, ROUNDS, ROWS, Shape, at_once, prove
from tests.factories import communities as gate_rows
from tests.factories import transport as cars
from tests.walkers import AT, MIN
from transport import selectors
from transport.events import TripCompleted
from transport.models import Run
from transport.services import stops

pytestmark = pytest.mark.django_db(transaction=True)
UPDATE = r'^UPDATE "communities_gatepass"'


def _change(row: GatePass, number: int) -> object:
    """Write the car onto a pass, move its window, or call it off: what three workers may do in one second."""
    if number == 0:
        return passes.set_ride(row.case_ref, plate="辽F·7H03", by=gate_rows.BY, at=AT)
    if number == 1:
        later = passes.PassWindow(AT + 60 * MIN, AT + 540 * MIN)
        return passes.move_window(row.case_ref, window=later, by=gate_rows.BY, at=AT)
    return passes.void_for_case(row.case_ref, by=gate_rows.BY, at=AT, reason="改期")


def _is_whole(before: GatePass, told: list[str]) -> bool:
    """Say whether nobody was refused and each change counted, none on a pass that was called off before it."""
    after = GatePass.objects.get(pk=before.pk)
    verbs = list(AuditEvent.objects.filter(object_id=str(before.pk)).order_by("id").values_list("verb", flat=True))
    is_last = verbs[-1] == "pass.revoke"
    return told == ["done"] * PRESSES and is_last and after.version == len(verbs)


def test_a_pass_is_changed_by_one_at_a_time() -> None:
    """Guard: the lock on the issued pass. Without it who calls it off is refused, or it is changed after that."""
    for _round in range(ROUNDS):
        row = gate_rows.gate_pass(AT)
        told = at_once(lambda number, row=row: _change(row, number), PRESSES, before=UPDATE)
        assert _is_whole(row, told), told

    for _round in range(10):
        row = gate_rows.gate_pass(AT)
        told = at_once(lambda number, row=row: _change(row, number), PRESSES, before=UPDATE, off=frozenset({ROWS}))
        if not _is_whole(row, told):
            return
    pytest.fail("the twin: without the lock something must be lost")


def _under_way() -> Run:
    return cars.run(AT, uuid.uuid4().hex[:8], status="under_way")


def _arrive(run: Run, _number: int) -> None:
    """Press 到了 as the page does: the stop is found with its run held, then the step is done."""
    with transaction.atomic():
        first = run.stops.order_by("position")[0]
        stops.arrive(selectors.own_stop(cars.dispatch_actor(), first.pk), by=cars.dispatch_actor(), at=AT)


def _said(run: Run) -> int:
    first = run.stops.order_by("position")[0]
    return AuditEvent.objects.filter(verb="stop.arrived", object_id=str(first.pk)).count()


def test_a_step_pressed_by_several_at_once_counts_once() -> None:
    """Guard: the lock on the run of a driver's step: a double tap, and a dispatcher who presses for a driver."""
    prove(Shape("a step", _under_way, _arrive, _said, r'^UPDATE "transport_stop"', off=frozenset({ROWS})))


def _put() -> OutboxMessage:
    return outbox.put(TripCompleted(case_ref=uuid.uuid4(), at=AT, trip_id=str(uuid.uuid4())))


def _relay(handlers: Any) -> bool:
    try:
        return outbox.deliver_next(handlers)
    finally:
        connections.close_all()


def test_a_message_is_in_one_relays_hands_and_the_next_takes_another() -> None:
    """Guard: messages are held while they are delivered, and passed over by the next relay, not waited for."""
    _put()
    heard: list[uuid.UUID] = []
    is_held, is_over = Event(), Event()

    def handler(event: TripCompleted) -> None:
        heard.append(event.case_ref)
        if len(heard) == 1:
            is_held.set()
            is_over.wait(20)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(_relay, {TripCompleted: (handler,)})
        assert is_held.wait(20)
        began = time.monotonic()
        assert pool.submit(_relay, {TripCompleted: (handler,)}).result(20) is False
        second = _put()
        assert pool.submit(_relay, {TripCompleted: (handler,)}).result(20) is True
        waited_s = time.monotonic() - began
        is_over.set()
        assert first.result(20) is True

    assert heard[1:] == [second.case_ref]
    assert waited_s < 2  # as long as a lock is waited for
    assert not OutboxMessage.objects.filter(delivered_at__isnull=True).exists()
