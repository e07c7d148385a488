"""The page of components: readable by everybody, in every mode, within the content policy."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [(1600, 1000), (1366, 768), (390, 844), (320, 640)]


@pytest.fixture
def gallery(context: BrowserContext, live_server: LiveServer, complaints: list[str]) -> Page:
    page = context.new_page()
    page.goto(f"{live_server.url}/_gallery/")
    page.wait_for_function("() => document.querySelector('.meter i').style.getPropertyValue('--v') !== ''")
    return page


def wear(page: Page, mode: str) -> None:
    """Put the page into light, dark or large."""
    page.evaluate(
        "mode => { const root = document.documentElement;"
        " root.dataset.theme = mode === 'dark' ? 'dark' : 'light';"
        " if (mode === 'large') root.dataset.text = 'large'; }",
        mode,
    )


@pytest.mark.parametrize("mode", ["light", "dark", "large"])
def test_axe_finds_no_fault(gallery: Page, mode: str) -> None:
    wear(gallery, mode)
    found = Axe().run(gallery, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("mode", ["light", "large"])
def test_no_sideways_scrolling(gallery: Page, width: int, height: int, mode: str) -> None:
    gallery.set_viewport_size({"width": width, "height": height})
    wear(gallery, mode)
    assert gallery.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_nothing_breaks_the_policy_or_asks_another_host(
    context: BrowserContext, live_server: LiveServer, complaints: list[str]
) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    answer = page.goto(f"{live_server.url}/_gallery/")
    page.wait_for_load_state("networkidle")
    assert answer is not None
    assert "'unsafe-" not in answer.headers["content-security-policy"]
    assert complaints == []
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []


def test_reads_well_without_scripts(browser: object, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"{live_server.url}/_gallery/")
    expect(page.get_by_text("12 / 12")).to_be_visible()
    expect(page.locator(".meter").first).to_be_hidden()
    expect(page.get_by_role("button", name="复制给家属")).to_be_hidden()
    context.close()


def test_keys_move_through_rows_and_list_themselves(gallery: Page) -> None:
    gallery.evaluate("document.activeElement.blur()")
    gallery.keyboard.press("j")
    expect(gallery.locator('[data-key="1"]')).to_be_focused()
    gallery.keyboard.press("ArrowDown")
    expect(gallery.locator('[data-key="2"]')).to_have_attribute("aria-selected", "true")
    gallery.keyboard.press("?")
    expect(gallery.locator("#shortcuts")).to_be_visible()
    expect(gallery.locator("[data-page-keys]")).to_contain_text("给居民申请出行")


def test_single_letters_stay_text_in_a_field(gallery: Page) -> None:
    gallery.locator("#ok_name").fill("")
    gallery.locator("#ok_name").press_sequentially("jn?")
    expect(gallery.locator("#ok_name")).to_have_value("jn?")
    expect(gallery.locator("#shortcuts")).to_be_hidden()


def test_same_as_last_fills_the_form_and_typed_text_survives_a_reload(gallery: Page) -> None:
    gallery.get_by_role("button", name="照上次填").click()
    expect(gallery.locator('form [value="chemo"]').first).to_be_checked()
    expect(gallery.locator("#ok_name")).to_have_value("赵德福")
    gallery.wait_for_function("() => Object.keys(sessionStorage).some((key) => key.endsWith(':gallery'))")
    gallery.reload()
    gallery.get_by_role("button", name="接着填").click()
    expect(gallery.locator("#ok_name")).to_have_value("赵德福")


def test_countdown_ticks_from_the_servers_time(gallery: Page) -> None:
    digits = gallery.locator(".clock b").first
    before = digits.inner_text()
    expect(digits).not_to_have_text(before)


def test_offline_says_so_and_carries_on(gallery: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    expect(gallery.locator("#net")).to_contain_text("没有网，这一页停在断网前")
    context.set_offline(False)
    expect(gallery.locator("#net")).to_contain_text("已连接")
