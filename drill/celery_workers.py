"""Real Celery workers for a drill: a queue and a process of its own, so that no running installation is disturbed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from celery import current_app
from django.conf import settings
from redis import Redis

from drill.workers import Answer

WAIT_S = 120.0
"""A task of a drill that takes longer than this has failed."""


@contextmanager
def working(database: str, by_celery: bool) -> Iterator[Answer | None]:
    """Start a worker on this database when wanted; give whoever answers the bell by it."""
    if not by_celery:
        yield None
        return
    queue = f"drill-{os.getpid()}"
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", queue, "-c", "1", "-l", "warning"]
    command += ["-I", "drill.worker_signs"]
    command += ["--without-gossip", "--without-mingle", "-n", f"{queue}@%h"]
    environment = {**os.environ, "DATABASE_URL": _address(database)}
    worker = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    try:
        yield _Sender(queue, worker)
    finally:
        worker.terminate()
        worker.wait(timeout=30)


class _Sender:
    """Sends a task with the drill's time and waits until a worker says that it is done."""

    def __init__(self, queue: str, worker: subprocess.Popen[bytes]) -> None:
        self.queue, self.worker = queue, worker
        self.redis = Redis.from_url(settings.REDIS_URL)

    def __call__(self, task: str, arguments: dict[str, str], at: datetime) -> None:
        """Do one task by a worker. Raises RuntimeError when no worker lives, TimeoutError when it takes too long."""
        token = f"drill:{uuid4()}"
        told = {**arguments, "at": at.isoformat()}
        current_app.send_task(task, kwargs=told, task_id=token, queue=self.queue, ignore_result=True)
        began = time.monotonic()
        while self.redis.blpop([token], timeout=1) is None:
            if self.worker.poll() is not None:
                raise RuntimeError("the drill's worker has ended")
            if time.monotonic() - began > WAIT_S:
                raise TimeoutError(f"{task} took longer than {WAIT_S:.0f} s")


def _address(database: str) -> str:
    """Return the installation's database address with another database in it."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
