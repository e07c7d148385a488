"""Polls of living parts in a browser that several people use: nobody is told "the same" about another's page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import clock
from core.http import mark_of
from tests.factories import access as rows
from tests.factories import communities as make
from tests.walkers import AT

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true", "HX-Target": "live"}


@pytest.fixture(autouse=True)
def at_ten_forty():
    clock.forget()
    with time_machine.travel(AT, tick=False):
        yield
    clock.forget()


def test_who_signs_in_after_a_colleague_reads_their_own_page(client: Client) -> None:
    """Guard: the mark of a poll names the person. Two boards that never changed look alike, their pages do not."""
    here, next_door = make.community(), make.community(make.NEXT_DOOR, "隔壁")
    rows.need(rows.resident(here, "陈玉梅"), schedule_kind="weekly", schedule_days="2", shift="PM")
    client.force_login(make.staff(here))
    first = client.get(reverse("access:home"), headers=FRAGMENT)
    client.force_login(make.staff(next_door, username="13800000077"))

    answer = client.get(reverse("access:home"), headers={**FRAGMENT, "If-None-Match": first["ETag"]})

    assert "陈玉梅" in first.content.decode()
    assert answer.status_code == 200
    assert "陈玉梅" not in answer.content.decode()


def test_two_people_never_share_a_mark(rf: Any) -> None:
    """Guard: the same part, address, language and boards in the same minute, asked by two people."""
    marks = set()
    for number in range(2):
        request = rf.get("/gate/list/", headers=FRAGMENT)
        request.user, request.htmx = User.objects.create_user(f"1380000000{number}", "x" * 12, name="林晓"), _Htmx()
        # at a full minute: whatever second a person's own minutes begin at, it is the same one
        marks.add(mark_of(request, "gate:x", at=datetime(2022, 6, 28, 2, 40, tzinfo=UTC), version="0-0"))

    assert len(marks) == 2


class _Htmx:
    """A fragment asked for, as django-htmx says it."""

    history_restore_request = boosted = False

    def __bool__(self) -> bool:
        return True
