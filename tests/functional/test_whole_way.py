"""The network is pulled at every press of one patient's way: nothing is lost, doubled or said that is not so.

Three troubles, each at each press of `whole_way.PRESSES`: no network before it, an answer that is lost after it reached
the server, and an answer that is slow under an impatient finger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from core import clock
from hospitals.models import Intake
from tests.functional import whole_way
from tests.functional.whole_way import PRESSES, UNANNOUNCED, Press, Way

pytestmark = pytest.mark.django_db(transaction=True)
SAID = "#notices, #errors, #offline-strip, [data-send-trouble]"
NOT_SENT = ("没有记上", "还没交", "没存上")  # true only of what did not reach the server
TOLD_OFFLINE = ("没有记上", "还没交", "没有网", "条存着")
PATIENCE_MS = 12_000
A_SECOND = 1100  # longer than the driver's one button is locked after it has changed
TYPED = """() => [...document.querySelectorAll("main form :is(input, select, textarea)")]
  .filter((each) => each.type !== "hidden")
  .map((each) => `${each.name}=${["radio", "checkbox"].includes(each.type) ? each.checked : each.value}`)"""
NEW_KEY_EACH_TIME = """window.addEventListener("submit", (event) => {
  const key = event.target.elements.idempotency_key;
  if (key) key.value = crypto.randomUUID();
}, true)"""
Trouble = Callable[[Page, Press], None]


@pytest.fixture
def way() -> Iterator[Way]:
    yield whole_way.lay_out()
    clock.forget()


def is_keyed(route: Route) -> bool:
    return route.request.method == "POST" and "idempotency_key" in (route.request.post_data or "")


def words(page: Page) -> str:
    """Return what the page says of the press."""
    return " ".join(each for each in page.locator(SAID).all_inner_texts() if each)


def assert_is_ours(page: Page, press: Press) -> None:
    assert not page.url.startswith("chrome-error"), f"{press.name}: the browser's own page of errors"
    expect(page.locator("#main")).to_be_visible()


def wait_for(page: Page, press: Press, count: int) -> None:
    """Wait until the act stands so often, and a moment longer for one too many."""
    for _turn in range(PATIENCE_MS // 100):
        if press.count() >= count:
            break
        page.wait_for_timeout(100)
    assert press.count() == count, f"{press.name}: {press.count()} for {count}; {words(page)}"


def press_again(page: Page, press: Press) -> None:
    """Do what the page offers: 再试一次, or the same button."""
    again = page.locator("[data-send-trouble] button")
    (again if again.count() else press.find(page)).first.click()


def without_network(page: Page, press: Press) -> None:
    before, typed = press.count(), page.evaluate(TYPED)
    page.context.set_offline(True)
    press.find(page).click()
    page.wait_for_timeout(300)
    assert_is_ours(page, press)
    assert any(each in words(page) for each in TOLD_OFFLINE), f"{press.name}: nothing said: {words(page)}"
    assert press.count() == before
    if press.is_kept:
        assert "1 条存着" in words(page), press.name
        page.context.set_offline(False)
    else:
        assert page.evaluate(TYPED) == typed, press.name
        page.context.set_offline(False)
        expect(press.find(page)).not_to_contain_text("正在提交")
        press_again(page, press)
    wait_for(page, press, before + 1)


def with_a_lost_answer(page: Page, press: Press) -> None:
    before, typed, lost = press.count(), page.evaluate(TYPED), []

    def lose(route: Route) -> None:
        if lost or not is_keyed(route):
            route.continue_()
        else:
            lost.append(route.fetch(max_redirects=0))
            route.abort()

    page.route("**/*", lose)
    press.find(page).click()
    wait_for(page, press, before + 1)
    page.wait_for_timeout(300)
    assert_is_ours(page, press)
    assert not any(each in words(page) for each in NOT_SENT), f"{press.name}: it was sent: {words(page)}"
    if not press.is_kept:
        assert "不知道" in words(page), f"{press.name}: nothing said: {words(page)}"
        assert page.evaluate(TYPED) == typed, press.name
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            press_again(page, press)
    page.wait_for_timeout(500)
    page.unroute("**/*")
    assert len(lost) == 1
    wait_for(page, press, before + 1)


def with_a_slow_answer(page: Page, press: Press) -> None:
    before = press.count()

    def dawdle(route: Route) -> None:
        if is_keyed(route):
            page.wait_for_timeout(500)
        route.continue_()

    page.route("**/*", dawdle)
    press.find(page).dblclick()
    wait_for(page, press, before + 1)
    page.wait_for_timeout(700)
    page.unroute("**/*")
    wait_for(page, press, before + 1)


TROUBLES: dict[str, Trouble] = {
    "without a network": without_network,
    "the answer is lost": with_a_lost_answer,
    "the answer is slow": with_a_slow_answer,
}


def walk(page: Page, server: LiveServer, way: Way, trouble: Trouble, presses: tuple[Press, ...] = PRESSES) -> None:
    """Take every step of the way in a browser, each in trouble."""
    name = settings.SESSION_COOKIE_NAME
    for press in whole_way.steps(way, presses):
        client = Client()
        client.force_login(press.user(way))
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server.url}])
        page.goto(server.url + press.address(way))
        press.fill(page, way)
        trouble(page, press)
        page.wait_for_function("() => document.readyState !== 'loading'")
        assert_is_ours(page, press)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_of_a_whole_way_is_lost_or_doubled(
    context: BrowserContext, live_server: LiveServer, way: Way, trouble: str
) -> None:
    walk(context.new_page(), live_server, way, TROUBLES[trouble])

    assert whole_way.doubled_or_lost() == []


@pytest.mark.parametrize("trouble", TROUBLES)
def test_somebody_nobody_announced_is_received_once(
    context: BrowserContext, live_server: LiveServer, way: Way, trouble: str
) -> None:
    """No state of a row guards this press: its key alone does."""
    walk(context.new_page(), live_server, way, TROUBLES[trouble], (UNANNOUNCED,))

    assert Intake.objects.count() == 1


def test_a_form_with_a_new_key_each_time_is_seen_to_double(
    context: BrowserContext, live_server: LiveServer, way: Way
) -> None:
    """The twin: with another key at each sending the same walk finds two."""
    page = context.new_page()
    page.add_init_script(NEW_KEY_EACH_TIME)

    with pytest.raises(AssertionError, match="somebody nobody announced: 2 for 1"):
        walk(page, live_server, way, with_a_lost_answer, (UNANNOUNCED,))
