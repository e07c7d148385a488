"""Which processes do no work although they are there: read from the heartbeats in the database (core.heartbeat).

A thread of the supervisor, because a database that stands still must not hold up the stopping and starting of the rest.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg

EVERY_SECONDS = 3.0
STEADY_SECONDS = 20.0  # the database has answered for so long: a silence is not its own
LOOP_STEADY_SECONDS = 60.0
PROCESS_OF = {"dispatch": "worker", "urgent": "worker-urgent", "relay": "relay", "beat": "beat"}
SILENT_QUEUES = (
    "SELECT name FROM core_workerheartbeat WHERE unheard_since < clock_timestamp() - interval '20 s'"
    " AND asked_at > clock_timestamp() - interval '15 s'"
)
SILENT_LOOPS = (
    "SELECT name FROM core_workerheartbeat WHERE name IN ('relay', 'beat')"
    " AND beaten_at < clock_timestamp() - interval '60 s'"
)


def silent(connection: psycopg.Connection[Any]) -> tuple[set[str], set[str]]:
    """Return the processes that hear nothing of what lies in their queue, and those whose loop stands still."""
    connection.execute("SET LOCAL statement_timeout = 2000")  # of this transaction: a pooler keeps the connection
    queues = {PROCESS_OF[row[0]] for row in connection.execute(SILENT_QUEUES).fetchall()}
    loops = {PROCESS_OF[row[0]] for row in connection.execute(SILENT_LOOPS).fetchall()}
    return queues, loops


class Watchdog(threading.Thread):
    """Look every few seconds; a database that is away or was away just now accuses nobody."""

    def __init__(self, database_url: str) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.database_url = database_url
        self._stopping = threading.Event()
        self._deaf: frozenset[str] = frozenset()
        self._steady_since: float | None = None

    def deaf(self) -> frozenset[str]:
        """Return the names of the processes that do no work, as the last look found them."""
        return self._deaf

    def stop(self) -> None:
        """End after the look under way."""
        self._stopping.set()

    def run(self) -> None:
        """Look until stopped."""
        last = 0.0
        while not self._stopping.wait(EVERY_SECONDS):
            now = time.monotonic()
            if now - last > 4 * EVERY_SECONDS:
                self._steady_since = None  # we stood still ourselves
            last = now
            try:
                self._deaf = self._look()
            except psycopg.Error:
                self._deaf, self._steady_since = frozenset(), None

    def _look(self) -> frozenset[str]:
        with psycopg.connect(self.database_url, connect_timeout=2) as connection:
            queues, loops = silent(connection)
        now = time.monotonic()
        if self._steady_since is None:
            self._steady_since = now
        steady = now - self._steady_since
        return frozenset(
            (queues if steady >= STEADY_SECONDS else set()) | (loops if steady >= LOOP_STEADY_SECONDS else set())
        )
