"""What the screens say happens by itself does happen: by the sweeps of the installation's settings, not by a call of ours.

The twin of each: with its line taken out of the settings nothing happens.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client

from access.models import AccessRequest
from access.services import requests
from access.services.requests import AccessWish
from calls.models import OpenCall
from calls.states import CallKind
from communities.services import gates
from core import clock
from hospitals.models import Intake, Service
from tests.factories import town
from tests.factories.town import Side

pytestmark = pytest.mark.django_db
MIN = timedelta(minutes=1)


@pytest.fixture
def side() -> Side:
    """One half of the town, with somebody on every post."""
    return town.build(1, at=clock.now())


def an_emergency_nobody_takes_up(side: Side) -> Callable[[], bool]:
    """R-000-17: it is dispatch's after the rulebook's minutes."""
    at = clock.now() - 3 * MIN
    scan = gates.emergency_release(
        side.gate, event_id=uuid.uuid4(), building="5号楼", party_size=1, by=side.actors["guard"], at=at
    )
    return lambda: OpenCall.objects.get(subject=str(scan.case_ref)).owner_role == "dispatch"


def a_hand_over_past_its_limit(side: Side) -> Callable[[], bool]:
    """R-002-3: command reads it."""
    Intake.objects.filter(pk=side.walk_in.pk).update(hand_over_due_at=clock.now() - MIN)  # type: ignore[union-attr]
    return lambda: OpenCall.objects.live().filter(kind=CallKind.LATE_HAND_OVER).exists()


def a_wish_the_community_does_not_answer(side: Side) -> Callable[[], bool]:
    """Decision 13: it is approved at the time its page says."""
    resident, then = side.cases["asked"].resident, clock.now() - 60 * MIN
    wish = AccessWish("outpatient", arrive_at=clock.now() + timedelta(days=2), source="hotline")
    row = requests.submit(resident, wish=wish, by=side.actors["dispatch"], at=then)
    return lambda: AccessRequest.objects.get(pk=row.pk).status == "approved"


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        (an_emergency_nobody_takes_up, "calls.services.calls.climb_due"),
        (a_hand_over_past_its_limit, "hospitals.services.overload.report_late_hand_overs"),
        (a_wish_the_community_does_not_answer, "access.services.checks.sweep"),
    ],
)
def test_the_relay_alone_does_what_the_screens_say(
    trouble: Callable[[Side], Callable[[], bool]], line: str, side: Side, settings: LazySettings
) -> None:
    """R-000-17, R-002-3: the process that runs in every installation does it; without its line it is not done."""
    has_come_about = trouble(side)
    every: Any = settings.SWEEPS
    settings.SWEEPS = [path for path in every if path != line]
    call_command("relay", once=True)
    assert not has_come_about()

    settings.SWEEPS = every
    call_command("relay", once=True)

    assert has_come_about()


def on(side: Side, role: str) -> Client:
    """Sign in on a post of this side."""
    client = Client()
    client.force_login(side.users[role])
    return client


def test_a_desk_is_reminded_of_a_state_four_hours_old(side: Side) -> None:
    Service.objects.filter(facility=side.facility).update(confirmed_at=clock.now(), confirmed_by="赵敏")
    assert "超过 4 小时没更新会提醒" in on(side, "intake").get("/desk/").content.decode()

    Service.objects.filter(facility=side.facility).update(confirmed_at=clock.now() - timedelta(hours=5))

    assert "超过 4 小时没更新，请看一眼" in on(side, "intake").get("/desk/").content.decode()
