"""A driver's phone without network: presses are kept, sent in order later, and a refused one is told (ui.md 8.10, E1)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from core import clock
from tests.factories import transport as make
from transport.models import Run

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = "断网时按的一步没有记下"


@pytest.fixture
def run() -> Run:
    return make.run(clock.now(), status="accepted")


@pytest.fixture
def sheet(context: BrowserContext, live_server: LiveServer, run: Run) -> Page:
    client = Client()
    client.force_login(make.driver_user())
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/drive/")
    return page


def press_without_network(page: Page, context: BrowserContext) -> None:
    """Press 出发 and 到楼下了 in a cellar."""
    context.set_offline(True)
    button = page.locator(".btn-act")
    expect(button).to_contain_text("出发")
    button.click()
    expect(button).to_contain_text("到楼下了")
    button.click()
    expect(button).to_contain_text("人已上车")


def test_steps_pressed_without_network_are_sent_in_order(sheet: Page, context: BrowserContext, run: Run) -> None:
    press_without_network(sheet, context)
    assert Run.objects.get(pk=run.pk).status == "accepted"

    with sheet.expect_navigation():
        context.set_offline(False)

    expect(sheet.locator(".btn-act")).to_contain_text("人已上车")
    assert Run.objects.get(pk=run.pk).status == "under_way"
    assert run.stops.first().arrived_at is not None
    expect(sheet.locator("#notices")).not_to_contain_text(REFUSED)


def test_a_kept_step_that_came_too_late_is_told(sheet: Page, context: BrowserContext, run: Run) -> None:
    press_without_network(sheet, context)
    Run.objects.filter(pk=run.pk).update(status="cancelled")

    with sheet.expect_navigation():
        context.set_offline(False)

    expect(sheet.locator("#notices")).to_contain_text(REFUSED)
    assert Run.objects.get(pk=run.pk).status == "cancelled"
