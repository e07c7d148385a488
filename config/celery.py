"""Queues and schedule as data. Rows are the truth; a message is only a doorbell (trust.md E4)."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init
from django.conf import settings

from dispatch.kernels import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

QUEUES = ("dispatch", "urgent", "messages", "housekeeping")


def _every(seconds: float, task: str, queue: str) -> dict[str, Any]:
    """Ring for a task every so often; a message nobody took in time is dropped, the next one is on its way."""
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": seconds - 10}}


BEAT: dict[str, dict[str, Any]] = {
    "plan-due": _every(120.0, "dispatch.tasks.plan_due", "dispatch"),
    "standing-orders": _every(1800.0, "dispatch.tasks.make_standing_orders", "housekeeping"),
    "housekeeping": _every(3600.0, "dispatch.tasks.keep_house", "housekeeping"),
}


def broker_url(redis_url: str) -> str:
    """Spell the Redis address as Celery wants it: a socket is `redis+socket://`."""
    return redis_url.replace("unix://", "redis+socket://", 1) if redis_url.startswith("unix://") else redis_url


app = Celery("there_and_back")
app.conf.update(
    broker_url=broker_url(settings.REDIS_URL),
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "health_check_interval": 10,
    },
    task_default_queue="housekeeping",
    task_soft_time_limit=240,
    task_time_limit=270,
    timezone="Asia/Shanghai",
    beat_schedule=BEAT,
)
app.autodiscover_tasks()


@worker_process_init.connect(weak=False)
def warm_up_engine(**_signal: Any) -> None:
    """Make the compiled kernels ready beside the first tasks, which are answered by the interpreted form."""
    warm_up()
