"""Asking for a way as a new hand would: cursor in the field, due people first, nothing under a bar."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from access.models import AccessRequest
from accounts.services import people
from core import clock
from tests.factories import access as access_rows
from tests.functional.noon import Noon, enter

pytestmark = pytest.mark.django_db(transaction=True)
# what has the focus, and how much of it lies under something that stays (WCAG 2.4.11)
HIDDEN = """() => {
  const each = document.activeElement, box = each.getBoundingClientRect();
  if (each === document.body || !box.width || box.width < 3) return "";
  const label = each.closest("label") ?? each;
  const seen = [0.15, 0.5, 0.85].map((share) => document.elementFromPoint(box.x + box.width / 2, box.y + box.height * share));
  const isSeen = seen.some((top) => top && (each.contains(top) || label.contains(top) || top.contains(each)));
  return isSeen ? "" : `${each.tagName} ${each.name ?? ""} ${(each.innerText ?? "").trim().slice(0, 20)} at ${Math.round(box.y)}`;
}"""


def test_from_the_first_page_a_way_is_asked_for_by_keyboard(
    context: BrowserContext, live_server: LiveServer, noon: Noon
) -> None:
    """ui.md 10.1, faults 3: the list looked like registration and the search had no focus."""
    day = clock.local_day(clock.now())
    access_rows.need(noon.person, schedule_kind="weekly", schedule_days=str(day.isoweekday()), shift="AM")
    page = enter(context, live_server, noon.users["staff"], reverse("access:home"))
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("给谁申请？")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("main [data-row]").first).to_contain_text("王秀兰")
    page.keyboard.type("wangxl")
    expect(page.locator("main [data-row]")).to_have_count(1)
    page.locator("main [data-row]").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("替 王秀兰 申请出行")
    expect(page.locator("input[name=time]:checked")).to_have_value("soon")
    expect(page.locator("[data-summary]")).to_contain_text("今天，越快越好")
    page.locator("input[name=danger][value=no]").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#request-live")).to_contain_text("越快越好")
    assert AccessRequest.objects.get(resident=noon.person).arrive_at is None


@pytest.mark.parametrize("look", ["plain", "large"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 700), (320, 568)])
def test_what_has_the_focus_is_never_under_a_bar(
    context: BrowserContext, live_server: LiveServer, noon: Noon, look: str, width: int, height: int
) -> None:
    """WCAG 2.4.11: sticky feet hid it."""
    people.prefer(noon.users["staff"], large_text=look == "large")
    pages = [
        reverse("access:request_new", args=[noon.person.pk]),
        reverse("access:resident_edit", args=[noon.person.pk]),
        reverse("access:request", args=[noon.let_out.pk]),
        reverse("access:home"),
    ]
    page = enter(context, live_server, noon.users["staff"], pages[0])
    page.set_viewport_size({"width": width, "height": height})
    faults = []
    for address in pages:
        page.goto(live_server.url + address)
        for keys, times in (("Tab", 45), ("Shift+Tab", 45)):
            for _press in range(times):
                page.keyboard.press(keys)
                if page.evaluate(HIDDEN):  # a page that was drawn anew in this moment scrolls in the next
                    page.wait_for_timeout(300)
                if hidden := page.evaluate(HIDDEN):
                    faults.append(f"{address[:12]} {keys}: {hidden}")
    assert not faults, "\n".join(faults)
