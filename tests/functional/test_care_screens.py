"""Results, strangers and silent drivers on their screens: every width, both lights, large text, and by keyboard alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from access.models import AccessRequest
from accounts.services import people
from core import clock
from tests import walkers
from tests.factories import access as access_rows
from tests.functional.noon import Noon, enter
from tests.functional.test_pictures import CUT_OFF
from transport.models import Vehicle

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (1600, 1366, 390)
KEPT = os.environ.get("LOOK_AT")  # a folder: every screen looked at is kept there


def keep(page: Page, name: str) -> None:
    if KEPT:
        Path(KEPT).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{KEPT}/{name}.png", full_page=True)


@pytest.mark.parametrize("look", ["light", "dark", "large", "english"])
def test_every_screen_fits_every_width_and_light(
    browser: Browser, live_server: LiveServer, noon: Noon, look: str
) -> None:
    faults: list[str] = []
    for name, (role, address) in noon.pages().items():
        theme = "dark" if look == "dark" else "light"
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", color_scheme=theme)
        if look == "english":
            cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url}
            context.add_cookies([cookie])
        people.prefer(noon.users[role], large_text=look == "large", theme=theme)
        page = enter(context, live_server, noon.users[role], address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            faults += [f"{name} {width}: {wide} px too wide"] if wide > 0 else []
            faults += [f"{name} {width}: cut off: {words}" for words in page.evaluate(CUT_OFF)]
            keep(page, f"{name}-{look}-{width}")
        context.close()

    assert faults == []


def tab_to(page: Page, words: str, *, at_most: int = 60) -> None:
    """Go on with the tabulator until something with these words has the focus."""
    for _press in range(at_most):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement?.innerText ?? ''"):
            return
    raise AssertionError(f"{words} is not reached by keyboard")


def test_a_silent_driver_is_replaced_and_put_back_by_keyboard(
    context: BrowserContext, live_server: LiveServer, noon: Noon, complaints: list[str]
) -> None:
    page = enter(context, live_server, noon.users["dispatch"], reverse("dispatch:board"))
    expect(page.locator("#waiting")).to_contain_text("无回音的司机")
    tab_to(page, "换车")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("停用了，1 位另排车")
    assert Vehicle.objects.get(pk="V2").status == "off"
    expect(page.locator("#waiting")).to_contain_text("陈玉梅")
    expect(page.locator("#waiting")).to_contain_text("到点没出发的车会列在这里")
    page.wait_for_load_state()  # a key pressed before the scripts of a page run is lost
    page.keyboard.press("u")
    expect(page.locator("#notices")).to_contain_text("能用了")
    assert Vehicle.objects.get(pk="V2").status == "available"
    assert complaints == []


def test_a_stranger_is_recognised_and_taken_back_by_keyboard(
    context: BrowserContext, live_server: LiveServer, noon: Noon, complaints: list[str]
) -> None:
    address = reverse("hospitals:intake", args=[noon.stranger.pk])
    page = enter(context, live_server, noon.users["intake"], address)
    tab_to(page, "认人")
    page.keyboard.press("Enter")
    page.wait_for_url("**/identify/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("wxl 3328")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("证件尾号 1497")
    page.wait_for_load_state()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-title")).to_contain_text("是这位吗")
    page.wait_for_load_state()
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("认出来了：王秀兰")
    expect(page.locator("h1")).to_contain_text("王秀兰")
    page.wait_for_load_state()
    page.keyboard.press("u")
    expect(page.locator("#notices")).to_contain_text("撤回了")
    assert AccessRequest.objects.get(source="desk").resident is None
    assert complaints == []


@pytest.mark.parametrize("role", ["staff", "intake"])
def test_a_result_is_written_down_by_keyboard(
    context: BrowserContext, live_server: LiveServer, noon: Noon, role: str, complaints: list[str]
) -> None:
    _who, address = noon.pages()["resident" if role == "staff" else "intake-inside"]
    page = enter(context, live_server, noon.users[role], address)
    if role == "staff":
        tab_to(page, "记检测结果")
        page.keyboard.press("Enter")
    page.locator("input[name=result]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=positive]")).to_be_checked()
    tab_to(page, "记下结果")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("阳性，记下了")
    expect(page.locator("#main .tag", has_text="阳性").first).to_be_visible()
    assert complaints == []


def test_a_zone_is_changed_by_keyboard_after_reading_whom_it_meets(
    context: BrowserContext, live_server: LiveServer, noon: Noon, complaints: list[str]
) -> None:
    page = enter(context, live_server, noon.users["command"], reverse("command:zones"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("锦江花园")
    page.locator("input[name=zone_class]").first.focus()
    page.keyboard.press("Space")
    tab_to(page, "看碰到谁")
    page.keyboard.press("Enter")
    expect(page.locator("#meets")).to_contain_text("今天碰到")
    page.wait_for_load_state()
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("锦江花园 现在起是封控区")
    assert complaints == []


# where 改, 暂停或结束 and its field stand, read at one moment, and where the panel ends
BOXES = """(panel) => {
  const box = (each) => each?.checkVisibility() ? each.getBoundingClientRect().toJSON() : null;
  const shown = ["a.btn-sm:not(.push)", "summary", "[name=reason]"].map((name) => box(panel.querySelector(name)));
  return [...shown, panel.getBoundingClientRect().right];
}"""


@pytest.mark.parametrize("width", [1366, 390])
def test_what_may_be_done_about_a_need_stands_side_by_side(
    context: BrowserContext, live_server: LiveServer, noon: Noon, width: int
) -> None:
    """改 and 暂停或结束 stood on two rows; opened, what was pressed stays where it is, its form under it."""
    access_rows.need(noon.person)
    page = enter(context, live_server, noon.users["staff"], reverse("access:resident", args=[noon.person.pk]))
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.locator("#calls .call").first).to_be_visible()  # they come a moment after the page, above it
    need = page.locator("main .panel").first
    change, stop, reason, right = need.evaluate(BOXES)
    keep(page, f"resident-need-{width}")
    assert change["y"] == stop["y"]
    assert change["right"] < stop["x"]
    assert reason is None

    need.locator("summary").first.click()
    expect(need.locator('[name="reason"]').first).to_be_visible()
    opened_change, opened, reason, right = need.evaluate(BOXES)
    keep(page, f"resident-need-open-{width}")
    assert opened["y"] - opened_change["y"] == 0
    assert opened["x"] == stop["x"] == reason["x"]
    assert reason["width"] > 200
    assert reason["right"] <= right


@pytest.mark.parametrize(
    ("role", "button", "says"), [("staff", "病情变化，转 120", "血液透析"), ("dispatch", "要生了，转 120", "临产")]
)
def test_who_turns_critical_on_the_way_is_read_at_the_desk(
    browser: Browser, live_server: LiveServer, noon: Noon, role: str, button: str, says: str
) -> None:
    """R-000-2, E22: somebody rings from the car; pressed on one screen, it is on top of the desk's within its next turn."""
    case = walkers.Walk(noon.town, AccessRequest.objects.get(name="陈玉梅"), clock.now())
    for stage in ("accepted", "out", "boarded"):
        case.step(stage)
    clock.set_offset(case.at - timezone.now())
    desk = enter(browser.new_context(locale="zh-CN"), live_server, noon.users["intake"], reverse("hospitals:desk"))
    expect(desk.get_by_text("急救在途")).to_have_count(0)
    address = reverse("access:request", args=[case.request.pk])
    theirs = enter(browser.new_context(locale="zh-CN"), live_server, noon.users[role], address)

    with theirs.expect_navigation():
        theirs.get_by_role("button", name=button).click()
    expect(theirs.get_by_role("button", name=button)).to_have_count(0)
    walkers.deliver()
    desk.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    raised = desk.locator("section", has_text="急救在途").last
    expect(raised).to_contain_text("陈玉梅", timeout=15_000)
    expect(raised).to_contain_text(says)
    for width in WIDTHS:
        desk.set_viewport_size({"width": width, "height": 900})
        assert desk.evaluate(CUT_OFF) == []
        keep(desk, f"desk-raised-{role}-{width}")
