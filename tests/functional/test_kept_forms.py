"""Forms at hospital, dispatch and command: nothing typed is lost with the network or the session, nor a press unsaid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from core import clock
from hospitals.models import Service, TransferRequest
from hospitals.services import transfers
from hospitals.services.transfers import TransferWish
from tests.factories import hospitals as desk_rows
from tests.functional.noon import Noon, enter
from transport.models import Vehicle

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-long-password"


@dataclass(frozen=True)
class Opened:
    """Who opens which page."""

    user: User
    address: str


@dataclass(frozen=True)
class Kept:
    """A form: its draft, where it stands, what is typed by name, the button, and what is read once it is stored."""

    draft: str
    opened: Callable[[Noon], Opened]
    typed: dict[str, str]
    press: str
    done: str
    then: str = field(default="")  # a second button, for the last word

    def form(self, page: Page) -> Locator:
        """Return the form on its page."""
        return page.locator(f'form[data-draft^="{self.draft}-"]').first


def as_command(now: Noon) -> Opened:
    return Opened(now.users["command"], reverse("command:zone", args=[now.town.community.pk]))


def as_desk(now: Noon) -> Opened:
    return Opened(now.users["intake"], reverse("hospitals:services"))


def as_asked(now: Noon) -> Opened:
    """Open the hand-over at the house that was asked; a third one could be."""
    asked = desk_rows.make_facility("F-asked", name="市第一医院")
    desk_rows.make_facility("F-third", name="市第三医院")
    at = clock.now()
    row = transfers.ask(now.inside, TransferWish(asked, "technique"), by=now.town.desk, at=at)
    return Opened(desk_rows.make_desk_user(asked), reverse("hospitals:transfer", args=[row.pk]))


FORMS = {
    "zone": Kept(
        draft="zone",
        opened=as_command,
        typed={"zone_class": "sealed", "building": "3号楼", "source": "区指挥部 12 号"},
        press="看碰到谁",
        then="改成",
        done="起是封控区",
    ),
    "service": Kept(
        draft="status",
        opened=as_desk,
        typed={"-status": "limited", "-reason": "水处理检修"},
        press="存",
        done="限",
    ),
    "places": Kept(draft="places", opened=as_desk, typed={"capacity": "9"}, press="存", done="已改名额"),
    "transfer accepted": Kept(
        draft="accept", opened=as_asked, typed={"name": "周医生"}, press="答应接", done="周医生 答应接"
    ),
    "transfer passed on": Kept(
        draft="pass-on",
        opened=as_asked,
        typed={"to": "F-third", "name": "周医生"},
        press="转问这家",
        done="转问市第三医院了",
    ),
}


@pytest.fixture(params=FORMS)
def case(request: pytest.FixtureRequest) -> Kept:
    return FORMS[request.param]


def control(form: Locator, name: str) -> Locator:
    return form.locator(f'[name$="{name}"]').first


def write(form: Locator, typed: dict[str, str]) -> None:
    lid = form.locator("xpath=ancestor::details[not(@open)]/summary")
    if lid.count():
        lid.click()
    for name, value in typed.items():
        if control(form, name).get_attribute("type") == "radio":
            form.locator(f'[name$="{name}"][value="{value}"]').check()
        elif control(form, name).evaluate("each => each.tagName") == "SELECT":
            control(form, name).select_option(value)
        else:
            control(form, name).fill(value)


def assert_stands(form: Locator, typed: dict[str, str]) -> None:
    for name, value in typed.items():
        if control(form, name).get_attribute("type") == "radio":
            expect(form.locator(f'[name$="{name}"][value="{value}"]')).to_be_checked()
        else:
            expect(control(form, name)).to_have_value(value)


def kept(page: Page) -> list[str]:
    names: list[str] = page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))")
    return names


def sign_in_again(page: Page, user: User) -> None:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    page.get_by_role("button", name="重新登录").click()
    page.locator("#id_username").fill(user.username)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def finish(page: Page, case: Kept) -> None:
    """Press on to the answer that stored it: there the draft ends."""
    if case.then:
        expect(page.get_by_role("button", name=case.then)).to_be_visible()
        assert len(kept(page)) == 1  # seen, not yet said
        page.get_by_role("button", name=case.then).click()
    expect(page.locator("#notices")).to_contain_text(case.done)
    assert kept(page) == []
    assert page.locator("[data-draft-offer]").count() == 0


def press(form: Locator, words: str) -> None:
    form.get_by_role("button", name=words).click()


def test_what_is_typed_outlives_the_network(
    context: BrowserContext,
    live_server: LiveServer,
    noon: Noon,
    case: Kept,
    complaints: list[str],
) -> None:
    opened = case.opened(noon)
    page = enter(context, live_server, opened.user, opened.address)
    form = case.form(page)
    write(form, case.typed)
    context.set_offline(True)
    press(form, case.press)
    expect(form.locator("[data-send-trouble]")).to_contain_text("没连上，还没交")
    assert_stands(form, case.typed)

    context.set_offline(False)
    press(form, "再试一次")

    finish(page, case)
    assert [words for words in complaints if "ERR_INTERNET_DISCONNECTED" not in words] == []


def test_what_is_typed_outlives_the_session(
    context: BrowserContext,
    live_server: LiveServer,
    noon: Noon,
    case: Kept,
) -> None:
    """It is said in words, and after the sign-in offered where it was typed, and nowhere else."""
    opened = case.opened(noon)
    page = enter(context, live_server, opened.user, opened.address)
    write(case.form(page), case.typed)
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    press(case.form(page), case.press)
    expect(case.form(page).locator("[data-send-trouble]")).to_contain_text("要重新登录。填的东西给您留着")
    sign_in_again(page, opened.user)

    expect(page.locator("[data-draft-offer]")).to_have_count(1)
    form = case.form(page)
    press(form, "接着填")
    assert_stands(form, case.typed)
    press(form, case.press)

    finish(page, case)


def test_a_question_before_the_last_word_keeps_what_was_typed_until_it_is_stored(
    context: BrowserContext,
    live_server: LiveServer,
    noon: Noon,
) -> None:
    """停: a missing end is named beside what was typed; then whom it hits is shown, and only 确定停 stores."""
    opened = as_desk(noon)
    page = enter(context, live_server, opened.user, opened.address)
    case = FORMS["service"]
    write(case.form(page), {"-status": "closed", "-reason": "消杀"})
    press(case.form(page), "存")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert_stands(case.form(page), {"-status": "closed", "-reason": "消杀"})

    until = (clock.now() + timedelta(hours=20)).astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M")
    write(case.form(page), {"-until": until})
    press(case.form(page), "存")
    expect(page.locator("h1")).to_contain_text("停以前先看")
    assert len(kept(page)) == 1
    context.set_offline(True)
    page.get_by_role("button", name="看过了，确定停").click()
    expect(page.locator("#notices")).to_contain_text("没有网，刚才那一下没有记上")
    context.set_offline(False)
    page.get_by_role("button", name="看过了，确定停").click()

    expect(page.locator("#notices")).to_contain_text("现在：停")
    assert kept(page) == []
    assert Service.objects.get(pk=noon.town.slot.service_id).status == "closed"


def test_a_press_is_not_lost_unsaid(context: BrowserContext, live_server: LiveServer, noon: Noon) -> None:
    """停用, of a car: without network, with a network that carries nothing, with a session that is over."""
    user = noon.users["dispatch"]
    page = enter(context, live_server, user, reverse("dispatch:vehicle", args=["V2"]))
    off = page.locator("#day").get_by_role("button", name="停用")
    context.set_offline(True)
    off.click()
    expect(page.locator("#notices")).to_contain_text("没有网，刚才那一下没有记上")
    context.set_offline(False)

    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    off.click()
    expect(page.locator("#errors")).to_contain_text("刚才那一下没有记上。重新登录以后再按一次")
    sign_in_again(page, user)
    expect(off).to_be_visible()
    assert Vehicle.objects.get(pk="V2").status == "available"

    page.route("**/vehicles/V2/**", lambda route: route.abort())
    off.click()
    expect(page.locator("#errors")).to_contain_text("没连上，刚才那一下不知道记上没有")
    page.unroute("**/vehicles/V2/**")
    held = context.cookies()
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("#errors").get_by_role("button", name="再试一次").click()
    expect(page.locator("#errors")).to_contain_text("刚才那一下不知道记上没有")
    context.add_cookies(held)
    off.click()

    expect(page.locator("#notices")).to_contain_text("停用了")
    assert Vehicle.objects.get(pk="V2").status == "off"


def test_what_was_typed_for_one_is_not_offered_for_another(
    context: BrowserContext,
    live_server: LiveServer,
    noon: Noon,
) -> None:
    """A draft is of one record: of two slots, and of two hand-overs."""
    opened = as_asked(noon)
    second = transfers.ask(
        noon.stranger, TransferWish(TransferRequest.objects.get().facility, "bed"), by=noon.town.desk, at=clock.now()
    )
    page = enter(context, live_server, opened.user, opened.address)
    write(FORMS["transfer accepted"].form(page), {"name": "周医生"})
    page.wait_for_function("() => Object.values(sessionStorage).some((text) => text.includes('周医生'))")

    page.goto(live_server.url + reverse("hospitals:transfer", args=[second.pk]))
    expect(page.get_by_role("button", name="答应接")).to_be_visible()
    assert page.locator("[data-draft-offer]").count() == 0
    page.goto(live_server.url + opened.address)
    expect(page.locator("[data-draft-offer]")).to_have_count(1)
