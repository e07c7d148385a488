"""The frame of every page: place, posts, preferences, sign-out; with scripts and without."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Post, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user() -> User:
    made = User.objects.create_user(username="linxiao", password="a-long-password", name="林晓")
    Post.objects.create(user=made, role="staff", place_kind="community", place_code="210603001", place_label="锦江社区")
    Post.objects.create(user=made, role="guard", place_kind="gate", place_code="G01", place_label="锦江花园 南门")
    return made


def sign_in(context: BrowserContext, live_server: LiveServer, user: User) -> None:
    """Put the cookie of a signed-in session into the browser."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


@pytest.fixture
def page(context: BrowserContext, live_server: LiveServer, user: User) -> Page:
    sign_in(context, live_server, user)
    made = context.new_page()
    made.goto(f"{live_server.url}/_gallery/")
    return made


def test_the_bar_names_place_and_person(page: Page) -> None:
    bar = page.locator("header.topbar")
    expect(bar).to_contain_text("锦江社区")
    expect(bar).to_contain_text("林晓 · 社区工作人员")
    expect(page.locator("#net")).to_contain_text("已连接")


def test_switching_the_post_is_one_tap_on_the_name(page: Page) -> None:
    page.locator("details.menu summary").click()
    expect(page.get_by_role("button", name="换到：门岗 锦江花园 南门")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu__list")).to_be_hidden()


def test_large_text_is_at_once_and_stays(page: Page, user: User) -> None:
    with page.expect_response(lambda response: "/prefer/" in response.url):
        page.get_by_role("button", name="大字版").click()
    expect(page.locator("html")).to_have_attribute("data-text", "large")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-text", "large")
    user.refresh_from_db()
    assert user.large_text


def test_night_is_at_once_and_stays(page: Page) -> None:
    with page.expect_response(lambda response: "/prefer/" in response.url):
        page.get_by_role("button", name="夜间").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_preferences_work_without_scripts(browser: object, live_server: LiveServer, user: User) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")  # type: ignore[attr-defined]
    sign_in(context, live_server, user)
    page = context.new_page()
    page.goto(f"{live_server.url}/_gallery/")
    page.get_by_role("button", name="大字版").click()
    expect(page.locator("html")).to_have_attribute("data-text", "large")
    assert page.url.endswith("/_gallery/")
    context.close()


def test_english_keeps_the_page_and_the_typed_text(page: Page) -> None:
    page.locator("#ok_name").fill("王秀兰")
    page.get_by_role("button", name="EN", exact=True).first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#ok_name")).to_have_value("王秀兰")


def test_signing_out_forgets_what_was_typed(page: Page) -> None:
    page.locator("#ok_name").fill("王秀兰")
    page.wait_for_function("() => Object.keys(sessionStorage).some((key) => key.endsWith(':gallery'))")
    page.locator("details.menu summary").click()
    page.evaluate(
        "() => document.querySelector('form[data-clears-drafts]').addEventListener('submit', e => e.preventDefault())"
    )
    page.get_by_role("button", name="退出").click()
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('draft')).length") == 0


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640)])
def test_the_phone_keeps_mark_connection_and_large_text(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_role("button", name="大字版")).to_be_visible()
    page.locator("details.menu summary").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
