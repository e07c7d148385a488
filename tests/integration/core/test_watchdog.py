"""The supervisor ends what does no work and starts it again; a start, a broker or a database that is away accuses nobody."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from core import heartbeat
from ops import supervisor as supervising
from ops.container import healthy
from ops.process import Child, wait_until
from ops.supervisor import Kept, Supervisor
from ops.watchdog import Watchdog, silent


class Accuser(Watchdog):
    """Names somebody without asking a database."""

    def __init__(self, *names: str) -> None:
        super().__init__("")
        self._deaf = frozenset(names)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path)
    for name in ("worker", "relay"):
        child = Child(name, [sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / f"{name}.log")
        child.start()
        made.kept[name] = Kept(child)
    yield made
    for kept in made.kept.values():
        kept.child.kill()
    made.guard.close()


def test_who_does_no_work_is_ended_and_started_again(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "GRACE_SECONDS", 0.0)
    before = {name: kept.child.pid for name, kept in supervisor.kept.items()}
    supervisor.watchdog = Accuser("worker")
    supervisor.look()
    supervisor.watchdog = None

    def is_new() -> bool:
        supervisor.look()
        return supervisor.kept["worker"].child.is_running and supervisor.kept["worker"].child.pid != before["worker"]

    assert wait_until(is_new, 10)
    assert supervisor.kept["relay"].child.pid == before["relay"], "the others are left alone"


def test_who_has_just_been_started_is_left_alone(supervisor: Supervisor) -> None:
    before = supervisor.kept["worker"].child.pid
    supervisor.watchdog = Accuser("worker", "nobody")

    supervisor.look()
    supervisor.look()

    assert supervisor.kept["worker"].child.is_running
    assert supervisor.kept["worker"].child.pid == before


def test_a_database_that_is_away_accuses_nobody() -> None:
    dog = Watchdog("postgres://localhost:1/nowhere")
    dog._deaf = frozenset({"worker"})
    dog.start()

    assert wait_until(lambda: dog.deaf() == frozenset(), 15)
    dog.stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("is_rung", "unheard_s", "asked_s", "found"),
    [(True, 30, 0, {"worker"}), (True, 10, 0, set()), (True, 300, 60, set()), (False, 30, 0, set())],
)
def test_a_worker_is_accused_of_what_lies_in_its_queue(
    is_rung: bool, unheard_s: int, asked_s: int, found: set[str]
) -> None:
    """Not of a broker that is away, nor of the time in which nobody asked; in a container the check says the same."""
    heartbeat.asked("dispatch", is_rung=is_rung)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_workerheartbeat SET unheard_since = unheard_since - make_interval(secs => %s),"
            " asked_at = asked_at - make_interval(secs => %s)",
            [unheard_s, asked_s],
        )
        cursor.execute(
            "INSERT INTO core_workerheartbeat (name, beaten_at) VALUES ('beat', now() - interval '2 minutes')"
        )
    connection.ensure_connection()

    assert silent(connection.connection) == (found, {"beat"})


def test_the_age_of_a_process_is_read_from_the_system() -> None:
    own = healthy.age(Path(f"/proc/{os.getpid()}/stat"))

    assert 0 < own < 24 * 3600
    time.sleep(0.05)
    assert healthy.age(Path(f"/proc/{os.getpid()}/stat")) >= own
