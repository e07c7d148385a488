"""Every kind of call for help in the browser: raised on one screen, read on others, taken up, seen by who raised it, ended.

A kind is one row of `PLEAS`: how it is raised, on whose page, who owns it, how it ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.middleware import SESSION_POST
from calls.models import OpenCall
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core import clock
from core.actors import RELAY
from tests.factories import town
from transport.models import Stop
from transport.services import runs, stops

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = os.environ.get("LOOK_AT")  # a folder: every screen looked at is kept there
WITHIN_MS = 15_000  # Done when 3: read on the owner's and on command's screen within 15 s
MIN = timedelta(minutes=1)
UNCOVERED = """(button, at) => {
  const box = button.getBoundingClientRect();
  return button.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height * at));
}"""
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
HOMES = {
    "staff": "/", "dispatch": "/dispatch/", "command": "/command/", "intake": "/desk/", "driver": "/drive/",
    "guard": "/gate/",
}  # fmt: skip
Raise = Callable[[Page], None]


@dataclass(frozen=True)
class Plea:
    """One kind: `press` raises it on the raiser's page, `ready` brings the day so far, `says` is read by the owner."""

    kind: CallKind
    raiser: str
    owner: str
    press: Raise
    says: str
    ready: Callable[[town.Side], None] = lambda side: None
    address: str = ""  # where it is raised, when not on the raiser's first page
    closed_by: str = ""  # the button that ends it in the strip; else words on the page of calls


def _press(name: str) -> Raise:
    def act(page: Page) -> None:
        page.get_by_role("button", name=name).click()

    return act


def _say_late(page: Page) -> None:
    page.get_by_text("会晚到").click()
    page.get_by_role("button", name="60 分").click()


def _say_overload(page: Page) -> None:
    form = page.locator("#overload-form").last
    form.get_by_label("床位").check()
    form.get_by_label("现在给病人做着什么").fill("已吸氧、心电监护")
    form.get_by_role("button", name="上报协调").click()


def _stop(side: town.Side, kind: str) -> Stop:
    case = side.cases["placed"]
    return Stop.objects.select_related("run__vehicle", "run__driver", "trip").get(run=case.run, kind=kind)


def accepted(side: town.Side) -> None:
    """The driver has taken the outing."""
    runs.accept(side.cases["placed"].run, by=side.actors["driver"], at=clock.now())


def aboard(side: town.Side) -> None:
    """The party is in the car."""
    accepted(side)
    stops.depart(_stop(side, "pickup"), by=side.actors["driver"], at=clock.now())


def at_the_door(side: town.Side) -> None:
    """The car stands before the hospital."""
    aboard(side)
    stops.arrive(_stop(side, "dropoff"), by=side.actors["driver"], at=clock.now())


PLEAS = [
    Plea(
        CallKind.PERSON_NOT_FOUND, "driver", "staff", _press("找不到人"), "在等，等到", accepted,
        closed_by="找到了，马上下来",
    ),
    Plea(CallKind.LATE_CAR, "driver", "dispatch", _say_late, "才到，该", accepted),
    Plea(CallKind.UNWELL_ABOARD, "driver", "dispatch", _press("人不舒服"), "在去 测试医院1 2号门 的路上", aboard),
    Plea(CallKind.DOOR_CLOSED, "driver", "dispatch", _press("门口说不接"), "司机在门口说不接", at_the_door),
    Plea(CallKind.OVERLOAD, "intake", "dispatch", _say_overload, "缺床位", address="/desk/overload/"),
    Plea(CallKind.GATE_EMERGENCY, "guard", "staff", _press("紧急放行"), "南门"),
]  # fmt: skip


@pytest.fixture
def side() -> town.Side:
    """One half of the town, with somebody on every post and nobody calling."""
    made = town.build(1, at=clock.now())
    for call in OpenCall.objects.live():
        calls.end_by_fact(CallKind(call.kind), call.subject, words="办完了", by=RELAY, at=clock.now() - 60 * MIN)
    return made


class Screens:
    """The screens of several posts side by side."""

    def __init__(self, browser: Browser, live_server: LiveServer, side: town.Side) -> None:
        self.browser, self.url, self.side = browser, live_server.url, side

    def of(self, role: str, address: str = "", *, look: str = "") -> Page:
        """Open a post's first page, or another one, on the screen it works at, in the looks of the person."""
        client, user = Client(), self.side.users[role]
        user.large_text, user.theme = look == "large", "dark" if look == "dark" else "light"
        user.save()
        client.force_login(user)
        session = client.session
        session[SESSION_POST] = user.posts.get(role=role).pk
        session.save()
        size = PHONE if role in ("driver", "guard") else DESK
        context = self.browser.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.url}])
        page = context.new_page()
        page.goto(f"{self.url}{address or HOMES[role]}")
        return page


@pytest.fixture
def screens(browser: Browser, live_server: LiveServer, side: town.Side) -> Screens:
    return Screens(browser, live_server, side)


def strip_of(page: Page, kind: CallKind):
    return page.locator(f"#calls .call[data-kind='{kind}']")


def keep(page: Page, name: str) -> None:
    if KEPT:
        Path(KEPT).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{KEPT}/{name}.png")


@pytest.mark.parametrize("plea", PLEAS, ids=[plea.kind.value for plea in PLEAS])
def test_a_call_is_read_taken_up_answered_and_ended(screens: Screens, side: town.Side, plea: Plea) -> None:
    """R-000-17: from the press to the answer without a reload of anybody's page; the owner's and command's read it in 15 s."""
    plea.ready(side)
    label = str(plea.kind.label)
    owner, command = screens.of(plea.owner), screens.of("command")
    raiser = screens.of(plea.raiser, plea.address)
    expect(strip_of(owner, plea.kind)).to_have_count(0)

    plea.press(raiser)

    for page in (owner, command):
        expect(strip_of(page, plea.kind)).to_contain_text(label, timeout=WITHIN_MS)
        expect(strip_of(page, plea.kind)).to_contain_text(plea.says)
    expect(strip_of(raiser, plea.kind)).to_contain_text("还没有人接手", timeout=WITHIN_MS)
    keep(raiser, f"{plea.kind}-raiser")
    keep(owner, f"{plea.kind}-owner")

    strip_of(owner, plea.kind).get_by_role("button", name="我来接手").click()
    name = side.users[plea.owner].name
    expect(strip_of(raiser, plea.kind)).to_contain_text(f"{name}", timeout=WITHIN_MS)
    expect(strip_of(command, plea.kind)).to_contain_text("接手，在办", timeout=WITHIN_MS)

    words = plea.closed_by or "已经去人了"
    if plea.closed_by:
        strip_of(owner, plea.kind).get_by_role("button", name=plea.closed_by).click()
    else:
        strip_of(owner, plea.kind).get_by_role("link", name="办完了").click()
        row = owner.locator(f".call[data-kind='{plea.kind}']")
        row.get_by_label("办成了什么").fill(words)
        row.get_by_role("button", name="办完了").click()
    told = strip_of(raiser, plea.kind) if plea.raiser in ("driver", "guard") else None
    if told:
        expect(told).to_contain_text(words, timeout=WITHIN_MS)
    else:
        expect(strip_of(raiser, plea.kind)).to_have_count(0, timeout=WITHIN_MS)
    expect(strip_of(command, plea.kind)).to_have_count(0, timeout=WITHIN_MS)
    assert OpenCall.objects.get(kind=plea.kind, ended_words=words).taken_by.startswith(name)


@pytest.mark.parametrize("look", ["light", "dark", "large"])
def test_calls_never_push_the_one_button_of_a_phone_out_of_sight(screens: Screens, side: town.Side, look: str) -> None:
    """ui.md: on 390 x 844 the driver's button and the guard's emergency button stand on the screen beneath two calls."""
    aboard(side)
    stops.unwell(_stop(side, "dropoff").run, by=side.actors["driver"], at=clock.now())
    _call_for(side, "driver", CallKind.DOOR_CLOSED)
    for _number in range(3):
        _call_for(side, "guard", CallKind.GATE_EMERGENCY)

    for role, button in (("driver", ".btn-act"), ("guard", "button:has-text('紧急放行')")):
        page = screens.of(role, look=look)
        expect(page.locator("#calls .call").first).to_be_visible()
        for at in (0.1, 0.9):  # nothing lies over its upper or lower edge
            assert page.locator(button).first.evaluate(UNCOVERED, at)
        keep(page, f"phone-{role}-{look}")
    for role in ("staff", "dispatch", "intake", "command"):
        page = screens.of(role, look=look)
        expect(page.locator("#calls .call").first).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0
        keep(page, f"desk-{role}-{look}")


def _call_for(side: town.Side, role: str, kind: CallKind) -> None:
    """Raise one more call of a post."""
    trouble = Trouble(kind, subject=str(uuid4()), who="王阿姨 5号楼", place="测试医院1 2号门", note="请马上去接。")
    scene = calling.scene_of_community(side.community, facility=side.facility.pk)
    calling.call_for_help(trouble, scene=scene, by=side.actors[role], at=clock.now())
