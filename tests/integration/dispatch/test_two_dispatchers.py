"""Two dispatchers before one person: each reads that the other is there, nobody is kept from working."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock, looking
from tests import walkers
from tests.factories import communities as gate_rows
from tests.walkers import AT, MIN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten_forty")]


def colleague(area: str = "main", name: str = "沈悦") -> Client:
    client = Client()
    user = gate_rows.user(f"u{uuid.uuid4().hex[:8]}", name, role="dispatch", place=("dispatch_area", area, area))
    client.force_login(user)
    return client


def panel(client: Client, request, **headers: str):
    return client.get(
        f"{reverse('dispatch:board')}?who={request.pk}", headers={"hx-request": "true", "hx-target": "panel", **headers}
    )


def test_each_reads_who_else_has_this_person_open_and_since_when(dispatcher):
    town = walkers.town()
    request = walkers.ask(town)
    other = walkers.ask(town, walkers.resident(town, "赵德福"))
    alone = panel(dispatcher, request)
    assert "也打开着" not in alone.content.decode()

    assert "韩冰也打开着，从 10:40 起" in panel(colleague(), request).content.decode()

    again = panel(dispatcher, request, **{"if-none-match": alone["ETag"]})
    assert again.status_code == 200, "a colleague coming is news"
    assert "沈悦也打开着，从 10:40 起" in again.content.decode()
    assert panel(dispatcher, request, **{"if-none-match": again["ETag"]}).status_code == 304
    assert "也打开着" not in panel(dispatcher, other).content.decode()


def test_whoever_closed_it_is_named_no_more(dispatcher):
    request = walkers.ask(walkers.town())
    panel(colleague(), request)
    clock.forget()
    with time_machine.travel(AT + looking.LIFE + timedelta(seconds=1), tick=False):
        assert "也打开着" not in panel(dispatcher, request).content.decode()


def test_another_area_is_not_told_and_tells_nobody(dispatcher):
    """Guard: the address names any request; who works on it is told to its own area's dispatchers alone."""
    request = walkers.ask(walkers.town())
    panel(dispatcher, request)

    assert "韩冰" not in panel(colleague("else"), request).content.decode().partition("<h2")[2]
    assert "也打开着" not in panel(dispatcher, request).content.decode()


def test_without_the_store_the_board_works_and_names_nobody(dispatcher, monkeypatch):
    def away() -> None:
        raise ConnectionError

    request = walkers.ask(walkers.town())
    panel(colleague(), request)
    monkeypatch.setattr(looking, "_store", away)
    monkeypatch.setattr(looking, "_away_until", 0.0)

    page = panel(dispatcher, request)

    assert page.status_code == 200
    assert "也打开着" not in page.content.decode()
    assert "陈玉梅" in page.content.decode()


def test_the_loser_keeps_the_person_and_reads_who_was_first_and_when(dispatcher):
    """Guard: 刚被别人排好了 alone sent the loser to search for what had become of the person."""
    town = walkers.town()
    request = walkers.ask(town)
    walkers.place_by_hand(town, request, at=AT - 2 * MIN)
    walkers.deliver()
    form = {"slot": str(town.slot.pk), "car": "V2", "back": "V2", "idempotency_key": uuid.uuid4().hex}

    refused = dispatcher.post(reverse("dispatch:place", args=[request.pk]), form)

    page = refused.content.decode()
    assert refused.status_code == 409
    assert f"刚被别人排好了：{town.dispatcher.label} 10:38 排的，下面是现在的样子。" in page
    assert "陈玉梅 已排好，换车、改时间" in page
    assert "辽F·V1" in page
