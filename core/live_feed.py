"""Board numbers told to the live stream: a thread of the relay publishes what rose; losing it costs nothing.

Pages poll with ETags and are right by themselves; the stream only makes them quicker (architecture.md, decisions A5).
"""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import redis
from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.utils import timezone
from structlog import get_logger

from core.models import BoardChange

log = get_logger(__name__)
CHANNEL = "boards"
EVERY_S = 0.3
WINDOW = timedelta(minutes=1)  # a change is seen if its transaction commits within this
TIMEOUT_S = 2


class Feed(threading.Thread):
    """Publish every board that changed since it was last published."""

    def __init__(self) -> None:
        super().__init__(name="live-feed", daemon=True)
        self.stopping = threading.Event()
        self._told: set[int] = set()

    def run(self) -> None:
        """Loop until stopped; a database or Redis that is away is waited for."""
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, health_check_interval=10
        )
        self._told = set(self._recent()) if self._database_answers() else set()
        while not self.stopping.wait(EVERY_S):
            close_old_connections()
            try:
                self._publish(client)
            except (Error, redis.RedisError) as error:
                log.warning("live_feed.away", error=type(error).__name__)
                self.stopping.wait(1)
        connection.close()

    def _database_answers(self) -> bool:
        try:
            connection.ensure_connection()
        except Error:
            return False
        return True

    def _recent(self) -> dict[int, str]:
        rows = BoardChange.objects.filter(changed_at__gte=timezone.now() - WINDOW)
        return dict(rows.values_list("id", "board"))

    def _publish(self, client: redis.Redis) -> None:
        recent = self._recent()
        newest = {board: number for number, board in sorted(recent.items()) if number not in self._told}
        for board, number in newest.items():
            client.publish(CHANNEL, json.dumps({"board": board, "version": number}))
        self._told = set(recent)
