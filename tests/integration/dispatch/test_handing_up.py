"""Somebody whom dispatch can put on no car is handed on to command, who takes them up by name (R-000-17)."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from access.services import calls_over, requests
from access.states import CancelReason
from calls.models import OpenCall
from communities.models import Area
from core.actors import Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from dispatch.hand import handing_up
from tests import walkers
from tests.factories import communities as places
from tests.walkers import AT, MIN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten_forty")]
OFFER = "排不了，交给指挥…"


@pytest.fixture
def command() -> Client:
    client = Client()
    place = ("district", "210602", "元宝区")
    client.force_login(places.user("cmd", "陶主任", role="command", place=place))
    return client


def _board(dispatcher: Client, request: object) -> str:
    return dispatcher.get(f"{reverse('dispatch:board')}?who={request.pk}").content.decode()


def _hand_up(dispatcher: Client, request: object, reason: str = "car"):
    fields = {"reason": reason, "idempotency_key": uuid.uuid4().hex}
    return dispatcher.post(reverse("dispatch:hand_up", args=[request.pk]), fields, follow=True)


def test_from_the_board_to_command_and_back_to_the_board(dispatcher, command):
    """R-000-17: handed on in one press, read on command's strip, taken up there, and its name read on the board."""
    request = walkers.ask(walkers.town())
    Area.objects.get_or_create(code="210602", defaults={"name": "元宝区", "level": "district"})
    assert OFFER in _board(dispatcher, request)

    done = _hand_up(dispatcher, request).content.decode()

    assert "元宝区指挥" in done
    assert OFFER not in done
    strip = command.get(reverse("calls:strip")).content.decode()
    assert "调度台排不了，交指挥" in strip
    assert "调度台排不了：没有车能去" in strip
    (call,) = OpenCall.objects.all()
    assert (call.owner_role, call.status, call.case_ref) == ("command", "open", request.case_ref)
    command.post(reverse("calls:take", args=[call.pk]), {"idempotency_key": uuid.uuid4().hex})
    assert "陶主任" in _board(dispatcher, request)
    assert "接手了" in _board(dispatcher, request)


def test_pressed_twice_it_is_one_call(dispatcher):
    request = walkers.ask(walkers.town())
    _hand_up(dispatcher, request)
    _hand_up(dispatcher, request, "hour")
    (call,) = OpenCall.objects.all()
    assert call.note == "调度台排不了：时间都约不上"


def test_dispatch_does_not_take_up_what_it_handed_on(dispatcher):
    request = walkers.ask(walkers.town())
    _hand_up(dispatcher, request)
    (call,) = OpenCall.objects.all()
    assert reverse("calls:take", args=[call.pk]) not in dispatcher.get(reverse("calls:strip")).content.decode()
    pressed = {"idempotency_key": uuid.uuid4().hex}
    refused = dispatcher.post(reverse("calls:take", args=[call.pk]), pressed, follow=True).content.decode()
    assert "这件交给指挥了，由指挥接手；排上车它就自己结束。" in refused
    call.refresh_from_db()
    assert call.status == "open"


def test_it_ends_by_itself_once_there_is_a_car():
    town = walkers.town()
    request = walkers.ask(town)
    handing_up.hand_up(request, reason="car", by=town.dispatcher, at=AT)
    handing_up.sweep(at=AT + MIN)
    assert OpenCall.objects.live().count() == 1  # the twin: nothing has changed

    walkers.place_by_hand(town, request)
    handing_up.sweep(at=AT + 2 * MIN)

    assert OpenCall.objects.get().ended_words == "有车了"
    assert "dispatch.hand.handing_up.sweep" in settings.SWEEPS


def test_it_ends_with_the_case(dispatcher):
    town = walkers.town()
    request = walkers.ask(town)
    handing_up.hand_up(request, reason="car", by=town.dispatcher, at=AT)
    requests.cancel(request, reason=CancelReason.values[0], by=town.staff, at=AT + MIN)
    walkers.deliver()
    calls_over.sweep(at=AT + 2 * MIN)
    assert not OpenCall.objects.live().exists()


@pytest.mark.parametrize("reason", ["", "火箭"])
def test_without_a_reason_nothing_is_handed_on(dispatcher, reason):
    request = walkers.ask(walkers.town())
    refused = _hand_up(dispatcher, request, reason)
    assert refused.status_code == 422
    assert "选一个原因" in refused.content.decode()
    assert not OpenCall.objects.exists()
    with pytest.raises(Invalid):
        handing_up.hand_up(request, reason=reason, by=walkers.town().dispatcher, at=AT)


def test_who_has_a_car_is_not_handed_on(dispatcher):
    town = walkers.town()
    request = walkers.ask(town)
    walkers.place_by_hand(town, request)
    assert OFFER not in _board(dispatcher, request)
    with pytest.raises(Conflict):
        handing_up.hand_up(request, reason="car", by=town.dispatcher, at=AT)


def test_only_dispatch_of_the_area_hands_on():
    town = walkers.town()
    request = walkers.ask(town)
    others: list[tuple[Actor, type[Exception]]] = [
        (town.staff, NotAllowed),
        (town.desk, NotAllowed),
        (replace(town.dispatcher, place_code="else"), NotFound),
    ]
    for actor, refusal in others:
        with pytest.raises(refusal):
            handing_up.hand_up(request, reason="car", by=actor, at=AT)
    assert not OpenCall.objects.exists()


def test_a_person_handed_on_can_still_be_placed(dispatcher):
    town = walkers.town()
    request = walkers.ask(town)
    _hand_up(dispatcher, request)
    assert reverse("dispatch:place", args=[request.pk]) in _board(dispatcher, request)
    walkers.place_by_hand(town, request)
    assert reverse("dispatch:withdraw", args=[request.pk]) in _board(dispatcher, request)
