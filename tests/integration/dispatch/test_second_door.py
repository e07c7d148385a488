"""At the second house's door: its desk reads who stands there, and past the limit command is called (R-000-8, R-002-3)."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from calls.models import OpenCall
from core.actors import Actor
from core.models import OutboxMessage
from dispatch.facts import arrivals
from hospitals.services import door, intake, transfers
from tests import walkers
from tests.factories import communities as people
from tests.handed import Handed, handed
from tests.walkers import MIN
from transport.models import Run
from transport.services import stops

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Handed:
    """Somebody in the car to the second house."""
    return handed("ask", "accept", "aboard")


def driver_of(run: Run) -> Actor:
    return Actor(f"user:{run.driver_id}", run.driver.name, "driver", "fleet", run.driver_id)


def drive_up(case: Handed) -> datetime:
    """Press 到医院了 at the second house; return when."""
    run = case.trip("between").run
    stop = run.stops.get(kind="dropoff")
    case.at = max(case.at, stop.planned_at)
    stops.arrive(stop, by=driver_of(run), at=case.at)
    walkers.deliver()
    return case.at


def read(role: str, place: tuple[str, str, str], path: str, *, at: datetime) -> str:
    """Read a page on a post at a moment."""
    user = people.User.objects.filter(username=f"{role}-{place[1]}").first()
    user = user or people.user(f"{role}-{place[1]}", "刘敏", role=role, place=place)
    client = Client()
    with time_machine.travel(at, tick=False):
        client.force_login(user)
        return client.get(path, headers={"HX-Request": "true"} if "strip" in path else {}).content.decode()


def their_desk_page(case: Handed, *, at: datetime) -> str:
    return read("intake", ("facility", case.other.pk, case.other.name), "/desk/", at=at)


def commands_strip(*, at: datetime) -> str:
    return read("command", ("city", "210600000000", "丹东市"), "/calls/strip/", at=at)


def test_the_second_desk_reads_who_stands_at_its_door(case):
    """R-000-8, R-002-3: seen before, its page still said 人在车上. The twin: before the press it says so."""
    assert "在门口等接诊" not in their_desk_page(case, at=case.at)
    at = drive_up(case)

    page = their_desk_page(case, at=at + 4 * MIN)
    assert "1 位在门口等接诊。" in page
    assert "等接诊 4 分钟" in page
    assert "人在乙院门口 4 分钟" in page
    assert (case.transfer.at_door_at, case.here.status) == (at, "in_treatment"), "the first house's own until received"
    assert "师傅" in case.transfer.at_door_by


def test_not_received_past_the_limit_command_is_called_until_they_are(case):
    """R-002-3, INV-30: command reads house and patient; a receipt ends the call, and the clock runs from the door."""
    at = drive_up(case)
    assert door.report_unreceived(at=at + 15 * MIN) == 0
    late = at + 16 * MIN
    assert door.report_unreceived(at=late) == door.report_unreceived(at=late + MIN) == 1

    strip = commands_strip(at=late)
    assert "到院没人交接" in strip
    assert "乙院" in strip
    call = OpenCall.objects.live().get(kind="late_hand_over")
    assert (call.subject, call.owner_role, call.place) == (f"transfer:{case.transfer.pk}", "command", "乙院")
    assert case.request.name not in call.who, "an illness is where they are: the name is masked"

    there = transfers.receive(case.transfer, by=case.their_desk, at=late + MIN)
    walkers.deliver()
    assert (there.at_door_at, there.hand_over_due_at) == (at, at + 15 * MIN)
    assert "到院没人交接" not in commands_strip(at=late + MIN)
    assert "等接诊" not in their_desk_page(case, at=late + MIN)


def test_received_in_time_nobody_is_called(case):
    """The twin: within the limit there is no call, then or later."""
    at = drive_up(case)
    there = transfers.receive(case.transfer, by=case.their_desk, at=at + 5 * MIN)
    intake.hand_over(there, by=case.their_desk, at=at + 6 * MIN)
    walkers.deliver()

    assert door.report_unreceived(at=at + 16 * MIN) == 0
    assert "到院没人交接" not in commands_strip(at=at + 16 * MIN)


def test_the_relays_sweep_calls(case):
    """R-002-3: what runs by itself raises it, not only this function."""
    at = drive_up(case)
    for path in settings.SWEEPS:
        if path.startswith("hospitals."):
            import_string(path)(at=at + 16 * MIN)

    assert OpenCall.objects.live().filter(kind="late_hand_over").exists()


def test_pressed_by_mistake_the_driver_takes_it_back(case):
    """The desk's page, and a call that was raised, follow."""
    at = drive_up(case)
    door.report_unreceived(at=at + 16 * MIN)
    assert door.lift_door(case.request.case_ref, by=case.their_desk, at=at + 17 * MIN, facility_code=case.other.pk)

    assert case.transfer.at_door_at is None
    assert not OpenCall.objects.live().filter(kind="late_hand_over").exists()
    assert "在门口等接诊" not in their_desk_page(case, at=at + 17 * MIN)


def test_an_undone_press_reaches_the_second_desk(case):
    at = drive_up(case)
    run = Run.objects.get(pk=case.trip("between").run_id)
    stops.undo_last(run, by=driver_of(run), at=at + MIN)
    walkers.deliver()

    assert case.transfer.at_door_at is None


def test_the_sweep_finds_what_the_relay_lost(case):
    run = case.trip("between").run
    stop = run.stops.get(kind="dropoff")
    stops.arrive(stop, by=driver_of(run), at=case.at)
    OutboxMessage.objects.filter(delivered_at__isnull=True).delete()
    arrivals.sweep(at=case.at + MIN)

    assert case.transfer.at_door_at == case.at
    assert not arrivals.at_door(str(stop.trip_id), at=case.at + 2 * MIN), "said twice it changes nothing"
