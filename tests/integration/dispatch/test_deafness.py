"""The sweep sees work that stopped, says so once, and has people planned for without the broker (issue E)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from access.models import AccessRequest
from calls.models import OpenCall
from calls.services import calls
from core import heartbeat
from core.models import AuditEvent
from dispatch.facts import deafness, wake
from dispatch.planning import planner, urgent, urgent_turns
from dispatch.planning.unmet import leave_waiting
from tests import walkers
from tests.walkers import MIN

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note each process that would be started to plan without the broker."""
    found: list[bool] = []
    monkeypatch.setattr(deafness, "stand_in", lambda: found.append(True))
    return found


def deaf(queue: str) -> None:
    heartbeat.asked(queue, is_rung=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_workerheartbeat SET silent_since = silent_since - interval '40 s'")


def test_a_deaf_queue_is_recorded_once_and_who_waits_is_planned_for(started: list[bool]) -> None:
    case = walkers.walk(walkers.town(), to="asked")
    deaf("dispatch")

    for _ in range(2):
        deafness.sweep(at=case.at)

    assert started == [True, True]
    assert AuditEvent.objects.filter(verb="work.stopped").count() == 1
    assert AuditEvent.objects.get(verb="work.stopped").detail["queue"] == "dispatch"

    heartbeat.beat("dispatch")
    deaf("dispatch")
    deafness.sweep(at=case.at)
    assert AuditEvent.objects.filter(verb="work.stopped").count() == 2, "another silence is another record"


@pytest.mark.parametrize("watching", [True, False])
def test_nobody_is_planned_for_when_all_work_or_the_watch_is_off(
    watching: bool, started: list[bool], settings: Any
) -> None:
    case = walkers.walk(walkers.town(), to="asked")
    settings.WATCH_WORK = watching
    if not watching:
        deaf("dispatch")

    deafness.sweep(at=case.at)

    assert started == []


def test_somebody_unseen_for_a_minute_is_planned_for_although_the_queues_answer(started: list[bool]) -> None:
    """Work done is what counts: a queue that answers and a person nobody looks at."""
    case = walkers.walk(walkers.town(), to="asked")
    AccessRequest.objects.update(arrive_at=case.at + timedelta(hours=1))

    deafness.sweep(at=case.at + timedelta(seconds=30))
    assert started == []
    deafness.sweep(at=case.at + timedelta(seconds=90))
    assert started == [True]


def test_one_area_that_fails_leaves_the_others_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    """house.md 2.7: anything, not only a lease that passed on."""
    planned: list[str] = []

    def plan(area: str, **_options: object) -> None:
        planned.append(area)
        if area == "a":
            raise ValueError("a limit that is no number")

    monkeypatch.setattr(wake, "areas_of", lambda _rows, *, at: ["a", "b"])
    monkeypatch.setattr(planner, "plan", plan)

    call_command("plan_waiting")

    assert planned == ["a", "b"]


def test_the_clock_rings_once_for_each_area() -> None:
    """house.md 2.7: one message for each area, so that none waits behind another in one task."""
    case = walkers.walk(walkers.town(), to="asked")
    heard: list[tuple[str, str]] = []
    with wake.answered_by(lambda task, arguments: heard.append((task, arguments["area"]))):
        wake.ring_all(at=case.at)

    assert heard == [("dispatch.tasks.plan_area", "main")]


def test_critical_patients_in_turn_whoever_was_never_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trouble of one, and the many that cannot be helped, never keep a new one waiting."""
    area = walkers.town()
    cases = [walkers.walk(area, to="asked") for _ in range(3)]
    at = cases[0].at
    keys = [case.request.case_ref for case in cases]
    AccessRequest.objects.filter(case_ref__in=keys).update(is_critical=True, attempts=5, try_again_at=at)
    AccessRequest.objects.filter(case_ref=keys[1]).update(attempts=0, try_again_at=None)
    AccessRequest.objects.filter(case_ref=keys[2]).update(try_again_at=at + timedelta(seconds=30))
    tried = []

    def place(case_ref: object, *, at: object) -> None:
        tried.append(case_ref)
        raise ValueError("cannot be read")

    monkeypatch.setattr(urgent, "place_urgent", place)

    assert urgent_turns.place_all("main", at=at) == 2
    assert tried == [keys[1], keys[0]]


def test_the_next_try_of_a_critical_patient_is_soon_at_first_and_then_farther() -> None:
    case = walkers.walk(walkers.town(), to="asked")
    AccessRequest.objects.update(is_critical=True)
    waits = []
    for _ in range(8):
        leave_waiting({case.request.pk: "no_car_outbound"}, at=case.at)
        row = AccessRequest.objects.get()
        assert row.try_again_at is not None
        waits.append(int((row.try_again_at - case.at).total_seconds()))

    assert waits == [30, 30, 30, 30, 60, 120, 120, 120]


def test_work_that_stopped_is_a_call_for_help_until_it_goes_on(started: list[bool]) -> None:
    """Every dispatch area is called once, owned, and the call ends when all answer again (R-000-17)."""
    case = walkers.walk(walkers.town(), to="asked")
    deaf("dispatch")
    for _ in range(2):
        deafness.sweep(at=case.at)

    [call] = OpenCall.objects.live().filter(kind="work_stopped")
    assert (call.owner_role, call.owner_place, call.dispatch_area) == ("dispatch", "main", "main")
    assert "没有回音" in call.note

    calls.end(call, words="看过了", by=case.town.dispatcher, at=case.at)
    for minutes, called in ((9, False), (11, True)):  # a word ends no silence: it is called again after a while
        deafness.sweep(at=case.at + minutes * MIN)
        assert OpenCall.objects.live().filter(kind="work_stopped").exists() is called

    heartbeat.beat("dispatch")
    deafness.sweep(at=case.at)
    assert not OpenCall.objects.live().filter(kind="work_stopped").exists()
