"""Keep time: do the timed jobs, each as often as it says, in this process and without the broker."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils.module_loading import import_string
from structlog import get_logger

from core import clock, heartbeat

log = get_logger(__name__)
IDLE_S = 0.5
FIRST_S = 20.0  # after the start: the pages come first


@dataclass
class Job:
    """One timed job: `path` takes the moment; it is safe to run twice and to be broken off."""

    path: str
    every_s: float
    next_at: float = field(default_factory=lambda: time.monotonic() + FIRST_S)


class Command(BaseCommand):
    """Run until told to stop. Every job runs once soon after the start."""

    help = "Do the timed jobs (TIMED_JOBS), each every so often."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Loop: beat, do what is due, rest. A job that fails does not stop the others."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end_at_once)
        log.info("beat.started")
        jobs = [Job(path, every_s) for path, every_s in settings.TIMED_JOBS.items()]
        next_beat = 0.0
        while True:
            close_old_connections()
            try:
                if time.monotonic() >= next_beat:
                    heartbeat.beat("beat")
                    next_beat = time.monotonic() + heartbeat.EVERY_S
                for job in jobs:
                    if time.monotonic() >= job.next_at:
                        do(job)
            except Error as error:
                log.warning("beat.database_away", error=type(error).__name__)
                time.sleep(1)
            time.sleep(IDLE_S)


def do(job: Job) -> None:
    """Do a job that is due; one that fails is due again after its time, one without a database at once."""
    try:
        with heartbeat.at_work("beat"):
            import_string(job.path)(at=clock.now())
    except Error:
        raise
    except Exception:
        log.exception("beat.failed", name=job.path)
    job.next_at = time.monotonic() + job.every_s


def end_at_once(*_signal: Any) -> None:
    """End here and now: what a job has committed holds, the rest is undone by the database,
    and no lock is waited for.
    """
    os._exit(0)
