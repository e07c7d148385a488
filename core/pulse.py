"""Ask each queue for a sign of work every few seconds: a thread of the relay,
so that no slow sweep delays the question.
"""

from __future__ import annotations

import threading

from django.db import Error, close_old_connections, connection
from structlog import get_logger

from core import bell, heartbeat

log = get_logger(__name__)
ANSWER = "dispatch.tasks.answer"  # the name in the queue; the task takes it from here


class Pulse(threading.Thread):
    """Ring through each queue and note that an answer is wanted."""

    def __init__(self) -> None:
        super().__init__(name="pulse", daemon=True)
        self.stopping = threading.Event()

    def run(self) -> None:
        """Loop until stopped; a database that is away is waited for."""
        while not self.stopping.wait(heartbeat.EVERY_S):
            close_old_connections()
            try:
                self.ask()
            except Error as error:
                log.warning("pulse.database_away", error=type(error).__name__)
        connection.close()

    def ask(self) -> None:
        """Ask each queue once."""
        for queue in heartbeat.QUEUES:
            is_rung = bell.ring(ANSWER, queue, queue, {"queue": queue})
            heartbeat.asked(queue, is_rung=is_rung)
