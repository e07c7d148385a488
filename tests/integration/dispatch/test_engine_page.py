"""The switch of automatic planning on the dispatcher's desk (decisions.md C19)."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import AreaSetting
from dispatch.services import planning
from tests import walkers

pytestmark = pytest.mark.django_db


def desk(area: str = "main", username: str = "diaodu") -> Client:
    client = Client()
    client.force_login(walkers.dispatcher_user(area, username))
    return client


def turn(client: Client, mode: str) -> int:
    words = {"mode": mode, "idempotency_key": uuid.uuid4().hex}
    return client.post(reverse("dispatch:engine"), words).status_code


@pytest.mark.parametrize(
    ("mode", "title"), [("on", "自动排车开着"), ("propose", "自动排车只提方案"), ("off", "自动排车关着")]
)
def test_page_says_what_the_engine_may_do(mode: str, title: str) -> None:
    client = desk()

    assert turn(client, mode) == 302
    assert title in client.get(reverse("dispatch:engine")).content.decode()


def test_switched_off_nobody_is_placed_and_the_hand_still_can() -> None:
    town = walkers.town()
    request = walkers.ask(town)
    turn(desk(), "off")

    assert planning.plan("main", at=walkers.AT) == []
    walkers.place_by_hand(town, request)


def test_another_area_has_its_own_switch() -> None:
    turn(desk("east", "diaodu2"), "off")

    assert AreaSetting.objects.filter(area="main").first() is None


def test_proposal_of_another_area_is_absent() -> None:
    answer = desk().post(reverse("dispatch:engine_take", args=[uuid.uuid4()]), {"idempotency_key": uuid.uuid4().hex})

    assert answer.status_code == 404
