"""What somebody typed: sent without leaving the page, kept for them alone, offered, and gone when it is stored."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from access.models import Resident
from accounts.models import Post, User
from core.vocabulary import Role
from tests.factories import communities as places

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "880603196712061497"


def sign_in(context: BrowserContext, live_server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


def staff(name: str) -> User:
    user = User.objects.create_user(f"staff-{name}", "a-long-password", name=name)
    Post.objects.create(
        user=user, role=Role.STAFF, place_kind="community", place_code=places.HOME, place_label=places.community().name
    )
    return user


@pytest.fixture
def page(context: BrowserContext, live_server: LiveServer) -> Page:
    sign_in(context, live_server, staff("林晓"))
    made = context.new_page()
    made.goto(live_server.url + reverse("access:resident_new"))
    return made


def write(page: Page, name: str = "王秀兰") -> None:
    page.locator("#id_name").fill(name)
    page.locator("#id_building").fill("5号楼")
    page.locator("#id_need_kind").select_option("dialysis")


def kept(page: Page) -> str:
    return str(
        page.evaluate("JSON.stringify(Object.entries(sessionStorage).filter(([key]) => key.startsWith('draft:')))")
    )


def save(page: Page, label: str = "保存") -> None:
    page.locator(".foot").get_by_role("button", name=label, exact=label != "保存").last.click()


def test_the_form_for_the_next_one_knows_nothing_of_the_last(page: Page) -> None:
    """The last one's name, number, telephone and note stood in the next form."""
    write(page)
    page.locator("#id_id_no").fill(NUMBER)
    page.locator("#id_note").fill("证号８８０６０３.19671206.1497")
    page.locator("#id_address").fill("怕黑")
    page.wait_for_function("() => Object.values(sessionStorage).some((text) => text.includes('怕黑'))")
    assert NUMBER not in kept(page)
    assert "1497" not in kept(page)

    page.get_by_role("button", name="保存，登记下一位").click()

    expect(page.locator("#notices")).to_contain_text("登记好了：王秀兰")
    for field in ("#id_name", "#id_id_no", "#id_note", "#id_phone"):
        expect(page.locator(field)).to_have_value("")
    expect(page.locator("#id_name")).to_be_focused()
    assert page.locator("[data-draft-offer]").count() == 0
    assert kept(page) == "[]"


def test_without_a_network_the_page_stays_and_trying_again_stores_once(page: Page, context: BrowserContext) -> None:
    write(page)
    page.locator("#id_next_date").fill("2022-07-04")
    context.set_offline(True)
    save(page)
    expect(page.locator("[data-send-trouble]")).to_contain_text("没连上，还没交")
    expect(page.locator("#id_next_date")).to_have_value("2022-07-04")

    page.get_by_role("button", name="再试一次").click()
    expect(page.get_by_role("button", name="再试一次")).to_be_focused()
    context.set_offline(False)
    page.get_by_role("button", name="再试一次").click()

    expect(page.locator("#notices")).to_contain_text("登记好了")
    assert Resident.objects.count() == 1
    assert kept(page) == "[]"


def test_a_press_without_a_network_is_refused_in_words_and_the_page_stays(
    page: Page, context: BrowserContext, live_server: LiveServer
) -> None:
    """核对过了 stands for every press that sends no typed text."""
    write(page)
    save(page)
    expect(page.locator("#notices")).to_contain_text("登记好了")
    address = page.url
    context.set_offline(True)
    page.get_by_role("button", name="核对过了").click()

    expect(page.locator("#notices")).to_contain_text("没有网，刚才那一下没有记上")
    assert page.url == address
    context.set_offline(False)
    page.get_by_role("button", name="核对过了").click()
    expect(page.locator("#notices")).not_to_contain_text("没有网")


def test_a_lost_answer_is_asked_for_again_under_the_same_key(page: Page) -> None:
    write(page)
    lost = []

    def lose(route) -> None:  # type: ignore[no-untyped-def]
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/residents/new/", lose)
    save(page)
    page.get_by_role("button", name="再试一次").click()

    expect(page.locator("#notices")).to_contain_text("登记好了")
    assert Resident.objects.count() == 1


def test_faults_are_put_in_place_and_what_was_typed_stays(page: Page) -> None:
    write(page)
    page.locator("#id_building").fill("")
    page.locator("#id_id_no").fill(NUMBER)
    page.locator('[name="days"][value="2"]').check()
    save(page)

    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("#id_name")).to_have_value("王秀兰")
    expect(page.locator("#id_id_no")).to_have_value(NUMBER)
    expect(page.locator('[name="days"][value="2"]')).to_be_checked()
    page.locator("#id_building").fill("6号楼")
    save(page)
    expect(page.locator("#notices")).to_contain_text("登记好了")


def test_an_offered_draft_outlives_whoever_is_registered_first(page: Page, context: BrowserContext) -> None:
    """Neither an empty press nor somebody else's registration ends it: taking it, dropping it or storing it does."""
    write(page, "前一位")
    context.set_offline(True)
    save(page)
    expect(page.locator("[data-send-trouble]")).to_be_visible()
    context.set_offline(False)
    page.reload()
    save(page)
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert "前一位" in kept(page)

    write(page, "急着的一位")
    save(page)
    page.wait_for_url(lambda url: "/new/" not in url)
    assert Resident.objects.get().name == "急着的一位"
    page.goto(page.url.split("/residents/")[0] + reverse("access:resident_new"))
    expect(page.locator("#id_name")).to_have_value("")
    page.get_by_role("button", name="接着填").click()
    expect(page.locator("#id_name")).to_have_value("前一位")
    save(page)
    page.wait_for_url(lambda url: "/new/" not in url)
    assert kept(page) == "[]"


def test_a_draft_is_offered_to_its_own_person_and_form_alone(
    page: Page, context: BrowserContext, live_server: LiveServer
) -> None:
    """Left, it is offered and not filled in; a session that ended is said in the words; a colleague sees nothing."""
    write(page)
    page.locator("#id_note").fill("怕黑")
    page.wait_for_function("() => Object.values(sessionStorage).some((text) => text.includes('怕黑'))")
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    save(page)
    expect(page.locator("[data-send-trouble]")).to_contain_text("要重新登录")
    page.get_by_role("button", name="重新登录").click()
    page.locator("#id_username").fill("staff-林晓")
    page.locator("#id_password").fill("a-long-password")
    page.get_by_role("button", name="登录").click()

    expect(page.locator("[data-draft-offer]")).to_contain_text("有没保存的，")
    expect(page.locator("#id_name")).to_have_value("")
    page.get_by_role("button", name="接着填").click()
    expect(page.locator("#id_note")).to_have_value("怕黑")
    expect(page.locator("#id_need_kind")).to_have_value("dialysis")

    page.reload()
    sign_in(context, live_server, staff("周"))
    page.goto(live_server.url + reverse("access:resident_new"))
    expect(page.locator("#id_name")).to_be_visible()
    assert page.locator("[data-draft-offer]").count() == 0
    assert kept(page) == "[]"  # nor does anything of the one before lie in this tab
