"""The camera page says what is wrong and offers the next way; without a camera the pane is gone."""

from __future__ import annotations

import base64
import io
import os

import pytest
import zxingcpp
from django.templatetags.static import static
from PIL import Image
from playwright.sync_api import Page, expect

from communities.models import GatePass
from core import clock
from tests.factories import communities as make
from tests.functional import photographed as taken
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
REFUSES = """
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { throw new DOMException("", "NotSupportedError"); }
  };
"""
SAID = {
    "NotAllowedError": ("没得到允许", "把相机改成允许"),
    "NotFoundError": ("没找到相机", "插好再按"),
    "NotReadableError": ("被别的程序占着", "关掉视频通话"),
    "play": ("画面没动起来", ""),
    "TypeError": ("相机打不开", ""),
}


@pytest.fixture
def row() -> GatePass:
    return make.gate_pass(clock.now())


def _is_in_first_screen(page: Page, selector: str) -> bool:
    page.evaluate("scrollTo(0, 0)")  # whoever pressed further down was scrolled there
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
    ],
    ids=["insecure", "old"],
)
def test_what_no_second_try_can_mend_offers_the_photo(browser, live_server, row, missing, said):
    """There the browser has no detector either: the photo is read by our own decoder."""
    page = _open(browser, live_server, make.guard(), SMALL)
    page.add_init_script("delete window.BarcodeDetector;" + missing)
    page.goto(f"{live_server.url}/gate/")
    expect(page.locator("[data-camera-note]")).to_contain_text(said)
    expect(page.get_by_role("button", name="再试一次")).to_be_hidden()
    _assert_no_pane(page)
    photo = page.locator("[data-photo]")
    photo.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(page.locator("[data-camera-note]")).to_contain_text("这张照片打不开")
    photo.set_input_files(
        {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": taken.jpeg(Image.new("L", (640, 480), 90))}
    )
    expect(page.locator("[data-camera-note]")).to_contain_text("照片里没认出码")
    photo.set_input_files(
        {"name": "c.jpg", "mimeType": "image/jpeg", "buffer": taken.jpeg(taken.shot(row.token, angle=20))}
    )
    expect(page.get_by_role("heading", name="可以出门")).to_be_visible()
    assert page.heard == []


def test_decoder_that_does_not_arrive_is_fetched_again(browser, live_server):
    page = _open(browser, live_server, make.guard(), SMALL)
    page.add_init_script("delete window.BarcodeDetector;" + CAMERA + "window.fault = '';")
    page.route("**/jsQR*.js", lambda route: route.abort())
    page.goto(f"{live_server.url}/gate/")
    expect(page.locator("[data-camera-note]")).to_contain_text("认码的程序没取到")
    _assert_no_pane(page)
    page.unroute("**/jsQR*.js")
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator("[data-camera-note]")).to_contain_text("把码放进框里")
    expect(page.locator("[data-viewfinder]")).to_be_visible()


@pytest.mark.parametrize("detector", ["delete window.BarcodeDetector;", REFUSES], ids=["none", "refuses"])
def test_pass_held_before_a_camera_is_read_by_our_decoder(
    browser_type, browser_type_launch_args, live_server, row, detector, tmp_path
):
    """Chromium's own false camera plays a film of the pass. Phones without Google's services have a detector that refuses."""
    film = taken.film(row.token, tmp_path / "film.mjpeg")
    words = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    own = browser_type.launch(**{**browser_type_launch_args, "args": [*browser_type_launch_args["args"], *words]})
    try:
        page = _open(own, live_server, make.guard(), SMALL, permissions=["camera"])
        page.add_init_script(detector)
        page.goto(f"{live_server.url}/gate/")
        expect(page.get_by_role("heading", name="可以出门")).to_be_visible()
        assert page.heard == []
    finally:
        own.close()


# What zxing reads and our decoder does not (docs/explanation/browsers.md); CODE_SHOTS=all tries every shot, not only these.
LEFT_OUT = {"leaning", "grainy", "screen strong"}
QUICK = {"turned 45", "upside down", "small 130", "dark", "blurred 3", "screen coarse", "night colours"}
READ = """
async ([address, places, pictures]) => {
  const { getReader } = await import(address);
  const reader = await getReader(places);
  const read = {};
  for (const [name, text] of Object.entries(pictures)) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    read[name] = await reader.readPhoto(new File([bytes], "p.jpg", { type: "image/jpeg" }));
  }
  return read;
}
"""


def test_photos_our_decoder_reads(browser, live_server, row):
    """Against zxing as peer: what it reads, the phone reads, but for the few that are written down."""
    tried = set(taken.SHOTS) if os.environ.get("CODE_SHOTS") == "all" else QUICK
    shots = {name: taken.jpeg(make_shot(row.token)) for name, make_shot in taken.SHOTS.items() if name in tried}
    peer = {name for name, data in shots.items() if zxingcpp.read_barcodes(Image.open(io.BytesIO(data)))}
    page = _open(browser, live_server, make.guard(), SMALL)
    page.add_init_script("delete window.BarcodeDetector;")
    page.goto(f"{live_server.url}/gate/")
    note = page.locator("[data-camera-note]")
    places = {"decoder": note.get_attribute("data-decoder"), "program": note.get_attribute("data-program")}
    pictures = {name: base64.b64encode(data).decode() for name, data in shots.items()}
    read = page.evaluate(READ, [static("js/gate-reader.js"), places, pictures])

    assert peer == tried
    assert {name for name, text in read.items() if text} >= tried - LEFT_OUT
    assert {text for text in read.values() if text} == {row.token}
