"""Every kind of call for help in the browser: raised on one screen, read on others, taken up, seen by who raised it, ended.

A kind is one row of `PLEAS` (tests.functional.pleas): how it is raised, on whose page, who owns it, how it ends.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
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
from tests.functional.pleas import EXCEPT, PLEAS, WITHIN_MS, Plea, aboard, stop_of
from transport.services import stops

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = os.environ.get("LOOK_AT")  # a folder: every screen looked at is kept there
MIN = timedelta(minutes=1)
# somebody takes the phone out, or comes back to the page: it asks at once instead of at its next turn
LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"
UNCOVERED = """(button, at) => {
  const box = button.getBoundingClientRect();
  return button.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height * at));
}"""
MUTE = "这一页还没有声音，有人求助时不响：点一下页面，或按任意键。"
COUNT_BEEPS = """() => {
  window.beeps = 0;
  const make = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () { window.beeps += 1; return make.call(this); };
}"""
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
HOMES = {
    "staff": "/", "dispatch": "/dispatch/", "command": "/command/", "intake": "/desk/", "driver": "/drive/",
    "guard": "/gate/",
}  # fmt: skip


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
    raiser = screens.of(plea.raiser, plea.address) if plea.raiser else None
    expect(strip_of(owner, plea.kind)).to_have_count(0)

    if raiser:
        plea.press(raiser, side)
    plea.work(side)
    raised = time.monotonic()

    for page in (owner, command):
        left_ms = max(1.0, WITHIN_MS - 1000 * (time.monotonic() - raised))
        expect(strip_of(page, plea.kind)).to_contain_text(label, timeout=left_ms)
        expect(strip_of(page, plea.kind)).to_contain_text(plea.says)
    if raiser:
        expect(strip_of(raiser, plea.kind)).to_contain_text("还没有人接手", timeout=WITHIN_MS)
        keep(raiser, f"{plea.kind}-raiser")
    keep(owner, f"{plea.kind}-owner")

    strip_of(owner, plea.kind).get_by_role("button", name="我来接手").click()
    name = side.users[plea.owner].name
    expect(strip_of(owner, plea.kind)).to_contain_text("接手，在办", timeout=WITHIN_MS)
    for page in (raiser, command) if raiser else (command,):
        page.evaluate(LOOK_AGAIN)
        expect(strip_of(page, plea.kind)).to_contain_text(f"{name} ", timeout=WITHIN_MS)
        expect(strip_of(page, plea.kind)).to_contain_text("接手，在办")

    words = plea.closed_by or "已经去人了"
    _end(owner, plea, words)
    for page in (raiser, command) if raiser else (command,):
        page.evaluate(LOOK_AGAIN)
    if raiser and plea.raiser in ("driver", "guard"):
        expect(strip_of(raiser, plea.kind)).to_contain_text(words, timeout=WITHIN_MS)
    elif raiser:
        expect(strip_of(raiser, plea.kind)).to_have_count(0, timeout=WITHIN_MS)
    expect(strip_of(command, plea.kind)).to_have_count(0, timeout=WITHIN_MS)
    assert OpenCall.objects.get(kind=plea.kind, ended_words=words).taken_by.startswith(name)


def _end(owner: Page, plea: Plea, words: str) -> None:
    """End it on the owner's screen: by the button of its kind, else with words on the page of calls."""
    if plea.closed_by:
        strip_of(owner, plea.kind).get_by_role("button", name=plea.closed_by).click()
        expect(strip_of(owner, plea.kind)).to_have_count(0, timeout=WITHIN_MS)
        return
    strip_of(owner, plea.kind).get_by_role("link", name="办完了").click()
    row = owner.locator(f".call[data-kind='{plea.kind}']")
    row.get_by_label("办成了什么").fill(words)
    row.get_by_role("button", name="办完了").click()
    expect(row.get_by_role("button", name="办完了")).to_have_count(0)


def test_every_kind_of_call_is_played_through() -> None:
    """Done when 3, R-000-17: a kind added to the product needs a row here, or a reason why it has none."""
    played = {plea.kind for plea in PLEAS}
    assert played | set(EXCEPT) == set(CallKind)
    assert not played & set(EXCEPT)


@pytest.mark.parametrize("look", ["light", "dark", "large"])
def test_calls_never_push_the_one_button_of_a_phone_out_of_sight(screens: Screens, side: town.Side, look: str) -> None:
    """ui.md: on 390 x 844 the driver's button and the guard's emergency button stand on the screen beneath two calls."""
    aboard(side)
    stops.unwell(stop_of(side, "dropoff").run, by=side.actors["driver"], at=clock.now())
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


@pytest.mark.parametrize("where", ["hidden", "list"])
def test_a_loud_call_sounds_where_nobody_looks(screens: Screens, side: town.Side, where: str) -> None:
    """R-000-17: a page that may not sound yet says so beforehand; then it rings, in a tab behind others and under a hand."""
    page = screens.of("dispatch", "/calls/" if where == "list" else "")
    page.evaluate(COUNT_BEEPS)
    expect(page.locator("#mute")).to_have_text(MUTE)
    page.mouse.click(5, 300)
    expect(page.locator("#mute")).to_have_text("这一页有声音了，有人求助就响。")
    if where == "hidden":
        page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    if where == "list":
        page.locator("#calls-live .panel").first.hover()
    assert page.evaluate("window.beeps") == 0

    _call_for(side, "driver", CallKind.DOOR_CLOSED)
    if where == "list":
        page.evaluate(LOOK_AGAIN)

    page.wait_for_function("() => window.beeps >= 3", timeout=WITHIN_MS)


def test_a_page_nobody_touched_sounds_late_rather_than_never(screens: Screens, side: town.Side) -> None:
    """What came while the page was mute rings with the first touch, and the words stand there until then."""
    page = screens.of("dispatch")
    page.evaluate(COUNT_BEEPS)
    _call_for(side, "driver", CallKind.DOOR_CLOSED)
    page.evaluate(LOOK_AGAIN)
    expect(page.locator("#calls .call")).to_be_visible(timeout=WITHIN_MS)
    expect(page.locator("#mute")).to_have_text(MUTE)
    assert page.evaluate("window.beeps") == 0

    page.mouse.click(5, 300)

    page.wait_for_function("() => window.beeps >= 3")


@pytest.mark.parametrize("over", ["session", "post"])
def test_a_page_whose_sign_in_is_over_says_that_no_call_comes(screens: Screens, side: town.Side, over: str) -> None:
    """R-000-17: a desk's page left open for a night looked as calm as one that hears everything."""
    page = screens.of("dispatch")
    page.evaluate(COUNT_BEEPS)
    expect(page.locator("#mute")).to_have_text(MUTE)
    page.mouse.click(5, 300)
    if over == "session":
        Session.objects.all().delete()
    else:
        side.users["dispatch"].posts.update(valid_until=clock.now() - MIN)

    page.evaluate(LOOK_AGAIN)

    expect(page.locator("#mute")).to_have_text("登录到期或岗位换了，这一页收不到求助，也不会响：请重新登录。")
    page.wait_for_function("() => window.beeps >= 3")
    assert page.title().startswith("(!)")
