"""What a drill's own worker does beside its tasks: it says, under the key of a task, that the task is over."""

from __future__ import annotations

from typing import Any

from celery.signals import task_postrun
from django.conf import settings
from redis import Redis

DONE_KEPT_S = 600


@task_postrun.connect(weak=False)
def say_done(task_id: str, **_signal: Any) -> None:
    """Say that a task is over, well or not, to the drill that waits for it."""
    line = Redis.from_url(settings.REDIS_URL)
    line.lpush(task_id, "1")
    line.expire(task_id, DONE_KEPT_S)
