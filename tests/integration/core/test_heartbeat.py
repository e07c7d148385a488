"""Work done, measured: who is asked and does not answer is silent; who was not asked is not (issue E: work that stops)."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test import Client

from core import heartbeat
from core.management.commands.check_invariants import breaches
from core.models import WorkerHeartbeat

pytestmark = pytest.mark.django_db


def later(seconds: int, *columns: str) -> None:
    """Let these moments lie so much longer ago."""
    moved = ", ".join(f"{name} = {name} - make_interval(secs => {seconds})" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE core_workerheartbeat SET {moved}")


def silent() -> list[str]:
    return [each.name for each in heartbeat.silences()]


def test_asked_and_not_answered_for_twenty_seconds_is_deaf() -> None:
    heartbeat.asked("dispatch", is_rung=True)
    assert silent() == []
    later(25, "silent_since", "unheard_since")
    assert silent() == ["dispatch"]
    assert heartbeat.silences()[0].seconds in range(25, 30)

    heartbeat.beat("dispatch")
    assert silent() == []
    assert WorkerHeartbeat.objects.get(name="dispatch").unheard_since is None


def test_nobody_is_deaf_while_nobody_asks() -> None:
    """A relay or a database that stood still: the count begins anew with the next question."""
    heartbeat.asked("dispatch", is_rung=True)
    later(100, "silent_since", "unheard_since", "asked_at")
    assert silent() == [], "nobody has asked for a while"

    heartbeat.asked("dispatch", is_rung=True)
    assert silent() == [], "the old silence does not count"


def test_a_broker_that_is_away_makes_the_queue_silent_but_no_worker_deaf() -> None:
    """People are planned for without it, and no worker is ended for it."""
    heartbeat.asked("urgent", is_rung=True)
    later(30, "silent_since", "unheard_since")
    heartbeat.asked("urgent", is_rung=False)

    row = WorkerHeartbeat.objects.get(name="urgent")
    assert silent() == ["urgent"]
    assert row.unheard_since is None


@pytest.mark.django_db(transaction=True)
def test_a_long_plan_answers_for_its_queue() -> None:
    heartbeat.asked("dispatch", is_rung=True)
    later(30, "silent_since", "unheard_since")

    with heartbeat.at_work("dispatch"):
        until = time.monotonic() + 10
        while silent() and time.monotonic() < until:
            time.sleep(0.05)
        assert silent() == []


def test_a_loop_that_stands_still_is_seen_and_a_fresh_start_counts_anew() -> None:
    heartbeat.beat("beat")
    later(90, "beaten_at")
    assert silent() == ["beat"]

    heartbeat.begin_anew()
    assert silent() == []


def test_health_says_who_is_silent_since_when_and_the_pages_live_on(client: Client) -> None:
    """Done-when: /health is not green when work has stopped; liveness is another question."""
    assert client.get("/health/ready").json() == {"ready": True, "silent": {}}
    heartbeat.asked("dispatch", is_rung=True)
    later(30, "silent_since")
    since = WorkerHeartbeat.objects.get(name="dispatch").silent_since
    assert since is not None

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "silent": {"dispatch": since.isoformat()}}
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("is_relay_at_work", [True, False])
def test_the_invariant_tells_it_while_the_relay_works(is_relay_at_work: bool) -> None:
    """INV-37; an installation that is stopped breaks no promise."""
    heartbeat.asked("urgent", is_rung=True)
    later(90, "silent_since")
    if is_relay_at_work:
        heartbeat.beat("relay")

    assert ("INV-37" in [row["id"] for row in breaches()]) is is_relay_at_work
