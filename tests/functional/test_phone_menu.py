"""On the phones of gate and driver: sign out, change the post, 夜间 and English, at one press each."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Post, User
from accounts.services import people
from core import clock
from tests import walkers
from tests.factories import communities as gate_rows
from tests.functional.noon import enter
from tests.functional.test_menus import faults_of

pytestmark = pytest.mark.django_db(transaction=True)
PHONES = [(390, 844), (360, 640), (320, 568)]


def holder(role: str) -> tuple[User, str]:
    """Return somebody who holds two posts, on the phone of the first, and that phone's page."""
    town = walkers.town()
    code = town.gate.pk if role == "guard" else "D-V1"
    kind = "gate" if role == "guard" else "fleet"
    user = gate_rows.user(f"two-{role}", "孙师傅", role=role, place=(kind, code, "第一岗"))
    second = {"role": "staff", "place_kind": "community", "place_code": town.community.pk, "place_label": "锦江花园"}
    Post.objects.create(user=user, valid_from=clock.now(), **second)
    return user, reverse("communities:gate" if role == "guard" else "transport:sheet")


def opened(page: Page) -> Page:
    page.locator(".phone-head summary").click()
    expect(page.locator(".phone-head .menu__list")).to_be_visible()
    return page


@pytest.mark.parametrize("role", ["guard", "driver"])
@pytest.mark.parametrize("look", ["plain", "large"])
def test_what_a_person_may_change_stands_on_the_phone(
    context: BrowserContext, live_server: LiveServer, role: str, look: str
) -> None:
    """faults 3: a guard could not sign out, change the post, or see in the dark."""
    user, address = holder(role)
    people.prefer(user, large_text=look == "large")
    page = enter(context, live_server, user, address)
    for width, height in PHONES:
        page.set_viewport_size({"width": width, "height": height})
        faults = faults_of(page, f"{role} {width}")
        assert not faults, "\n".join(faults)

    opened(page).get_by_role("button", name="夜间").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    opened(page).get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    opened(page).get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    opened(page).get_by_role("button", name="换到").click()
    expect(page.locator(".topbar .place")).to_contain_text("锦江花园")
    page.goto(live_server.url + address)


@pytest.mark.parametrize("role", ["guard", "driver"])
def test_signing_out_of_a_phone_ends_at_the_sign_in(
    context: BrowserContext, live_server: LiveServer, role: str
) -> None:
    user, address = holder(role)
    page = enter(context, live_server, user, address)
    page.set_viewport_size({"width": 360, "height": 640})
    opened(page).get_by_role("button", name="退出").click()
    page.wait_for_url(f"**{reverse('sign_in')}*")
    assert Client().get(address).status_code == 302
