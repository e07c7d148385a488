"""The guard's and the community's screens in a browser: scripts, sounds of the scanner, policy, print size."""

from __future__ import annotations

import base64
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from communities.models import GatePass, Scan
from communities.services import gates
from core import clock
from tests.factories import communities as make

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS", "")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}


def _open(browser: Browser, live_server, user, size, **options) -> Page:
    """Open a page signed in as a user."""
    client = Client()
    client.force_login(user)
    context = browser.new_context(
        viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **options
    )
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.heard = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    page.on("console", lambda message: page.heard.append(message.text) if message.type == "error" else None)
    return page


def _shot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def _assert_good(page: Page) -> None:
    """No complaint of the browser, no serious fault of access, nothing wider than the screen."""
    faults = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (page.heard, faults, wide) == ([], [], 0)  # type: ignore[attr-defined]


@pytest.fixture
def row() -> GatePass:
    return make.gate_pass(clock.now())


def test_scanner_lets_out_and_home_without_a_reload(browser, live_server, row):
    """A hardware scanner types the code and Enter, wherever the focus is; its letters are no shortcuts (U takes back)."""
    other = make.gate_pass(clock.now(), holder="赵＊＊")
    page = _open(browser, live_server, make.guard(), PHONE)
    page.goto(f"{live_server.url}/gate/")
    expect(page.get_by_role("button", name="再试一次")).to_be_visible()  # the scripts run, and there is no camera
    _shot(page, "gate-scan-page")
    _assert_good(page)

    page.keyboard.type(row.token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="可以出门")).to_be_visible()
    _shot(page, "gate-green")
    _assert_good(page)
    page.get_by_role("button", name="放行，扫下一位").click()
    expect(page.get_by_text("王＊＊ 已出门")).to_be_visible()
    _shot(page, "gate-done")

    page.keyboard.type(row.token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="回来了，请进")).to_be_visible()
    page.get_by_role("button", name="进门，扫下一位").focus()
    page.keyboard.type(other.token)
    page.keyboard.press("Enter")
    expect(page.get_by_text("赵＊＊，2 人")).to_be_visible()
    page.get_by_role("link", name="不记，扫下一位").click()
    expect(page.get_by_role("button", name="再试一次")).to_be_visible()
    page.keyboard.type(row.token)
    page.keyboard.press("Enter")
    _shot(page, "gate-return")
    page.get_by_role("button", name="进门，扫下一位").click()
    expect(page.get_by_text("王＊＊ 已进门")).to_be_visible()
    assert page.heard == []
    assert list(Scan.objects.order_by("happened_at").values_list("direction", flat=True)) == ["exit", "entry"]


def test_a_number_that_a_hand_corrects_is_sent_as_it_stands(browser, live_server, row):
    """A quick hand is like a scanner until it takes a letter back."""
    page = _open(browser, live_server, make.guard(), PHONE)
    page.goto(f"{live_server.url}/gate/")
    expect(page.get_by_role("button", name="再试一次")).to_be_visible()  # the scripts run
    page.get_by_label("扫不出来就输后四位").focus()
    page.keyboard.type(f"{row.number}7")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="可以出门")).to_be_visible()


def test_amber_and_red_answers(browser, live_server, row):
    now = clock.now()
    early = make.gate_pass(now, holder="赵＊＊", building="3号楼", window=make.window(now, minutes_before=-99))
    page = _open(browser, live_server, make.guard(), PHONE)
    for name, code, word in [
        ("amber", early.number[-4:], "先核对一下"),
        ("asked", row.token[:-3] + ("000" if row.token[-3:] != "000" else "100"), "先核对一下"),
        ("unknown", "ZZZZ", "先核对一下"),
    ]:
        page.goto(f"{live_server.url}/gate/")
        page.get_by_label("扫不出来就输后四位").fill(code)
        page.get_by_role("button", name="查", exact=True).click()
        expect(page.get_by_role("heading", name=word)).to_be_visible()
        _shot(page, f"gate-{name}")
        _assert_good(page)
        if name == "asked":
            page.get_by_role("button", name="是要出门").click()
            expect(page.get_by_role("heading", name="这张证不能用")).to_be_visible()
            _shot(page, "gate-red")
            _assert_good(page)


def test_emergency_is_one_press(browser, live_server):
    page = _open(browser, live_server, make.guard(), PHONE)
    page.goto(f"{live_server.url}/gate/")
    page.get_by_role("button", name="紧急放行").click()
    expect(page.locator("#release-state")).to_contain_text("还没有人接手")
    assert Scan.objects.get().is_emergency
    _shot(page, "gate-emergency")
    _assert_good(page)
    page.get_by_label("2 人").check()
    page.get_by_role("button", name="补上，扫下一位").click()
    expect(page.get_by_text("已出门")).to_be_visible()


def _a_day(now) -> None:
    """Lay out a morning: some out, one overdue, one by emergency, some to come."""
    for number, (holder, building) in enumerate([("王＊＊", "5号楼"), ("李＊＊", "2号楼"), ("欧阳＊＊", "11号楼")]):
        row = make.gate_pass(
            now - timedelta(hours=2 + 7 * (number == 2)),
            holder=holder,
            building=building,
            window=make.window(now - timedelta(hours=2 + 7 * (number == 2)), hours=4),
        )
        if number != 1:
            event = gates.ScanEvent(event_id=row.pk, direction="exit", decision="let_out", gate_pass=row)
            gates.scan(
                make.gate(row.community), event=event, by=make.GUARD, at=now - timedelta(hours=1 + 7 * (number == 2))
            )
    make.gate_pass(now, holder="赵＊＊", building="3号楼", plate="", window=make.window(now, minutes_before=-99))
    gates.emergency_release(
        make.gate(make.community()), event_id=make.uuid.uuid4(), building="9号楼", by=make.GUARD, at=now
    )


@pytest.mark.parametrize("look", ["light", "dark", "large"])
def test_lists_in_every_look(browser, live_server, look):
    now = clock.now()
    _a_day(now)
    guard, staff = make.guard(), make.staff()
    for user in (guard, staff):
        user.theme = "dark" if look == "dark" else "light"
        user.large_text = look == "large"
        user.save()
    scheme = {"color_scheme": "dark" if look == "dark" else "light"}
    row = GatePass.objects.order_by("exit_from").first()
    for user, size, path, name in [
        (guard, PHONE, "/gate/list/", "gate-list"),
        (guard, PHONE, f"/gate/pass/{row.pk}/", "gate-answer"),
        (guard, DESK, f"/gate/pass/{row.pk}/?direction=exit", "gate-answer-desk"),
        (staff, DESK, "/passes/", "passes-desk"),
        (staff, PHONE, "/passes/", "passes-phone"),
        (staff, DESK, f"/passes/{row.pk}/", "pass-desk"),
        (staff, PHONE, f"/passes/{row.pk}/", "pass-phone"),
        (staff, DESK, f"/passes/{row.pk}/print/", "pass-print-desk"),
    ]:
        page = _open(browser, live_server, user, size, **scheme)
        page.goto(live_server.url + path)
        _shot(page, f"{name}-{look}")
        _assert_good(page)
        page.context.close()


def test_sheet_prints_as_one_a6_page(browser, live_server, row):
    """The code is 54 mm wide on paper of 105 × 148 mm."""
    page = _open(browser, live_server, make.staff(), DESK)
    page.goto(f"{live_server.url}/passes/{row.pk}/print/")
    pdf = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")
    if SHOTS:
        page.locator(".pass").screenshot(path=f"{SHOTS}/pass-print.png")

    boxes = re.findall(rb"/MediaBox \[([^\]]+)\]", pdf)
    width, height = (float(number) * 25.4 / 72 for number in boxes[0].split()[2:])
    assert len(boxes) == 1
    assert (round(width), round(height)) == (105, 148)
    code = page.locator(".pass .qr").bounding_box()
    assert code is not None
    assert round(code["width"] * 25.4 / 96) == 54


DETECTOR = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(picture) { return picture instanceof ImageBitmap ? [{ rawValue: "%s" }] : []; }
};
"""


def test_photo_of_a_code_is_read_where_the_browser_can(browser, live_server, row):
    """The browser's own detector stands outside our code; without a camera the photo still works."""
    page = _open(browser, live_server, make.guard(), PHONE)
    page.add_init_script(DETECTOR % row.token)
    page.goto(f"{live_server.url}/gate/")
    expect(page.get_by_text("拍照认码")).to_be_visible()
    page.locator("[data-photo]").set_input_files({"name": "p.png", "mimeType": "image/png", "buffer": PIXEL})
    expect(page.get_by_role("heading", name="可以出门")).to_be_visible()


def test_everything_works_without_scripts(browser, live_server, row):
    page = _open(browser, live_server, make.guard(), PHONE, java_script_enabled=False)
    page.goto(f"{live_server.url}/gate/")
    page.get_by_label("扫不出来就输后四位").fill(row.number[-4:])
    page.get_by_role("button", name="查", exact=True).click()
    page.get_by_role("button", name="放行，扫下一位").click()
    expect(page.get_by_text("王＊＊ 已出门")).to_be_visible()
    page.get_by_role("button", name="按错了").click()
    expect(page.get_by_text("已撤回")).to_be_visible()
    page.get_by_role("button", name="紧急放行").click()
    expect(page.get_by_role("heading", name="已放行")).to_be_visible()
