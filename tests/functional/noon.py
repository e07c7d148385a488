"""A noon in the town that many screens are looked at in, and how somebody comes onto a page of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from access.models import AccessRequest, Resident
from accounts.models import User
from communities.services import gates
from core import clock
from hospitals.models import Intake
from hospitals.services import intake
from tests import walkers
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desk_rows


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
            "zones": ("command", reverse("command:zones")),
            "zone": ("command", reverse("command:zone", args=[self.town.community.pk])),
            "zone-meets": ("command", f"{reverse('command:zone', args=[self.town.community.pk])}?zone_class=sealed"),
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
