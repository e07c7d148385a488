"""Hand outbox messages to the services above, and sweep every few seconds for what was missed."""

from __future__ import annotations

import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections
from django.utils.module_loading import import_string
from structlog import get_logger

from core import clock, heartbeat, outbox
from core.errors import stops_all
from core.live_feed import Feed
from core.pulse import Pulse

log = get_logger(__name__)
IDLE_S = 0.25
SWEEP_S = 15.0


class Command(BaseCommand):
    """Run until told to stop. Two of them at once do no harm."""

    help = "Deliver outbox messages and sweep (the small process between facts and services)."
    stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --once: deliver and sweep until nothing waits, then end."""
        parser.add_argument("--once", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Loop: deliver, sweep when due, rest when idle; a database that is away is waited for."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        if options["once"]:
            self._round()
            return
        log.info("relay.started")
        threads = (Feed(), Pulse())
        for thread in threads:
            thread.start()
        next_sweep, next_beat, has_begun = 0.0, 0.0, False
        while not self.stopping:
            close_old_connections()
            try:
                if not has_begun:
                    heartbeat.begin_anew()
                    has_begun = True
                if time.monotonic() >= next_beat:
                    heartbeat.beat("relay")
                    next_beat = time.monotonic() + heartbeat.EVERY_S
                busy = outbox.deliver_next()
                if time.monotonic() >= next_sweep:
                    self._sweep()
                    next_sweep = time.monotonic() + SWEEP_S
            except Error as error:
                log.warning("relay.database_away", error=type(error).__name__)
                busy = False
                time.sleep(1)
            if not busy:
                time.sleep(IDLE_S)
        for thread in threads:
            thread.stopping.set()
        for thread in threads:
            thread.join(timeout=5)

    def _stop(self, *_signal: Any) -> None:
        self.stopping = True

    def _round(self) -> None:
        self._sweep()
        while outbox.deliver_next():
            pass

    def _sweep(self) -> None:
        """Run every sweep; one that raises does not stop the others, unless the database is away."""
        for path in settings.SWEEPS:
            try:
                import_string(path)(at=clock.now())
                heartbeat.beat("relay")  # many sweeps take long together: work is done all the same
            except Exception as error:
                if stops_all(error):
                    raise
                log.exception("relay.sweep_failed", name=path)
