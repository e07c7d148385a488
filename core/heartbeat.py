"""Work done, measured: who was asked to answer, who answered, and who has been silent for how long (wall clock).

The relay rings every few seconds through each queue; the task that answers stamps a row, and so does a plan while it is
at work. Whoever watches reads the rows: the supervisor starts a deaf worker again, the relay has people planned for
without the broker, health and the invariants tell it. A gap in the asking (relay or database stood still) begins the
count anew, so that nobody is blamed for a silence in which nobody asked.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import Error, connection
from structlog import get_logger

log = get_logger(__name__)
QUEUES = ("dispatch", "urgent")
LOOPS = ("relay", "beat")  # processes that stamp their own row each time round
EVERY_S = 5.0
GAP_S = 15  # asked less often than this, a silence proves nothing
DEAF_S = 20  # an answer this late: the queue is deaf
LOOP_DEAF_S = 60  # a loop may be held up by one slow statement or two
AT_WORK_AT_MOST_S = 300  # a task that goes on for longer is stuck, whatever its thread says (config.celery: 270)

_BEAT = """
INSERT INTO core_workerheartbeat (name, beaten_at) VALUES (%s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET beaten_at = clock_timestamp(),
silent_since = NULL, unheard_since = NULL, reported_at = NULL
"""
_ASKED = """
INSERT INTO core_workerheartbeat AS heart (name, asked_at, silent_since, unheard_since)
VALUES (%(name)s, clock_timestamp(), clock_timestamp(), CASE WHEN %(heard)s THEN clock_timestamp() END)
ON CONFLICT (name) DO UPDATE SET asked_at = clock_timestamp(),
silent_since = CASE
 WHEN heart.silent_since IS NULL OR heart.asked_at < clock_timestamp() - make_interval(secs => %(gap)s)
 THEN clock_timestamp() ELSE heart.silent_since END,
unheard_since = CASE WHEN NOT %(heard)s THEN NULL
 WHEN heart.unheard_since IS NULL OR heart.asked_at < clock_timestamp() - make_interval(secs => %(gap)s)
 THEN clock_timestamp() ELSE heart.unheard_since END
"""
_SILENT = """
SELECT name, silent_since, clock_timestamp() FROM core_workerheartbeat
WHERE silent_since < clock_timestamp() - make_interval(secs => %(deaf)s)
AND asked_at > clock_timestamp() - make_interval(secs => %(gap)s)
UNION ALL SELECT name, beaten_at, clock_timestamp() FROM core_workerheartbeat
WHERE name = ANY(%(loops)s) AND beaten_at < clock_timestamp() - make_interval(secs => %(loop)s)
ORDER BY name
"""


@dataclass(frozen=True)
class Silence:
    """Who does not answer, and since when."""

    name: str
    since: datetime
    seen_at: datetime

    @property
    def seconds(self) -> int:
        """Return how long it has lasted."""
        return int((self.seen_at - self.since).total_seconds())


def beat(name: str) -> None:
    """Answer: work is done here."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [name])


def begin_anew() -> None:
    """Count every silence from now: whoever asks has just started, and nobody was asked while it did not run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_workerheartbeat SET silent_since = NULL, unheard_since = NULL,"
            " beaten_at = CASE WHEN name = ANY(%s) THEN clock_timestamp() ELSE beaten_at END",
            [list(LOOPS)],
        )


def asked(name: str, *, is_rung: bool) -> None:
    """Note that an answer is wanted; `is_rung`: a message lies in the queue, so only a deaf worker is silent."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"name": name, "heard": is_rung, "gap": GAP_S})


def silences(*, deaf_s: int = DEAF_S) -> list[Silence]:
    """Return the queues and loops that have been silent for too long."""
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, {"deaf": deaf_s, "gap": GAP_S, "loop": LOOP_DEAF_S, "loops": list(LOOPS)})
        return [Silence(*row) for row in cursor.fetchall()]


@contextmanager
def at_work(name: str) -> Iterator[None]:
    """Answer for a queue while a task of it is at work: one process, one task at a time, and nobody else could."""
    done = threading.Event()

    def go_on() -> None:
        for _ in range(int(AT_WORK_AT_MOST_S / EVERY_S)):
            try:
                beat(name)
            except Error as error:  # the database is away: nobody could read the row either
                log.warning("heartbeat.not_written", name=name, error=type(error).__name__)
            if done.wait(EVERY_S):
                break
        connection.close()

    beater = threading.Thread(target=go_on, name="heartbeat", daemon=True)
    beater.start()
    try:
        yield
    finally:
        done.set()
        beater.join(timeout=5)
