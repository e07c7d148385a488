"""The queues. Rows are the truth; a message is only a doorbell (trust.md E4)."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.conf import settings
from kombu import Queue

from config import start
from core.heartbeat import QUEUES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
start.read_settings()


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
    task_queues=[Queue(name, routing_key=name, no_ack=True) for name in QUEUES],  # ADR 0015
    worker_prefetch_multiplier=1,
    broker_connection_max_retries=None,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "health_check_interval": 10,
    },
    task_default_queue="dispatch",
    task_soft_time_limit=240,
    task_time_limit=270,
    timezone="Asia/Shanghai",
)
app.autodiscover_tasks()


@worker_init.connect(weak=False)
def look_at_database(**_signal: Any) -> None:
    """End before the first task where the database is not ours."""
    start.look()
