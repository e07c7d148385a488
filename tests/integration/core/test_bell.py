"""The bell: one message for a task and its subject, each with an end, and a queue that nobody empties stays short."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from redis import Redis

from core import bell

TASK, QUEUE = "dispatch.tasks.answer", "bell-test"


@pytest.fixture
def broker() -> Iterator[Redis]:
    broker = Redis.from_url(settings.REDIS_URL)
    for name in [QUEUE, *broker.keys(f"rung:{TASK}:*")]:
        broker.delete(name)
    yield broker
    broker.delete(QUEUE)


def test_a_second_ring_for_the_same_subject_adds_nothing_until_it_is_taken(broker: Redis) -> None:
    for subject in ("a", "a", "b", "a"):
        assert bell.ring(TASK, QUEUE, subject, {"queue": subject})
    assert broker.llen(QUEUE) == 2

    bell.taken(TASK, "a")
    assert bell.ring(TASK, QUEUE, "a", {"queue": "a"})
    assert broker.llen(QUEUE) == 3


def test_every_ring_has_an_end(broker: Redis) -> None:
    bell.ring(TASK, QUEUE, "a", {"queue": "a"})

    assert b'"expires": "' in broker.lindex(QUEUE, 0)
    assert 0 < broker.ttl(f"rung:{TASK}:a") <= bell.LIFE_S


def test_a_queue_that_nobody_empties_stays_short(broker: Redis) -> None:
    """Twin: without its limit the same rings are all there."""
    for number in range(bell.FULL + 50):
        assert bell.ring(TASK, QUEUE, str(number), {"queue": "a"})
    assert broker.llen(QUEUE) == bell.FULL


def test_a_broker_that_is_away_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits behind it: after one refusal the next rings return at once."""
    asked: list[str] = []

    class Away:
        def llen(self, _queue: str) -> int:
            asked.append("llen")
            raise ConnectionError

    monkeypatch.setattr(bell, "_broker", Away)
    monkeypatch.setattr(bell, "_away_until", 0.0)

    assert [bell.ring(TASK, QUEUE, "a", {}) for _ in range(3)] == [False] * 3
    assert asked == ["llen"]
