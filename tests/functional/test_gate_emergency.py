"""紧急放行 on the guard's phone in every state: R-002-2b, INV-28. Nothing lies over it, and no press is lost."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from communities.models import Scan
from tests.factories import communities as make
from tests.functional.test_gate_screens import PHONE, _assert_good, _open, _shot

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = {"320": {"width": 320, "height": 568}, "390": PHONE, "1366": {"width": 1366, "height": 768}}
BUTTON = ".gate-exit button"
AT_CENTRE = """
() => {
  const button = document.querySelector(".gate-exit button");
  const box = button.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return { hit: button.contains(top), what: top ? top.outerHTML.slice(0, 120) : `outside at ${x},${y}` };
}
"""
NO_ROOM = "Storage.prototype.setItem = () => { throw new DOMException('no room', 'QuotaExceededError'); }"
NOTICE = """
() => document.dispatchEvent(new CustomEvent("notice", { detail: { text: "没存上。您填的还在，按“再试一次”。", level: "error" } }))
"""


def _at_gate(browser: Browser, live_server, guard: User, size=PHONE) -> Page:
    page = _open(browser, live_server, guard, size)
    page.goto(f"{live_server.url}/gate/")
    expect(page.locator("[data-said]")).not_to_have_text("用扫码枪，或输后四位")  # the scripts run
    return page


def _end_session(page: Page) -> None:
    Session.objects.all().delete()
    page.context.clear_cookies()


def _press(page: Page) -> None:
    """Press where a thumb would: at the centre of the button, whatever lies there."""
    box = page.locator(BUTTON).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.parametrize("is_large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_lies_over_the_button(browser, live_server, size, is_large):
    """Seen before: a notice lay over it. Every state, by what a finger at its centre would touch."""
    guard = make.guard()
    guard.large_text = is_large
    guard.save()
    page = _at_gate(browser, live_server, guard, SIZES[size])
    covered = {}

    def look(state: str) -> None:
        found = page.evaluate(AT_CENTRE)
        if not found["hit"]:
            covered[state] = found["what"]
        _shot(page, f"emergency-{size}-{is_large}-{state}")

    look("normal")
    for path in ("list/", "pass/7a1d5b1e-0000-4000-8000-00000000dead/"):
        page.goto(f"{live_server.url}/gate/{path}")
        look(path)
    page.goto(f"{live_server.url}/gate/")
    page.get_by_label("扫不出来就输后四位").fill("ZZZZ")
    page.get_by_role("button", name="查", exact=True).click()
    expect(page.get_by_role("heading", name="先核对一下")).to_be_visible()
    look("answer")
    for _ in range(3):
        page.evaluate(NOTICE)
    look("notices")
    page.context.set_offline(True)
    expect(page.locator("#offline-strip")).to_be_visible()
    look("offline")
    assert covered == {}
    _press(page)
    expect(page.locator(".emergency-panel")).to_contain_text("没有网：已记在这台手机上")
    look("kept")
    page.evaluate("window.scrollTo(0, 99999)")
    look("scrolled")

    assert covered == {}


def test_press_without_network_is_kept_and_sent_once(browser, live_server):
    """Seen before: the browser's own error page, and the record lost."""
    guard = make.guard()
    page = _at_gate(browser, live_server, guard)
    page.context.set_offline(True)
    expect(page.locator("#offline-strip")).to_contain_text("只有“紧急放行”按了算数")

    _press(page)
    _press(page)  # a double tap is one press
    panel = page.locator(".emergency-panel")
    expect(panel).to_contain_text("没有网：已记在这台手机上，网一通自动上报。请马上打 120 和社区 0415-3120001")
    page.wait_for_timeout(2100)
    _press(page)  # another patient
    expect(panel).to_contain_text("2 次紧急放行还没报上去")
    assert page.locator(".emergency-panel a[href='tel:04153120001']").is_visible()
    page.get_by_role("link", name="找名字").click()  # would end on the browser's error page
    assert page.locator(BUTTON).is_visible()
    assert not Scan.objects.exists()
    _shot(page, "gate-emergency-offline")
    page.context.set_offline(False)

    expect(page.get_by_role("heading", name="已放行")).to_be_visible(timeout=15000)
    page.wait_for_timeout(6000)  # one more round of the phone
    assert Scan.objects.filter(is_emergency=True, operator_label=guard.name).count() == 2
    assert page.evaluate("JSON.parse(localStorage.getItem('gate-presses')).length") == 0


@pytest.mark.parametrize("lost", ["session", "cookie"])
def test_press_counts_when_session_or_csrf_cookie_is_gone(browser, live_server, lost):
    """Seen before: sign-in, or a page without a word of help, and the record lost."""
    page = _at_gate(browser, live_server, make.guard())
    if lost == "session":
        _end_session(page)
    else:
        page.context.clear_cookies(name="csrftoken")

    _press(page)

    expect(page.locator(".emergency-panel, #release-state").first).to_contain_text("还没有人接手")
    assert "/sign-in" not in page.url
    assert Scan.objects.filter(is_emergency=True).count() == 1


def test_sign_in_page_of_a_gates_phone_carries_the_button(browser, live_server):
    """After the session ended the guard stands before the sign-in page; the twin: another phone has no button there."""
    page = _at_gate(browser, live_server, make.guard())
    _end_session(page)
    page.goto(f"{live_server.url}/gate/")
    expect(page).to_have_url(re.compile("/sign-in"))
    expect(page.locator(".gate-exit")).to_contain_text("锦江花园南门")
    assert page.evaluate(AT_CENTRE)["hit"]
    _assert_good(page)

    _press(page)

    expect(page.locator(".emergency-panel")).to_contain_text("还没有人接手")
    assert Scan.objects.get().operator_label == "门岗手机"
    other = browser.new_context(viewport=PHONE).new_page()
    other.goto(f"{live_server.url}/sign-in/")
    expect(other.locator(".gate-exit")).to_be_hidden()


def test_kept_press_is_sent_from_the_page_that_comes_next(browser, live_server):
    """The phone was closed before the network came back, and nobody is signed in: the mark is enough."""
    page = _at_gate(browser, live_server, make.guard())
    page.context.set_offline(True)
    _press(page)
    expect(page.locator(".emergency-panel")).to_contain_text("没有网")
    _end_session(page)
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/sign-in/")

    for _round in range(100):
        if page.evaluate("JSON.parse(localStorage.getItem('gate-presses')).length") == 0:
            break
        page.wait_for_timeout(100)
    assert Scan.objects.get().operator_label == "门岗手机"


def test_system_that_does_not_answer_leaves_the_press_on_the_phone(browser, live_server):
    page = _at_gate(browser, live_server, make.guard())
    page.route("**/api/gate/emergency", lambda route: route.fulfill(status=503, body="{}"))
    _press(page)
    expect(page.locator(".emergency-panel")).to_contain_text("还没有报上去：已记在这台手机上，几秒后自动再报")
    page.unroute("**/api/gate/emergency")

    expect(page.get_by_text("还没有人接手").first).to_be_visible(timeout=20000)
    assert Scan.objects.count() == 1


@pytest.mark.parametrize("kept", ["full", "spoilt"])
def test_a_phone_without_room_still_calls(browser, live_server, kept):
    """A full phone refuses every write and an older page may have left rubbish: the button works, and says how."""
    page = _open(browser, live_server, make.guard(), PHONE)
    page.add_init_script(NO_ROOM if kept == "full" else "localStorage.setItem('gate-presses', '{\"a\": 1}')")
    page.goto(f"{live_server.url}/gate/")
    expect(page.locator("[data-said]")).not_to_have_text("用扫码枪，或输后四位")  # the scripts run
    page.context.set_offline(True)
    _press(page)
    words = "这台手机也存不下：别关这一页" if kept == "full" else "没有网：已记在这台手机上"
    expect(page.locator(".emergency-panel")).to_contain_text(words)
    assert not Scan.objects.exists()
    page.context.set_offline(False)

    expect(page).to_have_url(re.compile("/gate/emergency/"), timeout=15000)
    assert Scan.objects.filter(is_emergency=True).count() == 1
