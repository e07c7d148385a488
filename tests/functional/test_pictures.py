"""Every screen of the demo city opens without a complaint; `./dev shots` keeps the pictures of docs/pictures."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from access.models import AccessRequest, Resident
from access.services import residents
from accounts.models import Post, User
from accounts.services import people
from communities.models import Gate, GatePass
from communities.services import gates
from core import clock, outbox
from core.actors import CITY
from hospitals.models import Facility, Intake
from hospitals.services import intake as arrivals

ROOT = Path(settings.BASE_DIR)
PICTURES = ROOT / "docs" / "pictures"
SHOTS = bool(os.environ.get("SHOTS"))
DANDONG = ROOT / "demo" / "dandong"
COMMUNITY = "210603008001"
FEW = 300  # residents of the ordinary run, besides the demo community's own
MAX_BYTES = 250_000
DESK, PHONE, A6 = (1366, 800), (390, 844), (352, 520)  # A6: what margins leave of 105 mm by 148 mm
# controls and words that stand out of the screen, or are cut off by their own box
CUT_OFF = """() => {
  const shown = (each) => each.innerText.trim() && each.getClientRects().length && !each.closest(".sr-only, .table-wrap");
  const isCut = (each) => each.getBoundingClientRect().right > innerWidth + 1
    || (each.matches(".btn, .tag") && each.scrollWidth > each.clientWidth + 1);
  return [...document.querySelectorAll("main h1, main h2, main p, main .btn, .tag, footer .btn, header a, nav a")]
    .filter((each) => shown(each) && isCut(each)).map((each) => each.innerText.trim().slice(0, 40));
}"""
NAMED = re.compile(r"docs/pictures/([\w.-]+)|\.\./pictures/([\w.-]+)|\(pictures/([\w.-]+)")


@dataclass(frozen=True)
class Screen:
    """One picture: who looks, at what, on which device."""

    name: str
    user: str
    path: str
    size: tuple[int, int] = DESK
    only: str = ""  # the one element that is shown
    is_print: bool = False
    look: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[None]:
    """The demo city; without SHOTS only its demo community and a few hundred people."""
    folder = tmp_path / "city"
    shutil.copytree(DANDONG, folder)
    if not SHOTS:
        _keep_few(folder / "residents.csv")
    call_command("load_city", folder, demo=True, stdout=io.StringIO())
    at = clock.now()
    officer = people.ensure_user("zhihui", name="陶主任", password_hash="!", is_demo=True, by=CITY, at=at)
    people.give_post(officer, role="command", place=("city", "210600000000", "丹东市"), by=CITY, at=at)
    for number, name, role in (("shenji", "方审计", "auditor"), ("guanli", "孟工", "sysadmin")):
        keeper = people.ensure_user(number, name=name, password_hash="!", is_demo=False, by=CITY, at=at)
        people.give_post(keeper, role=role, place=("city", "210600000000", "丹东市"), by=CITY, at=at)
    people.prefer(User.objects.get(username="shequ"), theme="light")
    yield
    clock.forget()


def _keep_few(path: Path) -> None:
    rows = list(csv.DictReader(path.read_text().splitlines()))
    kept = [row for number, row in enumerate(rows) if number < FEW or row["community_code"] == COMMUNITY]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)


def screens() -> list[Screen]:
    """Return the pictures of docs/pictures, in the order of the day."""
    request = AccessRequest.objects.filter(community=COMMUNITY).earliest("submitted_at")
    later = AccessRequest.objects.filter(community=COMMUNITY).latest("submitted_at")
    card = GatePass.objects.get(case_ref=later.case_ref)
    answer = reverse("communities:gate_answer", args=[card.pk])
    large, dark = {"large": True}, {"theme": "dark"}
    return [
        Screen("sign-in", "", reverse("sign_in")),
        Screen("community-home", "shequ", reverse("access:home")),
        Screen("community-home-phone", "shequ", reverse("access:home"), PHONE),
        Screen("residents", "shequ", reverse("access:residents")),
        Screen("resident-form", "shequ", reverse("access:resident_new")),
        Screen("new-request", "shequ", reverse("access:request_new", args=[request.resident_id])),
        Screen("request-detail", "shequ", reverse("access:request", args=[request.pk])),
        Screen("pass-a6", "shequ", reverse("communities:pass_print", args=[card.pk]), A6, only=".pass", is_print=True),
        Screen("dispatch-board", "diaodu", reverse("dispatch:board"), (1600, 1000)),
        Screen("dispatch-board-dark", "diaodu", reverse("dispatch:board"), (1600, 1000), look=dark),
        Screen("driver-sheet", "siji", reverse("transport:sheet"), PHONE),
        Screen("driver-sheet-large", "siji", reverse("transport:sheet"), PHONE, look=large),
        Screen("intake-desk", "jiezhen", reverse("hospitals:desk"), (1440, 900)),
        Screen("command", "zhihui", reverse("command:overview"), (1440, 900)),
        Screen("gate-scan", "menwei", reverse("communities:gate"), PHONE),
        Screen("gate-answer-amber", "menwei", answer, PHONE),
        # the last one: the clock is past the time of the pass by then
        Screen("gate-answer-green", "menwei", answer, PHONE),
    ]


def later_screens() -> list[Screen]:
    """Return the pictures that need more to happen: drivers who did not leave, strangers, a result to be checked."""
    at = clock.now()
    guard, desk, staff = (Post.objects.get(user__username=name).actor() for name in ("menwei", "jiezhen", "shequ"))
    gate = Gate.objects.get(pk=guard.place_code)
    gates.emergency_release(gate, event_id=uuid.uuid4(), building="7号楼", party_size=1, by=guard, at=at)
    arrivals.walk_in(Facility.objects.get(pk=desk.place_code), label="身份不明 女 约70岁", by=desk, at=at)
    while outbox.deliver_next():
        pass
    let_out = AccessRequest.objects.get(source="gate", resident=None)
    stranger = Intake.objects.get(is_walk_in=True)
    person = Resident.objects.filter(community=COMMUNITY).exclude(phone_last4="").earliest("name_key")
    residents.note_result(person.pk, result="suspected", by=staff, at=at)
    zone = f"{reverse('command:zone', args=[COMMUNITY])}?zone_class=controlled&building=&since=&source="
    found = f"{reverse('access:identify', args=[let_out.case_ref])}?q={person.phone_last4}&who={person.pk}"
    return [
        Screen("resident-result", "shequ", reverse("access:resident", args=[person.pk])),
        Screen("identify", "shequ", found, (1000, 720)),
        Screen("intake-patient", "jiezhen", reverse("hospitals:intake", args=[stranger.pk]), (1366, 1000)),
        Screen("command-zone", "zhihui", zone, (1366, 760)),
        Screen("dispatch-silent", "diaodu", reverse("dispatch:board"), (1600, 1000), only=".silent"),
        Screen("audit-log", "shenji", reverse("audit_log")),
        Screen("administration", "guanli", reverse("administration"), (1366, 1000)),
    ]


def _open(browser: Browser, live_server: LiveServer, screen: Screen, heard: list[str]) -> Page:
    """Open a screen as its user, and hear what the browser complains about."""
    width, height = screen.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if screen.size == PHONE or screen.only else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        color_scheme=screen.look.get("theme", "light"),
    )
    if screen.user:
        user = User.objects.get(username=screen.user)
        people.prefer(user, large_text=bool(screen.look.get("large")))
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    page = context.new_page()
    page.on("pageerror", lambda error: heard.append(f"{screen.name}: {error}"))
    page.on("console", lambda line: heard.append(f"{screen.name}: {line.text}") if line.type == "error" else None)
    page.emulate_media(media="print" if screen.is_print else "screen")
    answer = page.goto(live_server.url + screen.path)
    page.wait_for_load_state("load")
    if answer is None or answer.status != 200:
        heard.append(f"{screen.name}: status {answer and answer.status}")
    _measure(page, screen.name, heard)
    return page


def _measure(page: Page, name: str, heard: list[str]) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        heard.append(f"{name}: {wide} px wider than the screen")
    heard.extend(f"{name}: cut off: {words}" for words in page.evaluate(CUT_OFF))


def _read_in_english(page: Page, live_server: LiveServer, screen: Screen, heard: list[str]) -> None:
    """English lines are half as long again: nothing may be cut off, on the desk or on a phone (ui.md 10.10)."""
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url}])
    page.reload()
    for size in (PHONE,) if screen.size == PHONE else (DESK, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        _measure(page, f"{screen.name} in English at {size[0]}", heard)


def _keep(page: Page, screen: Screen) -> None:
    """Store a picture of few colours, small enough for the repository."""
    page.evaluate("document.fonts.ready")
    shot = page.locator(screen.only).first.screenshot() if screen.only else page.screenshot()
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for colours in (256, 128, 64, 32):
        few = picture.quantize(colours, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{screen.name}.png", optimize=True)
        if (PICTURES / f"{screen.name}.png").stat().st_size <= MAX_BYTES:
            return


@pytest.mark.django_db(transaction=True)
def test_every_screen_of_the_demo_city_opens(browser: Browser, live_server: LiveServer, city: None) -> None:
    heard: list[str] = []
    for screen in screens():
        if screen.name == "gate-answer-green":
            clock.set_offset(clock.offset() + timedelta(minutes=45))
        _look(browser, live_server, screen, heard)
    for screen in later_screens():
        _look(browser, live_server, screen, heard)

    assert heard == []


def _look(browser: Browser, live_server: LiveServer, screen: Screen, heard: list[str]) -> None:
    page = _open(browser, live_server, screen, heard)
    if SHOTS:
        _keep(page, screen)
    if not screen.is_print:
        _read_in_english(page, live_server, screen, heard)
    page.context.close()


def test_every_picture_named_in_the_pages_is_there() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    named = {"".join(found) for page in pages for found in NAMED.findall(page.read_text())}
    missing = sorted(name for name in named if not (PICTURES / name).is_file())
    heavy = sorted(path.name for path in PICTURES.glob("*.png") if path.stat().st_size > MAX_BYTES)

    assert (missing, heavy) == ([], [])
    assert "dispatch-board.png" in named
