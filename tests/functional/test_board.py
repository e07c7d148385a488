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
