"""Every page and menu of every role, at every size: nothing cut off, what has focus is seen, what is pressed is hit.

`./dev test` walks one record of each kind; with SHOTS set every record is opened, and pictures are kept under `.run/sizes`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from core import clock
from tests.factories import town
from tests.factories.town import ROLES, Side
from tests.trust import tables
from tests.trust.walk import clients, idents, routes

pytestmark = pytest.mark.django_db(transaction=True)
HERE = Path(__file__).parent
ROOT = Path(settings.BASE_DIR)
SHOTS = bool(os.environ.get("SHOTS"))
LOOK = (HERE / "sizes.js").read_text(encoding="utf-8")
PHONES = ((320, 640), (360, 740), (390, 844), (844, 390))  # the last one lies on its side
DESKS = ((768, 1024), (1366, 768), (1600, 1000))
PRINTED = """() => {
  const shown = (each) => each.checkVisibility() && each.getBoundingClientRect().width > 0;
  const name = (each) => each.innerText.trim().replace(/\\s+/g, " ").slice(0, 30);
  const over = [...document.querySelectorAll("table")].filter((each) => shown(each))
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((each) => `wider than the sheet: ${name(each)}`);
  const gone = [...document.querySelectorAll("table th[scope=col]")].filter((each) => each.dataset.seen && !shown(each))
    .map((each) => `not on paper: ${name(each) || each.textContent.trim()}`);
  return [...over, ...gone];
}"""
SEEN = """() => { for (const each of document.querySelectorAll("table th[scope=col]"))
  if (each.checkVisibility() && each.innerText.trim() && !each.matches(".no-print") && !each.querySelector(".no-print")) each.dataset.seen = "1"; }"""
ALARMS = ".gate-exit button[type=submit], .drive-exit button, .drive-exit summary"
A4_PX = 718  # the width of an A4 sheet between its margins, at 96 to the inch


@dataclass(frozen=True)
class Look:
    """One way to look at a page."""

    size: tuple[int, int]
    text: str = ""
    theme: str = "light"

    def __str__(self) -> str:
        words = [f"{self.size[0]}×{self.size[1]}", self.text, "" if self.theme == "light" else self.theme]
        return " ".join(filter(None, words))


def looks(language: str) -> list[Look]:
    """Return the ways to look at a page in a language; English lines are half as long again."""
    if language == "en" and not SHOTS:
        return [Look((320, 640)), Look((390, 844), "large"), Look((1366, 768))]
    return [Look(size, text) for size in (*PHONES, *DESKS) for text in ("", "large")]


@pytest.fixture
def side() -> Iterator[Side]:
    """A town with a person in every post and people at every stage."""
    town.patient()
    yield town.build(1, at=clock.now())
    clock.forget()


def addresses(side: Side, role: str, client: Client) -> Iterator[str]:
    """Return the addresses of every page that a role opens: one record of each kind, or every one."""
    own = idents(side)
    for route in routes():
        rule = tables.rules().get((route.name, "GET"))
        if rule is None or rule.action == "public" or not rule.lets(role):
            continue
        known = own[route.kind].values() if route.id_params else [None]
        shown = [
            url for url in dict.fromkeys(url for each in known for url in route.urls(each)) if _is_page(client, url)
        ]
        yield from shown if SHOTS else shown[:1]


def _is_page(client: Client, url: str) -> bool:
    answer = client.get(url)
    body = b"" if answer.streaming else answer.content
    return answer.status_code == 200 and body.lstrip()[:9].lower() == b"<!doctype"


def faults(page: Page, language: str, where: str) -> list[tuple[Look, str]]:
    """Look at an open page in every way; return what is wrong, and how it was looked at."""
    found: list[tuple[Look, str]] = []
    for look in looks(language):
        page.set_viewport_size({"width": look.size[0], "height": look.size[1]})
        page.evaluate("(text) => document.documentElement.setAttribute('data-text', text)", look.text)
        found += [(look, fault) for fault in page.evaluate(LOOK, {"alarms": ALARMS})]
        if SHOTS:
            _keep(page, f"{where.strip('/').replace('/', '-') or 'start'}-{language}-{look}")
    return found


def _keep(page: Page, name: str) -> None:
    folder = ROOT / ".run" / "sizes"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name.replace(' ', '-')[:120]}.png")


def opened(browser: Browser, live_server: LiveServer, client: Client, language: str) -> Page:
    """Open a browser that is signed in, and follows nothing while it is looked at."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", has_touch=False)
    values = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    values[settings.LANGUAGE_COOKIE_NAME] = language
    context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in values.items()])
    return context.new_page()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_at_every_size(role: str, browser: Browser, live_server: LiveServer, side: Side) -> None:
    """ui.md 10: nothing is cut off, what has focus is in sight (WCAG 2.4.11), what is pressed is hit, menus open inside."""
    client = clients(side)[role]
    found: dict[str, list[str]] = {}
    pages = list(addresses(side, role, client))
    for language in ("zh-hans", "en"):
        page = opened(browser, live_server, client, language)
        for url in pages:
            page.goto(live_server.url + url)
            page.wait_for_load_state("load")
            for look, fault in faults(page, language, url):
                found.setdefault(f"{url} {fault}", []).append(f"{language} {look}")
        page.context.close()

    assert pages
    assert not found, "\n".join(f"{fault}  [{', '.join(map(str, at[:6]))}]" for fault, at in found.items())


@pytest.mark.parametrize("role", ROLES)
def test_every_table_of_a_role_has_its_columns_on_paper(
    role: str, browser: Browser, live_server: LiveServer, side: Side
) -> None:
    """ui.md 10: what stands on the screen of a desk stands on an A4 sheet, and nothing of it is cut off."""
    client = clients(side)[role]
    page = opened(browser, live_server, client, "zh-hans")
    found = []
    for url in addresses(side, role, client):
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(live_server.url + url)
        if not page.locator("table").count():
            continue
        page.evaluate(SEEN)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": A4_PX, "height": 1000})
        found += [f"{url} {fault}" for fault in page.evaluate(PRINTED)]

    assert not found, "\n".join(found)


def test_what_is_covered_cut_off_or_too_wide_is_found(browser: Browser, live_server: LiveServer, side: Side) -> None:
    """The twin: with something that lies over the page, a menu that cannot be hit and words that do not fit."""
    page = opened(browser, live_server, clients(side)["staff"], "zh-hans")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/residents/new/")
    page.evaluate("""() => {
      const lid = document.body.appendChild(document.createElement("div"));
      lid.style.cssText = "position: fixed; inset: auto 0 0 0; height: 40vh; z-index: 99; background: #fff";
      for (const each of document.querySelectorAll(".menu__list")) each.style.clipPath = "inset(100%)";
      document.querySelector(".foot .btn, main button").style.cssText = "max-width: 2rem; overflow: hidden; white-space: nowrap";
      document.querySelector("h1").style.cssText = "width: 120vw";
    }""")
    found = page.evaluate(LOOK, {"alarms": ALARMS})

    for fault in ("with focus under", "in the menu", "is cut off", "wider than the screen"):
        assert any(fault in each for each in found), (fault, found)
