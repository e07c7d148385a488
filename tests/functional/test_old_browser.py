"""What a browser below the floor shows: no layers, no scripts it can read. Simulated with the present Chromium."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from communities.models import Scan
from core import clock
from tests.factories import communities as make
from tests.functional.test_gate_screens import _open, _shot

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"width": 360, "height": 640}
QUESTION = re.compile(r"@supports not \(\(color: hwb\(.*?accent-color: auto\)\)")
BUTTON = "紧急放行"


def without_layers(css: str) -> str:
    """Drop what such a browser drops: each @layer with its block; and let it enter minimum.css."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    kept, at = [], 0
    for found in re.finditer(r"@layer [^{;]*([{;])", css):
        if found.start() < at:
            continue
        kept.append(css[at : found.start()])
        at, depth = found.end(), int(found[1] == "{")
        while depth:
            depth += {"{": 1, "}": -1}.get(css[at], 0)
            at += 1
    return QUESTION.sub("@supports (color: red)", "".join([*kept, css[at:]]))


def test_layers_are_dropped_whole() -> None:
    css = "/* @layer; */ @layer a, b; @layer a { x { y: z } @media print { q { } } } @page p { } @layer b { } i { }"

    assert without_layers(css).split() == ["@page", "p", "{", "}", "i", "{", "}"]


def _make_old(page: Page) -> None:
    def restyle(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=without_layers(answer.text()))

    page.route("**/*.css", restyle)
    page.route("**/*.js", lambda route: route.fulfill(body="what ??= this;;) ", content_type="text/javascript"))


def _first_screen(page: Page, name: str) -> None:
    """The button is whole in the first screen, large, and what a thumb touches; nothing is hard to read or too wide."""
    button = page.get_by_role("button", name=BUTTON)
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= SMALL["height"] / 2
    assert box["height"] >= 60
    button.click(trial=True)
    found = Axe().run(page, options={"runOnly": ["color-contrast", "target-size", "label"]}).response["violations"]
    assert [each["id"] for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    _shot(page, f"old-{name}")


def test_gate_below_the_floor_is_readable_with_the_emergency_button_first(browser, live_server):
    """Seen before: no style at all, the button at 1,123 px; a page that waited for scripts which never ran."""
    row = make.gate_pass(clock.now())
    page = _open(browser, live_server, make.guard(), SMALL)
    _make_old(page)
    page.goto(f"{live_server.url}/gate/")
    assert page.evaluate("document.documentElement.className") == ""
    expect(page.get_by_text("没有网也能按")).to_be_hidden()  # no script keeps a press here
    _first_screen(page, "gate")
    page.get_by_label("扫不出来就输后四位").fill(row.number[-4:])
    page.get_by_role("button", name="查", exact=True).click()
    expect(page.get_by_role("heading", name="可以出门")).to_be_visible()
    _first_screen(page, "answer")
    page.goto(f"{live_server.url}/gate/list/")
    _first_screen(page, "list")
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("heading", name="已放行")).to_be_visible()
    assert Scan.objects.get().is_emergency


def test_community_pages_below_the_floor_can_be_read(browser, live_server):
    page = _open(browser, live_server, make.staff(), SMALL)
    _make_old(page)
    for path, name in [("/passes/", "passes"), ("/no-such-page/", "lost"), ("/sign-in/", "sign-in")]:
        page.goto(live_server.url + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= SMALL["width"], name
        icons = page.evaluate("[...document.querySelectorAll('.icon')].map(i => i.getBoundingClientRect().width)")
        assert max(icons, default=0) < 60, name
        assert Axe().run(page, options={"runOnly": ["color-contrast", "label"]}).response["violations"] == [], name
        _shot(page, f"old-{name}")
