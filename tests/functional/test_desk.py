"""A shift at the intake desk by keyboard alone, without scripts, and with news arriving (ui.md 8.12, 10.4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from core import clock
from hospitals.models import Appointment, Facility, Intake, OverloadReport
from hospitals.services import intake
from hospitals.states import IntakeStatus
from tests.factories import hospitals as make
from tests.functional.desk_day import noon_of_today, open_desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def facility() -> Iterator[Facility]:
    yield open_desk(noon_of_today())
    clock.forget()


def sign_in(context: BrowserContext, live_server: LiveServer, facility: Facility) -> None:
    client = Client()
    client.force_login(make.make_desk_user(facility))
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


@pytest.fixture
def desk(context: BrowserContext, live_server: LiveServer, facility: Facility) -> Page:
    sign_in(context, live_server, facility)
    page = context.new_page()
    page.goto(live_server.url + reverse("hospitals:desk"))
    return page


def status_of(name: str) -> str:
    return Intake.all_rows.get(label=name).status


def test_enter_confirms_the_chosen_arrival_and_u_takes_it_back(desk: Page, complaints: list[str]) -> None:
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#arrivals [aria-selected=true]")).to_contain_text("韩秀英")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    expect(desk.locator("#notices")).to_contain_text("王秀兰 已到院。")
    desk.wait_for_load_state()
    assert status_of("王秀兰") == IntakeStatus.ARRIVED
    desk.keyboard.press("u")
    expect(desk.locator("#notices")).to_contain_text("已撤回 王秀兰 的上一步。")
    assert status_of("王秀兰") == IntakeStatus.WITHDRAWN
    expect(desk.locator("#arrivals")).to_contain_text("王秀兰")
    assert complaints == []


def test_enter_works_at_once_on_the_first_row(desk: Page) -> None:
    desk.keyboard.press("Enter")
    expect(desk.locator("#notices")).to_contain_text("王秀兰 已到院。")


def test_f2_f3_and_t_finish_the_steps(desk: Page) -> None:
    desk.keyboard.press("F2")
    expect(desk.locator("#notices")).to_contain_text("交接完成")
    desk.wait_for_load_state()
    desk.keyboard.press("F3")
    expect(desk.locator("#notices")).to_contain_text("何静 已到院。")
    expect(desk.locator("h1")).to_contain_text("1 位急重症正在交接")
    desk.wait_for_load_state()
    desk.keyboard.press("t")
    expect(desk.locator("#inside-list [aria-selected=true]")).to_contain_text("吴国栋")
    desk.keyboard.press("t")
    expect(desk.locator("#odd")).to_contain_text("吴国栋 约")  # half an hour before its time: asked first
    desk.keyboard.press("Enter")
    expect(desk.locator("#odd")).to_be_hidden()
    assert status_of("吴国栋") != IntakeStatus.RELEASED
    desk.keyboard.press("t")
    desk.get_by_role("button", name="是的，记下").click()
    expect(desk.locator("#notices")).to_contain_text("吴国栋 治疗结束，已叫返程车。")
    assert status_of("吴国栋") == IntakeStatus.RELEASED


def test_enter_asks_before_somebody_arrives_long_before_their_car(desk: Page) -> None:
    """Guard: Enter let somebody arrive whose car came in 53 minutes."""
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#arrivals [aria-selected=true]")).to_contain_text("姜文")

    desk.keyboard.press("Enter")

    expect(desk.locator("#odd")).to_contain_text("姜文 预计还有")
    desk.keyboard.press("Enter")  # 先不 has the focus
    expect(desk.locator("#odd")).to_be_hidden()
    assert not Intake.all_rows.filter(label="姜文").exists()
    desk.keyboard.press("Enter")
    desk.get_by_role("button", name="是的，记下").click()
    expect(desk.locator("#notices")).to_contain_text("姜文 已到院。")


def test_a_receives_who_nobody_announced(desk: Page) -> None:
    desk.keyboard.press("a")
    expect(desk.locator("h1")).to_contain_text("身份不明")
    expect(desk.locator(".clock").first).to_be_visible()
    assert Intake.objects.filter(is_walk_in=True).count() == 2


def test_the_dialog_reports_overload_and_keeps_the_patient(desk: Page, complaints: list[str]) -> None:
    link, dialog = desk.get_by_role("link", name="接不动，上报协调").first, desk.locator("#overload")
    link.click()
    try:
        expect(dialog).to_be_visible(timeout=3000)
    except AssertionError:  # a busy machine: whoever waits presses again, which does no harm (the next test)
        link.click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("床位").check()
    dialog.get_by_label("现在给病人做着什么").fill("已吸氧、心电监护")
    dialog.get_by_role("button", name="上报协调").click()
    expect(desk.locator("#notices")).to_contain_text("已上报，归")
    assert OverloadReport.objects.get().missing == "bed"
    assert Intake.objects.get(is_walk_in=True).status == IntakeStatus.ARRIVED
    assert complaints == []


def test_pressed_twice_the_dialog_keeps_what_is_typed_by_then(desk: Page, complaints: list[str]) -> None:
    """The form of the second press comes when the dialog is open and somebody types."""
    asked: list[Route] = []

    def hold_the_second(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.continue_()

    desk.route("**/desk/overload/**", hold_the_second)
    desk.evaluate(
        """() => {
          const link = document.querySelector('a[href*="/desk/overload/"]');
          link.click();
          link.click();
        }"""
    )
    doing = desk.locator("#overload").get_by_label("现在给病人做着什么")
    doing.fill("已吸氧")
    with desk.expect_response("**/desk/overload/**") as answer:
        asked[1].continue_()
    answer.value.finished()
    desk.evaluate("() => new Promise((done) => setTimeout(done))")

    expect(doing).to_have_value("已吸氧")
    assert complaints == []


def test_news_comes_by_itself(desk: Page) -> None:
    desk.mouse.move(2, 2)
    booked = Appointment.objects.get(name="姜文")
    intake.check_in(booked, by=make.ENGINE, at=clock.now())
    expect(desk.locator("#inside-list")).to_contain_text("姜文", timeout=12000)
    expect(desk.locator("#arrivals")).not_to_contain_text("姜文")


def test_the_desk_works_without_scripts(browser: Browser, live_server: LiveServer, facility: Facility) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    sign_in(context, live_server, facility)
    page = context.new_page()
    page.goto(live_server.url + reverse("hospitals:desk"))
    page.get_by_role("button", name="确认到院").first.click()
    expect(page.locator("#notices")).to_contain_text("王秀兰 已到院。")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator("#notices")).to_contain_text("已撤回")
    page.get_by_role("button", name="没有登记的人来了").click()
    expect(page.locator("h1")).to_contain_text("身份不明")
    context.close()
