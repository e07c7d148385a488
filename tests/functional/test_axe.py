"""Every page of every role, in light and in dark, for who reads it by ear or sees little: axe finds no fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from core import clock
from tests.factories import hospitals as desk_rows
from tests.factories import town
from tests.factories.town import ROLES, Side
from tests.functional.desk_day import noon_of_today, open_desk
from tests.functional.noon import enter
from tests.functional.test_sizes import addresses, opened
from tests.trust.walk import clients

pytestmark = pytest.mark.django_db(transaction=True)
# names, roles and sizes are the same in the dark; only the colours are other ones
ASKED = {"light": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "dark": ["color-contrast"]}
WALKED = [role for role in ROLES if role != "lead"]  # a lead opens the pages of the staff
# it says of a line in a list that it is selected, which only a cell, a row or an option may be
LEFT = {reverse("dispatch:board")}


@pytest.fixture
def side() -> Iterator[Side]:
    """A town with a person in every post and people at every stage."""
    town.patient()
    yield town.build(1, at=clock.now())
    clock.forget()


def told(page: Page, within: str = "html") -> list[str]:
    """Return what axe finds wrong on an open page or a part of it, in light and in dark, with the elements."""
    found = []
    for theme, rules in ASKED.items():
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        for fault in (
            Axe().run(page, within, options={"runOnly": rules, "resultTypes": ["violations"]}).response["violations"]
        ):
            nodes = "; ".join(f"{each['target']} {each['failureSummary']}" for each in fault["nodes"][:3])
            found.append(f"{page.url} {theme} {fault['id']} ×{len(fault['nodes'])}: {nodes}")
    return found


@pytest.mark.parametrize("role", WALKED)
def test_axe_finds_no_fault_on_any_page_of_a_role(
    role: str, browser: Browser, live_server: LiveServer, side: Side
) -> None:
    """ui.md 10: contrast, names, roles and landmarks hold on every page a role opens, in both themes."""
    client = clients(side)[role]
    page = opened(browser, live_server, client, "zh-hans")
    pages = [url for url in addresses(side, role, client) if url.partition("?")[0] not in LEFT]
    found = []
    for url in pages:
        page.goto(live_server.url + url)
        page.wait_for_load_state("load")
        found += told(page)
    page.context.close()

    assert pages
    assert not found, "\n".join(found)


def _posted(browser: Browser, live_server: LiveServer, side: Side, role: str, address: str) -> Page:
    page = opened(browser, live_server, clients(side)[role], "zh-hans")
    page.set_viewport_size({"width": 1600, "height": 900})
    page.goto(live_server.url + address)
    page.wait_for_load_state("load")
    return page


def test_a_call_in_the_strip_and_an_open_menu_have_no_fault(
    browser: Browser, live_server: LiveServer, side: Side
) -> None:
    page = _posted(browser, live_server, side, "command", "/command/")
    expect(page.locator("#calls .call").first).to_be_visible()
    found = told(page)
    page.locator("details.menu[data-menu] summary").first.click()
    expect(page.locator("details.menu[data-menu] .menu__list").first).to_be_visible()
    found += told(page, "details.menu[data-menu]")  # it lies over the buttons of a call while it is open

    assert not found, "\n".join(found)


def test_a_form_with_errors_has_no_fault(browser: Browser, live_server: LiveServer, side: Side) -> None:
    page = _posted(browser, live_server, side, "staff", "/residents/new/")
    page.evaluate("() => { for (const each of document.forms) each.noValidate = true; }")
    page.locator(".foot .btn, main button[type=submit]").first.click()
    expect(page.locator("main [aria-invalid=true]").first).to_be_visible()
    found = told(page)

    assert not found, "\n".join(found)


def test_a_page_without_network_has_no_fault(browser: Browser, live_server: LiveServer, side: Side) -> None:
    page = _posted(browser, live_server, side, "staff", "/")
    page.context.set_offline(True)
    expect(page.locator("#net")).to_contain_text("没有网")
    found = told(page)

    assert not found, "\n".join(found)


def test_a_notice_with_its_undo_has_no_fault(context: BrowserContext, live_server: LiveServer) -> None:
    facility = open_desk(noon_of_today())
    try:
        page = enter(context, live_server, desk_rows.make_desk_user(facility), reverse("hospitals:desk"))
        page.keyboard.press("Enter")
        expect(page.locator("#notices")).to_contain_text("王秀兰 已到院。")
        expect(page.locator("#notices button").first).to_be_visible()
        page.wait_for_load_state()
        found = told(page)
    finally:
        clock.forget()

    assert not found, "\n".join(found)


def test_a_button_without_a_name_and_dim_words_are_told(browser: Browser, live_server: LiveServer, side: Side) -> None:
    """The twin: a button that says nothing, and words that are dim only in the dark."""
    page = _posted(browser, live_server, side, "staff", "/")
    page.evaluate("""() => {
      const main = document.querySelector("main"), words = document.createElement("p"), sheet = new CSSStyleSheet();
      words.id = "dim";
      words.textContent = "看不清";
      main.prepend(document.createElement("button"), words);
      sheet.replaceSync("[data-theme=dark] #dim { color: #333 !important; background: #222 !important }");
      document.adoptedStyleSheets.push(sheet);
    }""")
    found = told(page)

    assert any("light button-name" in each for each in found), found
    assert any("dark color-contrast" in each for each in found), found
