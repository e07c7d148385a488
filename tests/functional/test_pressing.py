"""What comes a moment after the page moves nothing under a finger: its room is kept, and a press is let go first."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import access as access_rows
from tests.functional.noon import Noon, enter

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = reverse("calls:strip")
HELD_MS = 600  # between the press and the release: a slow finger
WITHOUT = "export const released = () => Promise.resolve();"  # the guard taken out


def held_calls(page: Page) -> list[Route]:
    """Keep back the answer with the calls for help; return where the requests for it are kept."""
    held: list[Route] = []
    page.route(f"**{CALLS}", lambda route: held.append(route))
    return held


def press_while_calls_arrive(page: Page, *, guarded: bool) -> None:
    """Press 暂停或结束, have the calls arrive between the press and the release: without the guard they push it away."""
    held = held_calls(page)
    page.evaluate("sessionStorage.clear()")
    page.reload(wait_until="load")
    expect(page.locator("#mute")).to_be_visible()  # it moves the page too, and comes first
    box = page.locator("main .panel summary").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    with page.expect_response(f"**{CALLS}"):
        held.pop().continue_()
    page.wait_for_timeout(HELD_MS)
    if guarded:
        expect(page.locator("#calls .call")).to_have_count(0)
    else:
        assert page.locator("main .panel summary").first.bounding_box() != box
    page.mouse.up()
    expect(page.locator("#calls")).to_contain_text("门岗紧急放行")


@pytest.mark.parametrize("guarded", [True, False])
def test_a_press_is_let_go_before_anything_moves(
    context: BrowserContext, live_server: LiveServer, noon: Noon, guarded: bool
) -> None:
    access_rows.need(noon.person)
    if not guarded:
        context.route("**/press*.js", lambda route: route.fulfill(body=WITHOUT, content_type="text/javascript"))
    page = enter(context, live_server, noon.users["staff"], reverse("access:resident", args=[noon.person.pk]))
    press_while_calls_arrive(page, guarded=guarded)
    if guarded:
        expect(page.locator('main .panel [name="reason"]').first).to_be_visible()


def test_the_room_of_the_calls_is_kept_on_the_next_page(
    context: BrowserContext, live_server: LiveServer, noon: Noon
) -> None:
    page = enter(context, live_server, noon.users["staff"], reverse("access:home"))
    expect(page.locator("#calls")).to_contain_text("门岗紧急放行")
    held = held_calls(page)
    page.goto(live_server.url + reverse("access:residents"))
    expect(page.locator("#mute")).to_be_visible()
    before = page.locator("#main").bounding_box()
    held.pop().continue_()
    expect(page.locator("#calls")).to_contain_text("门岗紧急放行")
    assert page.locator("#main").bounding_box() == before
