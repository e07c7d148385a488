"""The board over HTTP: who may see it, what it costs, what a lost race reads."""

from __future__ import annotations

import uuid

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from dispatch.home import returns
from dispatch.planning import planner, unmet
from hospitals.models import Appointment
from hospitals.services import intake
from tests import walkers
from tests.factories import communities as gate_rows
from tests.walkers import AT, MIN
from transport.models import Trip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten_forty")]


def press(town: walkers.Town, **fields: str) -> dict[str, str]:
    return {
        "idempotency_key": uuid.uuid4().hex,
        "slot": str(town.slot.pk),
        "facility": town.facility.pk,
        "car": "V1",
        "back": "V1",
        **fields,
    }


def test_board_offers_hospital_car_and_button(dispatcher):
    town = walkers.town()
    walkers.ask(town)

    page = dispatcher.get(reverse("dispatch:board")).content.decode()

    assert "1 位在等车" in page
    assert "排给 辽F·V1" in page
    assert "返程也有空" in page
    assert "陈玉梅" in page


@pytest.mark.parametrize("part", ["headline", "waiting", "lanes", "panel", "main"])
def test_each_living_part_answers_alone_and_not_again(dispatcher, part):
    walkers.ask(walkers.town())
    headers = {"HX-Request": "true", "HX-Target": part}

    first = dispatcher.get(reverse("dispatch:board"), headers=headers)
    again = dispatcher.get(reverse("dispatch:board"), headers={**headers, "If-None-Match": first["ETag"]})

    assert first.status_code == 200
    assert b"<html" not in first.content
    assert again.status_code == 304


def test_a_poll_without_news_reads_nothing_and_any_change_makes_it_new(dispatcher):
    walk = walkers.walk(walkers.town(), to="arrived")
    url, headers = reverse("dispatch:board"), {"HX-Request": "true", "HX-Target": "panel"}
    headers["If-None-Match"] = dispatcher.get(url, headers=headers)["ETag"]

    with CaptureQueriesContext(connection) as asked:
        again = dispatcher.get(url, headers=headers)

    assert again.status_code == 304
    assert len(asked) <= 3  # session, who with posts, the marks of the boards
    assert dispatcher.get(url, headers={**headers, "HX-Target": "lanes"}).status_code == 200  # another question

    intake.hand_over(walk.intake, by=walk.town.desk, at=walk.at + 5 * walkers.MIN)

    with CaptureQueriesContext(connection) as asked:
        changed = dispatcher.get(url, headers=headers)
    assert len(asked) > 3  # read again, even where the same is drawn
    assert changed["ETag"] != headers["If-None-Match"]


@pytest.mark.parametrize("people", [5, 50])
def test_board_costs_eight_queries(dispatcher, people):
    """speed.md: the same at 5 and at 50 rows, sign-in included."""
    town = walkers.town(cars=8)
    for number in range(people):
        walkers.ask(town, walkers.resident(town, f"陈玉{number}"))
    dispatcher.get(reverse("dispatch:board"))

    with CaptureQueriesContext(connection) as queries:
        page = dispatcher.get(reverse("dispatch:board"))

    assert page.status_code == 200
    assert len(queries) <= 8, [query["sql"][:90] for query in queries]


def test_place_by_form_says_so_and_can_be_taken_back(dispatcher):
    town = walkers.town()
    request = walkers.ask(town)

    done = dispatcher.post(reverse("dispatch:place", args=[request.pk]), press(town), follow=True)

    assert "陈玉梅排好了。" in done.content.decode()
    undo = reverse("dispatch:withdraw", args=[request.pk])
    assert f'action="{undo}"' in done.content.decode()
    back = dispatcher.post(undo, {"idempotency_key": uuid.uuid4().hex}, follow=True)
    assert "回到等车的人里" in back.content.decode()
    assert not Appointment.objects.live().exists()


def test_place_pressed_twice_acts_once(dispatcher):
    town = walkers.town()
    request = walkers.ask(town)
    form = press(town)

    first = dispatcher.post(reverse("dispatch:place", args=[request.pk]), form)
    again = dispatcher.post(reverse("dispatch:place", args=[request.pk]), form)

    assert (first.status_code, again.status_code) == (302, 302)
    assert Trip.objects.filter(case_ref=request.case_ref).count() == 2


def test_loser_of_a_race_reads_who_has_the_car_and_keeps_the_person(dispatcher):
    town = walkers.town(cars=1)
    first = walkers.ask(town)
    walkers.place_by_hand(town, first)
    walkers.set_out_early(first)
    second = walkers.ask(town, walkers.resident(town, "赵德福"))

    refused = dispatcher.post(reverse("dispatch:place", args=[second.pk]), press(town))

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "刚被别人排走了：辽F·V1" in page
    assert "赵德福" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"slot": "x"},
        {"slot": "0"},
        {"slot": "9" * 40},
        {"car": "x" * 400},
        {"slot": "", "facility": ""},
        {"car": "\x00"},
    ],
)
def test_place_with_malformed_words_is_refused_in_words(dispatcher, wrong):
    town = walkers.town()
    request = walkers.ask(town)

    refused = dispatcher.post(reverse("dispatch:place", args=[request.pk]), press(town, **wrong))

    assert refused.status_code == 422
    assert "陈玉梅" in refused.content.decode()
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "?who=x",
        "?slot=x",
        "?car=%00",
        "?who=00000000-0000-4000-8000-000000000007",
        "?q=%F0%9F%98%80",
        "?slot=99999999999999999999999",
    ],
)
def test_board_reads_any_address(dispatcher, query):
    walkers.ask(walkers.town())

    assert dispatcher.get(reverse("dispatch:board") + query).status_code == 200


def test_search_finds_by_pinyin(dispatcher):
    town = walkers.town()
    walkers.ask(town)
    walkers.ask(town, walkers.resident(town, "赵德福"))

    page = dispatcher.get(reverse("dispatch:board") + "?q=zdf").content.decode()

    assert 'class="name">赵德福' in page
    assert 'class="name">陈玉梅' not in page


@pytest.mark.parametrize("name", ["place", "withdraw", "place_return", "undo_return"])
def test_another_area_does_not_exist(name):
    """A stranger to the area gets 404 everywhere."""
    town = walkers.town()
    request = walkers.ask(town)
    stranger = Client()
    stranger.force_login(walkers.dispatcher_user("elsewhere", "stranger"))

    answer = stranger.post(reverse(f"dispatch:{name}", args=[request.pk]), press(town))

    assert answer.status_code == 404
    assert "陈玉梅" not in stranger.get(reverse("dispatch:board")).content.decode()


@pytest.mark.parametrize("name", ["dispatch:board", "dispatch:vehicles", "dispatch:facilities", "command:overview"])
def test_pages_are_for_their_post_alone(name):
    walkers.town()
    other = Client()
    other.force_login(gate_rows.guard(username="guard"))

    assert other.get(reverse(name)).status_code == 403
    assert Client().get(reverse(name)).status_code == 302
    assert other.post(reverse(name)).status_code == 405


def test_place_return_by_form(dispatcher):
    town = walkers.town()
    case = walkers.walk(town, to="treated")
    returns.scheduling.release_reservation(case.trip("inbound"), by=town.dispatcher, at=case.at, reason="车坏了")
    case.step("released")
    with time_machine.travel(case.at + 16 * MIN, tick=False):
        clock.forget()
        shown = dispatcher.get(reverse("dispatch:board")).content.decode()
        assert "返程超 15 分钟" in shown
        url = reverse("dispatch:place_return", args=[case.request.pk])
        done = dispatcher.post(url, {"idempotency_key": uuid.uuid4().hex, "car": "V2"}, follow=True)
        assert "的返程排好了" in done.content.decode()
        undo = reverse("dispatch:undo_return", args=[case.request.pk])
        back = dispatcher.post(undo, {"idempotency_key": uuid.uuid4().hex}, follow=True)
        assert "还在等返程车" in back.content.decode()


def test_vehicles_and_hospitals_show_the_day(dispatcher):
    town = walkers.town()
    walkers.place_by_hand(town, walkers.ask(town))

    cars = dispatcher.get(reverse("dispatch:vehicles")).content.decode()
    hospitals = dispatcher.get(reverse("dispatch:facilities")).content.decode()

    assert "辽F·V1" in cars
    assert "师傅V1" in cars
    assert town.facility.name in hospitals
    assert '<b class="num">3</b>' in hospitals


def test_whom_the_engine_could_not_place_is_read_by_community_and_dispatcher_who_decides(dispatcher):
    """R-000-12: the community reads whose move it is, and the same person stands before that dispatcher with the why."""
    at = clock.now()
    town = walkers.town(cars=0, at=at)
    request = walkers.ask(town, at=at)
    asking = Client()
    asking.force_login(
        gate_rows.user("asks", "林晓", role="staff", place=("community", town.community.code, "锦江花园"))
    )
    detail = reverse("access:request", args=[request.pk])
    assert "自动排车在给这一趟找车。" in asking.get(detail).content.decode()

    planner.plan("main", at=at)

    assert "自动排车没排上，要调度员来定。" in asking.get(detail).content.decode()
    board = dispatcher.get(reverse("dispatch:board")).content.decode()
    assert "陈玉梅" in board
    assert "去程没有车能排" in board


def test_command_names_who_has_nothing_and_whose_move_it_is():
    town = walkers.town()
    asked = walkers.ask(town, at=AT - 40 * MIN)
    unmet.leave_waiting({asked.pk: "became_stale"}, at=AT)
    client = Client()
    client.force_login(gate_rows.user("cmd", "陶主任", role="command", place=("district", "210602000000", "元宝区")))
    elsewhere = Client()
    elsewhere.force_login(
        gate_rows.user("cmd2", "王主任", role="command", place=("district", "210603000000", "振兴区"))
    )

    page = client.get(reverse("command:overview")).content.decode()
    other = elsewhere.get(reverse("command:overview")).content.decode()

    assert "1 人的需求没着落" in page
    assert "排好的车或时段刚被占用，稍后自动再排" in page
    assert "轮到：调度台" in page
    assert "陈玉梅" not in page
    assert "定期治疗 1 人" in page
    assert "透析" not in page  # one person's cell would tell the illness (authz/fields.csv)
    assert "现在没有人没着落" in other


def _costs(client: Client, address: str, **headers: str) -> tuple[int, str]:
    with CaptureQueriesContext(connection) as queries:
        text = client.get(address, headers=headers).content.decode()
    return len(queries), text


def test_a_board_is_read_once_while_nothing_on_it_changes(dispatcher):
    """speed.md: four living parts and every dispatcher of the area share what was read; a change is seen at once."""
    town = walkers.town()
    walkers.ask(town)
    address = reverse("dispatch:board")
    dispatcher.get(address, headers={"cache-control": "no-cache"})  # what a process reads once: the clock
    first, before = _costs(dispatcher, address)
    again, same = _costs(dispatcher, address)

    walkers.ask(town, walkers.resident(town, "王秀兰"))
    changed, after = _costs(dispatcher, address)

    assert (first, changed) == (8, 8)
    assert again == 3
    assert "陈玉梅" in before
    assert "陈玉梅" in same
    assert "2 位在等车" in after
    assert "王秀兰" in after


def test_a_reload_and_the_next_minute_read_afresh(dispatcher):
    """What a change without a board hides is gone by a press of reload, or after a minute."""
    town = walkers.town()
    row = walkers.ask(town)
    address = reverse("dispatch:board")
    _costs(dispatcher, address)
    type(row).objects.filter(pk=row.pk).update(name="陈玉枚")

    assert "陈玉枚" not in _costs(dispatcher, address)[1]
    assert "陈玉枚" in _costs(dispatcher, address, cache_control="max-age=0")[1]
    with time_machine.travel(AT + MIN, tick=False):
        assert "陈玉枚" in _costs(dispatcher, address)[1]


def test_the_living_parts_share_what_was_read(dispatcher):
    """speed.md: after a change the board is read for the first part that asks, as a browser's fetch asks."""
    walkers.ask(walkers.town())
    address = reverse("dispatch:board")
    asked = {"hx-request": "true", "cache-control": "no-cache", "pragma": "no-cache"}
    costs = [
        _costs(dispatcher, address, **asked, hx_target=part)[0] for part in ("waiting", "lanes", "panel", "headline")
    ]

    assert costs[1:] == [3, 3, 3]


def test_two_areas_and_two_languages_keep_boards_of_their_own(dispatcher):
    """E31: what one area's dispatcher read is never shown to another's."""
    town = walkers.town()
    walkers.ask(town)
    address = reverse("dispatch:board")
    _costs(dispatcher, address)
    other = Client()
    other.force_login(walkers.dispatcher_user("elsewhere", "bieren"))

    assert "陈玉梅" not in _costs(other, address)[1]
    dispatcher.cookies["django_language"] = "en"
    assert "1 位在等车" not in _costs(dispatcher, address)[1]
