"""Five people, five browsers, one relay: what a journey through the screens stands on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page

from accounts.models import User
from core import clock
from tests import walkers
from tests.browser import all_answered, browser_type_launch_args, live_server  # noqa: F401 (fixtures)
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desk_rows
from tests.factories import transport as car_rows

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 850}
BOARD = {"width": 1600, "height": 1000}


class Cast:
    """The five posts of one town, each with a browser context of its own."""

    def __init__(self, browser: Browser, url: str, town: walkers.Town) -> None:
        self.browser, self.url, self.town = browser, url, town
        driver = car_rows.driver_user(f"D-{town.cars[0].pk}")
        self.users: dict[str, tuple[User, dict[str, int]]] = {
            "staff": (gate_rows.staff(town.community), DESK),
            "guard": (gate_rows.guard(town.community), PHONE),
            "dispatcher": (walkers.dispatcher_user(), BOARD),
            "driver": (driver, PHONE),
            "crew": (car_rows.driver_user("D-A1", username="13900000120"), PHONE),
            "desk": (desk_rows.make_desk_user(town.facility), DESK),
        }
        self.heard: list[str] = []
        self._pages: dict[str, Page] = {}

    def __getattr__(self, role: str) -> Page:
        """Return the role's page, signed in."""
        if role not in self.users:
            raise AttributeError(role)
        if role not in self._pages:
            self._pages[role] = self._open(*self.users[role])
        return self._pages[role]

    def _open(self, user: User, size: dict[str, int]) -> Page:
        client = Client()
        client.force_login(user)
        context = self.browser.new_context(
            viewport=size, base_url=self.url, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.url}])
        page = context.new_page()
        page.set_default_timeout(20000)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        return page


def set_clock(at: datetime) -> None:
    """Move the product's clock; the web process follows at once, the relay within seconds."""
    clock.set_offset(timedelta())
    clock.set_offset(at - clock.now())


@pytest.fixture
def tuesday() -> Iterator[datetime]:
    """10:40 on this week's Tuesday."""
    today = clock.today()
    at = clock.at_local(today - timedelta(days=today.weekday() - 1), "10:40")
    set_clock(at)
    yield at
    clock.forget()


@pytest.fixture
def relay(transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """The real relay process on the test's database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    process = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "relay"],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.terminate()
    process.wait(20)


@pytest.fixture
def cast(browser: Browser, live_server, tuesday: datetime, relay: object) -> Iterator[Cast]:  # noqa: F811
    """A sealed compound, its yellow-code hospital with an emergency room, two cars, an ambulance, everybody at work."""
    town = walkers.town(at=tuesday, zone="sealed")
    desk_rows.make_service(town.facility, "emergency")
    walkers.car("A1", at=tuesday, vehicle_class="ambulance", seats=1, stretchers=1, has_oxygen=True)
    made = Cast(browser, live_server.url, town)
    yield made
    for role, page in made._pages.items():
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/journey-{role}.png")
        page.context.close()
