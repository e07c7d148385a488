"""The switch of automatic planning on the dispatcher's desk (decisions.md C19)."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from dispatch.models import AreaSetting
from dispatch.planning import planner
from tests import walkers
from transport.models import Trip

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

    assert planner.plan("main", at=walkers.AT) == []
    walkers.place_by_hand(town, request)


def test_switched_off_a_round_trip_is_completed_by_hand_and_on_again_nothing_of_it_moves() -> None:
    """Issue B, 3: one patient goes there and comes home without the engine; another one's placement stands after."""
    town, client = walkers.town(), desk()
    turn(client, "off")
    there_and_back = walkers.walk(town, to="home")
    other = walkers.ask(town, walkers.resident(town, "王秀兰"))
    walkers.place_by_hand(town, other)
    rides = list(Trip.objects.order_by("pk").values("pk", "status", "run_id", "pickup_planned_at", "version"))

    turn(client, "on")
    planner.plan("main", at=there_and_back.at)

    assert there_and_back.request.status == "closed"
    assert facts_of(with_facts(AccessRequest.objects.filter(pk=there_and_back.request.pk)).get()).entered_at
    assert list(Trip.objects.order_by("pk").values("pk", "status", "run_id", "pickup_planned_at", "version")) == rides


def test_another_area_has_its_own_switch() -> None:
    turn(desk("east", "diaodu2"), "off")

    assert AreaSetting.objects.filter(area="main").first() is None


def test_proposal_of_another_area_is_absent() -> None:
    answer = desk().post(reverse("dispatch:engine_take", args=[uuid.uuid4()]), {"idempotency_key": uuid.uuid4().hex})

    assert answer.status_code == 404
