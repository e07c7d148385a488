"""The camera page says what is wrong and offers the next way; without a camera the pane is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.factories import communities as make
from tests.functional.test_gate_screens import DETECTOR, _assert_good, _open, _shot

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"width": 360, "height": 640}
# The camera is the browser's, outside our code: `fault` names what it answers, "" a picture drawn by the page.
CAMERA = """
  window.fault = "NotAllowedError";
  navigator.mediaDevices.getUserMedia = async () => {
    if (window.fault && window.fault !== "play") throw new DOMException("", window.fault);
    const canvas = document.createElement("canvas");
    canvas.getContext("2d").fillRect(0, 0, 9, 9);
    window.track = canvas.captureStream(5).getVideoTracks()[0];
    window.track.getCapabilities = () => ({ torch: true });
    window.track.applyConstraints = async () => { throw new DOMException("", "NotReadableError"); };
    return new MediaStream([window.track]);
  };
  const play = HTMLVideoElement.prototype.play;
  HTMLVideoElement.prototype.play = function () {
    return window.fault === "play" ? Promise.reject(new DOMException("", "NotAllowedError")) : play.call(this);
  };
"""
SAID = {
    "NotAllowedError": ("没得到允许", "把相机改成允许"),
    "NotFoundError": ("没找到相机", "插好再按"),
    "NotReadableError": ("被别的程序占着", "关掉视频通话"),
    "play": ("画面没动起来", ""),
    "TypeError": ("相机打不开", ""),
}


def _is_in_first_screen(page: Page, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]  # type: ignore[index]


def _assert_no_pane(page: Page) -> None:
    expect(page.locator("[data-viewfinder]")).to_be_hidden()
    assert _is_in_first_screen(page, "[data-code-form] input[name=code]")
    assert _is_in_first_screen(page, ".gate-exit button")


def test_every_fault_of_the_camera_is_said_and_can_be_tried_again(browser, live_server):
    """Seen before: one sentence for all of them, no second try, and a dead black pane over the code field."""
    guard = make.guard()
    guard.large_text = True
    guard.save()
    page = _open(browser, live_server, guard, SMALL)
    page.add_init_script(DETECTOR % "x" + CAMERA)
    page.goto(f"{live_server.url}/gate/")
    note, again = page.locator("[data-camera-note]"), page.get_by_role("button", name="再试一次")
    for fault, (said, how) in SAID.items():
        page.evaluate("fault => { window.fault = fault; }", fault)
        if fault != "NotAllowedError":
            again.click()
        expect(note).to_contain_text(said)
        expect(note).to_contain_text(how)
        expect(note).to_contain_text("后四位")
        _assert_no_pane(page)
    _shot(page, "gate-camera-fault")
    page.evaluate("window.fault = ''")
    again.click()
    expect(note).to_contain_text("把码放进框里")
    expect(page.locator("[data-viewfinder]")).to_be_visible()
    expect(again).to_be_hidden()
    _shot(page, "gate-camera-on")
    assert _is_in_first_screen(page, "[data-code-form] input[name=code]")

    page.get_by_role("button", name="开灯").click()
    expect(note).to_contain_text("灯打不开")
    page.evaluate("window.track.dispatchEvent(new Event('ended'))")
    expect(note).to_contain_text("相机断开了")
    _assert_no_pane(page)
    _assert_good(page)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("Object.defineProperty(window, 'isSecureContext', { value: false });", "不是 https 开头"),
        ("Object.defineProperty(navigator, 'mediaDevices', { value: undefined });", "浏览器太旧"),
        ("delete window.BarcodeDetector;", "认不出码"),
    ],
    ids=["insecure", "old", "no_detector"],
)
def test_what_no_second_try_can_mend_offers_none(browser, live_server, missing, said):
    page = _open(browser, live_server, make.guard(), SMALL)
    page.add_init_script(DETECTOR % "x" + missing)
    page.goto(f"{live_server.url}/gate/")
    expect(page.locator("[data-camera-note]")).to_contain_text(said)
    expect(page.get_by_role("button", name="再试一次")).to_be_hidden()
    _assert_no_pane(page)
