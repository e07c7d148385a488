"""Everything that works, under the supervisor's own eye, with a district of patients who ask while it is broken."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ops.places import ROOT
from ops.servers import Stack
from ops.supervisor import Kept, Supervisor
from ops.watchdog import Watchdog

WORKING = ("relay", "worker", "worker-urgent", "beat")
UNSEEN = (
    "SELECT count(*) FROM access_accessrequest r JOIN access_facts f ON f.request_id = r.id"
    " WHERE r.case_ref = ANY(%s::uuid[]) AND f.scheduled_at IS NULL"
    " AND (r.needs_person_reason = '' OR r.owner_role = '' OR r.attempts = 0)"
)
"""Whoever is neither placed nor waits with a reason, an owner and a next try."""
PLACED = (
    "SELECT count(*) FROM access_accessrequest r JOIN access_facts f ON f.request_id = r.id"
    " WHERE r.case_ref = ANY(%s::uuid[]) AND f.scheduled_at IS NOT NULL"
)
TWICE = (
    "SELECT count(*) FROM (SELECT case_ref FROM transport_trip WHERE direction = 'outbound'"
    " AND status = 'scheduled' GROUP BY case_ref HAVING count(*) > 1) doubled"
)


class Works:
    """An installation at work. Call `look` often: the supervisor starts children from the main thread alone."""

    def __init__(self, stack: Stack, *, has_watchdog: bool = True) -> None:
        self.stack = stack
        self.supervisor = Supervisor(stack.places.data)
        if has_watchdog:
            self.supervisor.watchdog = Watchdog(stack.databases.app_url)
            self.supervisor.watchdog.start()

    def start(self) -> None:
        """Start all that works and wait until each has answered."""
        for name in WORKING:
            self.keep(name)
        if not self.until(lambda: not self._not_heard(), 90):
            raise RuntimeError(f"These never answered: {self._not_heard()}")

    def keep(self, name: str) -> None:
        """Start a process and let the supervisor look after it."""
        child = self.stack.run(name)
        self.supervisor.guard.watch(child)
        self.supervisor.kept[name] = Kept(child)

    def _not_heard(self) -> set[str]:
        with self.stack.connect() as connection:
            rows = connection.execute("SELECT name FROM core_workerheartbeat WHERE beaten_at IS NOT NULL").fetchall()
        return {"relay", "dispatch", "urgent", "beat"} - {row[0] for row in rows}

    def look(self) -> None:
        """Let the supervisor look once."""
        self.supervisor.look()

    def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, under the supervisor's eye."""
        deadline, next_ask = time.monotonic() + seconds, 0.0
        while time.monotonic() < deadline:
            self.look()
            if time.monotonic() >= next_ask:
                if holds():
                    return True
                next_ask = time.monotonic() + 0.5
            time.sleep(0.1)
        return False

    def wait(self, seconds: float) -> None:
        """Let time pass under the supervisor's eye."""
        self.until(lambda: False, seconds)

    def stop(self) -> None:
        """End all of it, the databases go on."""
        if self.supervisor.watchdog:
            self.supervisor.watchdog.stop()
        for name in WORKING:
            if (child := self.stack.children.pop(name, None)) is not None:
                child.kill()
        self.supervisor.guard.close()


@contextmanager
def working(stack: Stack, *, has_watchdog: bool = True) -> Iterator[Works]:
    """Have everything at work for a while."""
    works = Works(stack, has_watchdog=has_watchdog)
    try:
        works.start()
        yield works
    finally:
        works.stop()


class Asking:
    """Somebody who asks for patients, one after another, and repeats what a broken database refused."""

    def __init__(self, stack: Stack, *, each_s: float) -> None:
        command = [sys.executable, "-m", "tests.faults.people", "ask", str(each_s)]
        self.process = subprocess.Popen(
            command, env=stack.environment("owner"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.asked: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        if self.process.stdout is not None:
            self.asked += [line.strip() for line in self.process.stdout]

    def stop(self) -> list[str]:
        """Let it finish what it began; return the cases that were acknowledged."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(60)
        self._reader.join(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return self.asked


def people(stack: Stack, *words: object) -> dict[str, Any]:
    """Run one word of tests.faults.people beside the product and return its answer."""
    command = [sys.executable, "-m", "tests.faults.people", *map(str, words)]
    ended = subprocess.run(
        command, env=stack.environment("owner"), cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr[-3000:])
    answer: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    return answer


def count(stack: Stack, query: str, *values: object) -> int:
    """Return the one number of a query."""
    with stack.connect(connect_timeout=3, options="-c statement_timeout=5000") as connection:
        row = connection.execute(query, values).fetchone()  # type: ignore[arg-type]
    return int(row[0]) if row else -1


def queued(stack: Stack) -> int:
    """Count the messages in both queues."""
    from redis import Redis  # noqa: PLC0415 (only where a broker is)

    broker = Redis.from_url(stack.databases.redis_url, socket_timeout=3)
    return int(broker.llen("dispatch")) + int(broker.llen("urgent"))
