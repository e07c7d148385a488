"""Ring for a worker. Rows are the truth: a message is a doorbell, one at a time for a task and its subject.

A ring that is out already is not repeated: a key in the broker stands for it until a worker takes it or it has grown
old. A message that nobody took within its life is dropped, and so is its key; whoever still waits is rung for again by
the sweep. A worker that hears nothing for an hour therefore finds a handful of messages and not thousands.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError
from redis import Redis, RedisError
from structlog import get_logger

log = get_logger(__name__)
LIFE_S = 20  # a ring is good for so long
FULL = 200  # messages in a queue: nobody takes them, and one more would change nothing
TIMEOUT_S = 2
AWAY_S = 5.0  # a broker that did not answer is left alone for so long, so that nothing queues up behind it
_AWAY = (OperationalError, RedisError, OSError)
_away_until = 0.0


@lru_cache
def _broker() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)


def _key(task: str, subject: str) -> str:
    return f"rung:{task}:{subject}"


def ring(task: str, queue: str, subject: str, arguments: Mapping[str, str]) -> bool:
    """Publish unless a ring for this task and subject is out; False when the broker is away.

    Never waits: no retry, no result, and not at all for a while after the broker did not answer.
    """
    global _away_until
    if time.monotonic() < _away_until:
        return False
    is_noted = False
    try:
        if _broker().llen(queue) >= FULL or not _broker().set(_key(task, subject), "1", nx=True, ex=LIFE_S):
            return True
        is_noted = True
        current_app.send_task(
            task, kwargs=dict(arguments), queue=queue, expires=LIFE_S, retry=False, ignore_result=True
        )
    except _AWAY as error:
        _away_until = time.monotonic() + AWAY_S
        log.warning("bell.broker_away", error=type(error).__name__)
        if is_noted:
            taken(task, subject)  # nothing is out: the next ring is a message again
        return False
    return True


def taken(task: str, subject: str) -> None:
    """Note, before the rows are read, that a worker answers: from now on a new ring is a new message."""
    with suppress(*_AWAY):  # the key goes by itself within its life
        _broker().delete(_key(task, subject))
