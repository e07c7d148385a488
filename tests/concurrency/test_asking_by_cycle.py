"""Two of one community press 按治疗周期申请 at the same moment: everybody is asked for once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from access.models import AccessRequest
from access.services import cycle
from core import clock
from tests.factories import access as make
from tests.factories import communities

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 4


def test_everybody_due_is_asked_for_once() -> None:
    home = communities.community()
    staff = communities.actor(communities.staff(home))
    at = clock.now()
    day = clock.local_day(at + timedelta(days=2))
    for number in range(6):
        person = make.resident(home, f"王{number}")
        make.need(person, schedule_kind="weekly", schedule_days=str(day.isoweekday()), shift="AM")
    ready = Barrier(PRESSES)

    def press(_number: int) -> int:
        try:
            ready.wait(20)
            return len(cycle.ask_due(by=staff, at=at))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PRESSES) as pool:
        asked = sorted(pool.map(press, range(PRESSES)))

    assert asked == [0, 0, 0, 6]
    assert AccessRequest.objects.count() == 6
