"""The dispatcher's board as a tired hand meets it: heights, keys, what was chosen, what comes while a mouse rests."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from core import clock
from hospitals.services import intake
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.functional.noon import enter

pytestmark = pytest.mark.django_db(transaction=True)
MIN = timedelta(minutes=1)
Open = Callable[..., Page]


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def town(at: datetime) -> walkers.Town:
    return walkers.town(cars=4, capacity=200, at=at)


@pytest.fixture
def open_board(context: BrowserContext, live_server: LiveServer) -> Open:
    def opened(address: str = "/dispatch/", height: int = 900) -> Page:
        page = enter(context, live_server, walkers.dispatcher_user(username=f"d{uuid.uuid4().hex[:8]}"), address)
        page.set_viewport_size({"width": 1600, "height": height})
        return page

    return opened


def stands_outside(town: walkers.Town, name: str, *, at: datetime, minutes: int) -> None:
    """Let somebody be ready at the hospital, without a car home, for some minutes."""
    request = walkers.ask(town, walkers.resident(town, name), at=at - 300 * MIN)
    booked = desk_rows.make_appointment(
        town.slot, at=at - 300 * MIN, name=name, case_ref=request.case_ref, person_key=request.person_key
    )
    arrival = intake.check_in(booked, by=desk_rows.ENGINE, at=at - 280 * MIN)
    intake.release(arrival, by=desk_rows.ENGINE, at=at - minutes * MIN)


def top_of(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"]


def test_thirty_outside_and_120_waiting_leave_the_first_row_in_sight(open_board, town, at):
    """Guard: one strip each pushed the board to y 783 of 900, and nothing could be scrolled."""
    for number in range(30):
        stands_outside(town, f"外{number}", at=at, minutes=number + 2)
    for number in range(90):
        walkers.ask(town, walkers.resident(town, f"等{number}"), at=at, arrive_at=at + 200 * MIN)
    page = open_board()

    line = page.locator("#people-out summary")
    expect(line).to_contain_text("30 人在外面等车")
    expect(line).to_contain_text("最久的 外29")
    box = line.bounding_box()
    assert box is not None
    assert box["height"] <= 64
    assert top_of(page, "#waiting [data-row]") <= 240

    line.click()

    expect(page.locator("#people-out li")).to_have_count(30)
    expect(page.locator("#people-out li").first).to_be_in_viewport()
    page.locator("#people-out li a").first.click()
    expect(page.locator("h1")).to_contain_text("外29")


def test_the_line_stays_open_while_news_come(open_board, town, at):
    stands_outside(town, "外一", at=at, minutes=5)
    page = open_board()
    page.locator("#people-out summary").click()
    expect(page.locator("#people-out li")).to_have_count(1)

    stands_outside(town, "外二", at=at, minutes=9)
    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(page.locator("#people-out li")).to_have_count(2, timeout=15_000)  # once the pointer lies still
    expect(page.locator("#people-out li").first).to_be_visible()


def test_question_mark_then_enter_closes_the_help_and_switches_nothing_off(open_board, town):
    page = open_board()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#shortcuts")).to_be_hidden()

    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()


def test_choosing_somebody_swaps_the_panel_alone(open_board, town, at):
    """Guard: 240 kB and the whole board for each arrow key; the list lost its place."""
    for number in range(40):
        walkers.car(f"X{number}", at=at, wheelchairs=0)
    for number in range(30):
        walkers.ask(
            town, walkers.resident(town, f"等{number}"), at=at, arrive_at=town.slot.starts_at, mobility="wheelchair"
        )
    page = open_board()
    page.evaluate("document.getElementById('lanes').dataset.same = '1'")
    row = page.locator("#waiting [data-row]").nth(3)
    name = row.locator(".name").inner_text()

    with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "panel") as chosen:
        row.locator("a.waiting").click()

    expect(page.locator("#panel h2")).to_contain_text(name)
    expect(row.locator("a.waiting")).to_have_attribute("aria-current", "true")
    expect(page.locator("#waiting a[aria-current=true]")).to_have_count(1)
    expect(page.locator("#lanes")).to_have_attribute("data-same", "1")
    assert len(chosen.value.body()) <= 40_000
    expect(page.locator("#panel")).to_contain_text("辆不行")
    page.wait_for_timeout(6000)  # longer than a poll: it stays this person
    expect(page.locator("#panel h2")).to_contain_text(name)


def test_enter_before_the_choice_is_shown_presses_nothing(open_board, town, at):
    """Guard: 2 and a quick Enter took car 1; ↓ and a quick Enter placed the person before."""
    for number in range(3):
        walkers.ask(town, walkers.resident(town, f"等{number}"), at=at, arrive_at=town.slot.starts_at)
    page = open_board()
    expect(page.locator("#press button")).to_be_enabled()
    page.route("**/dispatch/?*car=*", lambda route: (page.wait_for_timeout(800), route.continue_()))

    page.keyboard.press("2")
    page.keyboard.press("Enter")

    expect(page.locator("#panel .offer[aria-current=true]").first).to_contain_text("V2", timeout=8000)
    expect(page.locator("#notices")).not_to_contain_text("排好了")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("排好了")
    assert walkers.Trip.objects.get(direction="outbound", run__isnull=False).run.vehicle_id == "V2"
    page.unroute_all(behavior="ignoreErrors")  # a poll may be held still


def test_without_a_network_the_board_stays_and_says_so(open_board, town, at, context):
    """Guard: the browser's page of errors took the list away, and Back failed."""
    request = walkers.ask(town, walkers.resident(town, "陈玉梅"), at=at, arrive_at=town.slot.starts_at)
    walkers.ask(town, walkers.resident(town, "赵德福"), at=at, arrive_at=town.slot.starts_at)
    page = open_board()
    expect(page.locator("#press button")).to_be_enabled()
    context.set_offline(True)

    page.locator("#waiting a.waiting").nth(1).click()
    expect(page.locator("#notices")).to_contain_text("没打开。这一页还在")
    page.get_by_role("link", name="看全程").first.click()
    page.locator("#press button").click()

    expect(page.locator("#notices")).to_contain_text("刚才那一下没有记上")
    expect(page.locator("#waiting [data-row]")).to_have_count(2)
    expect(page.locator("#net")).to_contain_text("停在断网前")
    assert not walkers.Trip.objects.filter(run__isnull=False).exists()
    assert request.pk
