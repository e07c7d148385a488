"""Every menu opens under its button and inside the screen, at every size and in every look."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from access.models import AccessRequest
from accounts.services import people
from core import clock
from tests.factories import access as access_rows
from tests.factories import communities as gate_rows
from tests.functional.noon import Noon, enter

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = [(1600, 900), (1366, 768), (820, 1180), (390, 844), (360, 640), (320, 568)]
# how far the open list is from its button, and whether each thing in it can be seen and pressed where it is
SEEN = """(menu) => {
  const list = menu.querySelector(".menu__list"), button = menu.querySelector("summary");
  const box = list.getBoundingClientRect(), from = button.getBoundingClientRect();
  const hidden = [...list.querySelectorAll("label, button, a, textarea")].filter((each) => {
    if (!each.checkVisibility()) return false;
    each.scrollIntoView({ block: "nearest" });
    const at = each.getBoundingClientRect();
    const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
    return !top || !(each.contains(top) || top.contains(each));
  });
  return {
    below: box.top - from.bottom, left: box.left, right: document.documentElement.clientWidth - box.right,
    apart: Math.max(0, box.left - from.right, from.left - box.right), hidden: hidden.map((each) => each.outerHTML),
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth
      ? [...document.querySelectorAll("main *")].filter((each) => !each.children.length && each.checkVisibility()
        && each.getBoundingClientRect().right > document.documentElement.clientWidth).map((each) => each.outerHTML) : [],
  };
}"""


def faults_of(page: Page, name: str) -> list[str]:
    """Open each menu of a page as a hand would, and say what is wrong with it."""
    found = []
    menus = page.locator("details.menu:visible")
    for number in range(menus.count()):
        menu = menus.nth(number)
        summary = menu.locator("summary")
        summary.click()
        expect(menu.locator(".menu__list")).to_be_visible()
        seen = menu.evaluate(SEEN)
        what = f"{name}: {summary.inner_text().strip()}: {seen}"
        is_beside = 0 <= seen["below"] < 24 and seen["apart"] == 0
        is_inside = seen["left"] >= 0 and seen["right"] >= 0 and not seen["wide"]
        found += [] if is_beside and is_inside and not seen["hidden"] else [what]
        page.keyboard.press("Escape")
        expect(menu.locator(".menu__list")).to_be_hidden()
        page.evaluate("window.scrollTo(0, 0)")
    return found if menus.count() else [f"{name}: no menu"]


@pytest.mark.parametrize("look", ["plain", "large"])
def test_every_menu_opens_under_its_button_inside_the_screen(
    context: BrowserContext, live_server: LiveServer, noon: Noon, look: str
) -> None:
    """faults 3: 取消 and 两人销案 opened below the screen at every size."""
    home = noon.town.community
    lead = gate_rows.user("fuze", "周岚", role="lead", place=("community", home.code, home.name))
    people.prefer(lead, large_text=look == "large")
    day = clock.local_day(clock.now())
    access_rows.need(noon.person, schedule_kind="weekly", schedule_days=str(day.isoweekday()), shift="AM")
    pages = {
        "waiting": reverse("access:request", args=[AccessRequest.objects.get(name="刘桂英").pk]),
        "planned": reverse("access:request", args=[AccessRequest.objects.get(name="陈玉梅").pk]),
        "out": reverse("access:request", args=[noon.let_out.pk]),
        "today": reverse("access:home"),
    }
    page = enter(context, live_server, lead, pages["today"])
    faults = []
    for name, address in pages.items():
        page.goto(live_server.url + address)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            faults += faults_of(page, f"{name} {width}")
    assert not faults, "\n".join(faults)
