"""Results, strangers and silent drivers on their screens: every width, both lights, large text, and by keyboard alone."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from access.models import AccessRequest, Resident
from accounts.models import User
from accounts.services import people
from communities.services import gates
from core import clock
from hospitals.models import Intake
from hospitals.services import intake
from tests import walkers
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desk_rows
from tests.functional.test_pictures import CUT_OFF
from transport.models import Vehicle

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (1600, 1366, 390)
KEPT = os.environ.get("LOOK_AT")  # a folder: every screen looked at is kept there


@dataclass
class Noon:
    """A town with a silent driver, a stranger at the hospital, one let out at the gate, and somebody in treatment."""

    town: walkers.Town
    users: dict[str, User]
    person: Resident
    stranger: Intake
    inside: Intake
    let_out: AccessRequest

    def pages(self) -> dict[str, tuple[str, str]]:
        """Return the screens: name → (who, address)."""
        find = reverse("access:identify", args=[self.stranger.case_ref])
        own = reverse("access:identify", args=[self.let_out.case_ref])
        return {
            "board": ("dispatch", reverse("dispatch:board")),
            "vehicles": ("dispatch", reverse("dispatch:vehicles")),
            "resident": ("staff", reverse("access:resident", args=[self.person.pk])),
            "stranger-request": ("staff", reverse("access:request", args=[self.let_out.pk])),
            "identify-empty": ("intake", find),
            "identify-more": ("intake", f"{find}?q=王秀兰"),
            "identify-none": ("staff", f"{own}?q=不存在"),
            "identify-found": ("staff", f"{own}?q=3328"),
            "identify-chosen": ("staff", f"{own}?q=3328&who={self.person.pk}"),
            "intake-stranger": ("intake", reverse("hospitals:intake", args=[self.stranger.pk])),
            "intake-inside": ("intake", reverse("hospitals:intake", args=[self.inside.pk])),
            "desk": ("intake", reverse("hospitals:desk")),
            "zones": ("command", reverse("dispatch:zones")),
            "zone": ("command", reverse("dispatch:zone", args=[self.town.community.pk])),
            "zone-meets": ("command", f"{reverse('dispatch:zone', args=[self.town.community.pk])}?zone_class=sealed"),
        }


@pytest.fixture
def noon() -> Iterator[Noon]:
    town = walkers.town()
    town.community.dispatch_area.divisions.create(district_code=town.facility.division_code)
    case = walkers.walk(town, to="treated", request=walkers.ask(town, walkers.resident(town, "吴国栋")))
    intake_row = case.intake
    at = case.at
    waits = walkers.ask(town, walkers.resident(town, "陈玉梅"), at=at, arrive_at=at + timedelta(minutes=140))
    slot = desk_rows.make_slot(town.slot.service, starts_at=at + timedelta(minutes=140))
    walkers.place_by_hand(town, waits, slot_id=slot.pk, out_vehicle="V2", at=at)
    walkers.ask(town, walkers.resident(town, "刘桂英"), at=at, arrive_at=None)
    person = walkers.resident(town, "王秀兰", id_last4="1497", phone_last4="3328", phone="15400003328")
    out = walkers.Walk(town, waits, at).trip("outbound").run.occupied.lower
    at = out + timedelta(minutes=7)
    clock.set_offset(at - timezone.now())
    stranger = intake.walk_in(town.facility, by=town.desk, at=at)
    gates.emergency_release(town.gate, event_id=uuid.uuid4(), building="9号楼", party_size=2, by=town.guard, at=at)
    walkers.deliver()
    place = {"community": town.community, "facility": town.facility}
    users = {
        "dispatch": walkers.dispatcher_user(),
        "staff": gate_rows.user("shequ", "林晓", role="staff", place=("community", place["community"].pk, "锦江花园")),
        "intake": desk_rows.make_desk_user(town.facility),
        "command": gate_rows.user("zhihui", "陶主任", role="command", place=("city", "210600000000", "丹东市")),
    }
    yield Noon(town, users, person, stranger, intake_row, AccessRequest.objects.get(source="gate"))
    clock.forget()


def enter(context: BrowserContext, live_server: LiveServer, user: User, address: str) -> Page:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    answer = page.goto(live_server.url + address)
    assert answer is not None
    assert answer.status == 200
    return page


def keep(page: Page, name: str) -> None:
    if KEPT:
        Path(KEPT).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{KEPT}/{name}.png", full_page=True)


@pytest.mark.parametrize("look", ["light", "dark", "large", "english"])
def test_every_screen_fits_every_width_and_light(
    browser: Browser, live_server: LiveServer, noon: Noon, look: str
) -> None:
    faults: list[str] = []
    for name, (role, address) in noon.pages().items():
        theme = "dark" if look == "dark" else "light"
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", color_scheme=theme)
        if look == "english":
            cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url}
            context.add_cookies([cookie])
        people.prefer(noon.users[role], large_text=look == "large", theme=theme)
        page = enter(context, live_server, noon.users[role], address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            faults += [f"{name} {width}: {wide} px too wide"] if wide > 0 else []
            faults += [f"{name} {width}: cut off: {words}" for words in page.evaluate(CUT_OFF)]
            keep(page, f"{name}-{look}-{width}")
        context.close()

    assert faults == []


def tab_to(page: Page, words: str, *, at_most: int = 60) -> None:
    """Go on with the tabulator until something with these words has the focus."""
    for _press in range(at_most):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement?.innerText ?? ''"):
            return
    raise AssertionError(f"{words} is not reached by keyboard")


def test_a_silent_driver_is_replaced_and_put_back_by_keyboard(
    context: BrowserContext, live_server: LiveServer, noon: Noon, complaints: list[str]
) -> None:
    page = enter(context, live_server, noon.users["dispatch"], reverse("dispatch:board"))
    expect(page.locator("#waiting")).to_contain_text("无回音的司机")
    tab_to(page, "换车")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("停用了，1 位另排车")
    assert Vehicle.objects.get(pk="V2").status == "off"
    expect(page.locator("#waiting")).to_contain_text("陈玉梅")
    expect(page.locator("#waiting")).to_contain_text("到点没出发的车会列在这里")
    page.keyboard.press("u")
    expect(page.locator("#notices")).to_contain_text("能用了")
    assert Vehicle.objects.get(pk="V2").status == "available"
    assert complaints == []


def test_a_stranger_is_recognised_and_taken_back_by_keyboard(
    context: BrowserContext, live_server: LiveServer, noon: Noon, complaints: list[str]
) -> None:
    address = reverse("hospitals:intake", args=[noon.stranger.pk])
    page = enter(context, live_server, noon.users["intake"], address)
    tab_to(page, "认人")
    page.keyboard.press("Enter")
    page.wait_for_url("**/identify/")
    page.keyboard.type("wxl 3328")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("证件尾号 1497")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-title")).to_contain_text("是这位吗")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("认出来了：王秀兰")
    expect(page.locator("h1")).to_contain_text("王秀兰")
    page.keyboard.press("u")
    expect(page.locator("#notices")).to_contain_text("撤回了")
    assert AccessRequest.objects.get(source="desk").resident is None
    assert complaints == []


@pytest.mark.parametrize("role", ["staff", "intake"])
def test_a_result_is_written_down_by_keyboard(
    context: BrowserContext, live_server: LiveServer, noon: Noon, role: str, complaints: list[str]
) -> None:
    _who, address = noon.pages()["resident" if role == "staff" else "intake-inside"]
    page = enter(context, live_server, noon.users[role], address)
    if role == "staff":
        tab_to(page, "记检测结果")
        page.keyboard.press("Enter")
    page.locator("input[name=result]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=positive]")).to_be_checked()
    tab_to(page, "记下结果")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("阳性，记下了")
    expect(page.locator("#main .tag", has_text="阳性").first).to_be_visible()
    assert complaints == []


def test_a_zone_is_changed_by_keyboard_after_reading_whom_it_meets(
    context: BrowserContext, live_server: LiveServer, noon: Noon, complaints: list[str]
) -> None:
    page = enter(context, live_server, noon.users["command"], reverse("dispatch:zones"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("锦江花园")
    page.locator("input[name=zone_class]").first.focus()
    page.keyboard.press("Space")
    tab_to(page, "看碰到谁")
    page.keyboard.press("Enter")
    expect(page.locator("#meets")).to_contain_text("今天碰到")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("锦江花园 现在起是封控区")
    assert complaints == []
