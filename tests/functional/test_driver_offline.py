"""A driver's phone: a run comes by itself, and without network presses are kept and sent in order (ui.md 8.10, E1)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Post, User
from core import clock
from dispatch.planning import planner
from tests import walkers
from tests.factories import communities as places
from tests.factories import transport as make
from transport.models import Run

pytestmark = pytest.mark.django_db(transaction=True)
A_SECOND = 1100  # longer than the button is locked after it has changed under the thumb
REFUSED = "断网时按的一步没有记下"


@pytest.fixture
def run() -> Run:
    return make.run(clock.now(), status="accepted")


@pytest.fixture
def sheet(context: BrowserContext, live_server: LiveServer, run: Run) -> Page:
    return drive(context, live_server, "D1")


def drive(context: BrowserContext, live_server: LiveServer, driver: str) -> Page:
    """Open the sheet of a driver, for the first time or again."""
    client = Client()
    held = Post.objects.filter(role="driver", place_code=driver).first()
    client.force_login(held.user if held else make.driver_user(driver, username=f"139{driver}"))
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/drive/")
    return page


def test_a_run_comes_by_itself_to_a_driver_who_waits(context: BrowserContext, live_server: LiveServer) -> None:
    """C20: nobody touches the phone; what the engine planned stands there by itself."""
    at = clock.now()
    town = walkers.town(cars=1, at=at)
    page = drive(context, live_server, "D-V1")
    expect(page.locator("#main")).to_contain_text("现在没有趟")
    expect(page.locator("#main")).to_contain_text("有趟会自己出来")

    walkers.ask(town, at=at)
    planner.plan("main", at=at)

    expect(page.locator("#main")).to_contain_text("陈阿姨", timeout=20_000)
    expect(page.get_by_role("button", name="接了")).to_be_visible()
    expect(page.locator("#main")).not_to_contain_text("现在没有趟")


def press_without_network(page: Page, context: BrowserContext) -> None:
    """Press 出发 and 到楼下了 in a cellar."""
    context.set_offline(True)
    button = page.locator(".btn-act")
    expect(button).to_contain_text("出发")
    button.click()
    expect(button).to_contain_text("到楼下了")
    page.wait_for_timeout(A_SECOND)
    button.click()
    expect(button).to_contain_text("人已上车")


def test_steps_pressed_without_network_are_sent_in_order(sheet: Page, context: BrowserContext, run: Run) -> None:
    press_without_network(sheet, context)
    assert Run.objects.get(pk=run.pk).status == "accepted"

    with sheet.expect_navigation():
        context.set_offline(False)

    expect(sheet.locator(".btn-act")).to_contain_text("人已上车")
    assert Run.objects.get(pk=run.pk).status == "under_way"
    assert run.stops.first().arrived_at is not None
    expect(sheet.locator("#notices")).not_to_contain_text(REFUSED)


def test_a_kept_step_that_came_too_late_is_told(sheet: Page, context: BrowserContext, run: Run) -> None:
    press_without_network(sheet, context)
    Run.objects.filter(pk=run.pk).update(status="cancelled")

    with sheet.expect_navigation():
        context.set_offline(False)

    expect(sheet.locator("#notices")).to_contain_text(REFUSED)
    assert Run.objects.get(pk=run.pk).status == "cancelled"


@pytest.mark.parametrize("who", ["nobody", "another driver"])
def test_kept_steps_wait_for_the_driver_who_pressed_them(
    sheet: Page, context: BrowserContext, live_server: LiveServer, run: Run, who: str
) -> None:
    """The session ended meanwhile, or somebody else signs in on the phone: the steps stay, and are sent for their driver."""
    press_without_network(sheet, context)
    context.clear_cookies()
    if who == "nobody":
        context.set_offline(False)
        expect(sheet.locator("#notices")).to_contain_text("登录到期或岗位换了，要重新登录", timeout=20_000)
    else:
        sheet.close()
        context.set_offline(False)
        other = drive(context, live_server, "D9")
        expect(other.locator("#main")).to_contain_text("现在没有趟")
        other.wait_for_timeout(1000)
        expect(other.locator("#notices")).not_to_contain_text(REFUSED)
        other.close()
        context.clear_cookies()
    assert Run.objects.get(pk=run.pk).status == "accepted"

    again = drive(context, live_server, "D1")

    expect(again.locator(".btn-act")).to_contain_text("人已上车")
    assert Run.objects.get(pk=run.pk).status == "under_way"


def test_a_press_that_gets_no_answer_is_kept_though_the_phone_believes_in_a_network(sheet: Page, run: Run) -> None:
    """Bars on the phone and nothing behind them: the browser's page of errors took the sheet away, and the press with it."""
    sheet.route("**/drive/run/**", lambda route: route.abort())
    button = sheet.locator(".btn-act")
    button.click()
    expect(button).to_contain_text("到楼下了")
    expect(sheet.locator("#offline-strip")).to_contain_text("1 条存着")
    sheet.unroute("**/drive/run/**")
    sheet.wait_for_timeout(A_SECOND)

    with sheet.expect_navigation():
        button.click()  # goes behind what is kept

    expect(sheet.locator(".btn-act")).to_contain_text("人已上车")
    assert Run.objects.get(pk=run.pk).status == "under_way"


def test_a_step_whose_answer_was_lost_counts_once_and_is_not_called_refused(sheet: Page, run: Run) -> None:
    lost = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    sheet.route("**/drive/run/**", lose)

    with sheet.expect_navigation():  # kept, told again at once, and the sheet drawn anew
        sheet.locator(".btn-act").click()

    assert len(lost) == 1
    assert Run.objects.get(pk=run.pk).status == "under_way"
    expect(sheet.locator(".btn-act")).to_contain_text("到楼下了")
    expect(sheet.locator("#notices")).not_to_contain_text(REFUSED)


def test_a_press_after_the_sessions_end_is_kept_for_its_driver(
    sheet: Page, context: BrowserContext, live_server: LiveServer, run: Run
) -> None:
    """The page to sign in on took the sheet away, and the press, with what was typed, was lost."""
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    button = sheet.locator(".btn-act")
    button.click()
    expect(button).to_contain_text("到楼下了")
    expect(sheet.locator("#notices")).to_contain_text("登录到期或岗位换了，要重新登录")
    strip = sheet.locator("#offline-strip")
    expect(strip).to_contain_text(
        "1 条存着，重新登录以后补传", timeout=10_000
    )  # there is a network: it is not the trouble
    expect(strip.get_by_text("没有网，照常点。")).to_be_hidden()
    assert Run.objects.get(pk=run.pk).status == "accepted"

    again = drive(context, live_server, "D1")

    expect(again.locator(".btn-act")).to_contain_text("到楼下了")
    assert Run.objects.get(pk=run.pk).status == "under_way"


def test_a_thumb_that_taps_twice_without_network_presses_one_step(sheet: Page, context: BrowserContext) -> None:
    """Guard: two steps were stored, the second never meant."""
    context.set_offline(True)
    button = sheet.locator(".btn-act")

    button.dblclick()

    expect(button).to_contain_text("到楼下了")
    expect(sheet.locator("#offline-strip")).to_contain_text("1 条存着")
    sheet.wait_for_timeout(A_SECOND)
    button.click()
    expect(button).to_contain_text("人已上车")


def test_a_kept_step_is_taken_back_on_the_phone(sheet: Page, context: BrowserContext, run: Run) -> None:
    context.set_offline(True)
    button = sheet.locator(".btn-act")
    button.click()
    expect(button).to_contain_text("到楼下了")

    sheet.get_by_role("button", name="撤回刚才那一步").click()

    expect(button).to_contain_text("出发")
    expect(sheet.locator("#offline-strip")).not_to_contain_text("条存着")
    context.set_offline(False)
    sheet.wait_for_timeout(500)
    assert Run.objects.get(pk=run.pk).status == "accepted"


def test_what_goes_wrong_is_said_of_the_stop_that_is_shown(sheet: Page, context: BrowserContext, run: Run) -> None:
    """Guard: without network the trouble buttons went on pointing at the stop before."""
    context.set_offline(True)
    button = sheet.locator(".btn-act")
    for shown in ("到楼下了", "人已上车", "到医院了"):
        button.click()
        expect(button).to_contain_text(shown)
        sheet.wait_for_timeout(A_SECOND)

    to_hospital = run.stops.get(kind="dropoff")
    late = sheet.locator(".trouble form[action$='/late/']")
    expect(late).to_have_attribute("action", f"/drive/stop/{to_hospital.pk}/late/")
    expect(sheet.get_by_role("button", name="找不到人")).to_be_hidden()


def test_the_news_of_a_step_before_lies_not_over_taking_back_the_next(sheet: Page, context: BrowserContext) -> None:
    """Guard: 已出发 stood for ten seconds over 没有网 and 撤回刚才那一步."""
    with sheet.expect_navigation():
        sheet.locator(".btn-act").click()
    expect(sheet.locator("#notices")).to_contain_text("已出发")

    context.set_offline(True)
    sheet.locator(".btn-act").click()

    sheet.get_by_role("button", name="撤回刚才那一步").click(timeout=3000)
    expect(sheet.locator(".btn-act")).to_contain_text("到楼下了")


def test_the_gate_of_the_home_is_not_named_at_the_hospital(sheet: Page, context: BrowserContext, run: Run) -> None:
    """Guard: without network 走南门 stayed on the card when it showed the hospital."""
    places.community(run.stops.get(kind="pickup").place_code)
    sheet.reload()
    expect(sheet.locator(".leg")).to_contain_text("走南门")
    context.set_offline(True)
    button = sheet.locator(".btn-act")
    for shown in ("到楼下了", "人已上车"):
        button.click()
        expect(button).to_contain_text(shown)
        sheet.wait_for_timeout(A_SECOND)
    expect(sheet.locator(".leg")).to_contain_text("走南门")

    button.click()

    expect(button).to_contain_text("到医院了")
    expect(sheet.locator(".leg")).not_to_contain_text("走南门")


def test_who_wants_no_large_letters_keeps_small_ones(sheet: Page) -> None:
    """Guard: 不用 made the letters large at once and went on asking."""
    sheet.get_by_role("button", name="不用").click()

    expect(sheet.get_by_text("字小看不清")).to_have_count(0)
    assert sheet.evaluate("document.documentElement.dataset.text ?? ''") == ""


def test_ringing_the_family_without_network_keeps_the_page(sheet: Page, context: BrowserContext) -> None:
    """Guard: the browser's own page of errors took the sheet away."""
    context.set_offline(True)

    sheet.get_by_role("link", name="打给家属").click()

    expect(sheet.locator("#notices")).to_contain_text("要不到号码")
    expect(sheet.locator(".btn-act")).to_be_visible()


COVERED = """() => {
  const notice = document.querySelector("#notices [data-notice]").getBoundingClientRect();
  const meets = (box) => box.left < notice.right && notice.left < box.right && box.top < notice.bottom && notice.top < box.bottom;
  return [...document.querySelectorAll("button, a, summary")]
    .filter((each) => !each.closest("#notices") && each.checkVisibility() && meets(each.getBoundingClientRect()))
    .map((each) => each.textContent.trim());
}"""


@pytest.mark.parametrize("size", [(390, 844), (360, 640)])
@pytest.mark.parametrize("text", ["0", "1"])
def test_news_covers_no_button_and_the_one_button_is_in_sight(sheet: Page, size: tuple[int, int], text: str) -> None:
    """Guards: news lay over 人不舒服 for ten seconds after each step; in large letters the one button was off the screen."""
    sheet.set_viewport_size({"width": size[0], "height": size[1]})
    User.objects.update(large_text=text == "1")
    sheet.context.add_cookies([{"name": "large", "value": text, "url": sheet.url}])
    sheet.reload()
    with sheet.expect_navigation():
        sheet.locator(".btn-act").click()
    is_large = sheet.evaluate("document.documentElement.dataset.text ?? ''")
    assert is_large == ("large" if text == "1" else "")

    expect(sheet.locator("#notices")).to_contain_text("已出发")
    assert sheet.evaluate(COVERED) == []
    expect(sheet.locator(".btn-act")).to_be_in_viewport(ratio=1)
    expect(sheet.get_by_role("button", name="人不舒服")).to_be_in_viewport(ratio=1)
