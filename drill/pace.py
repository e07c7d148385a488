"""How fast a drilled day's clock runs: at once for a score, at a chosen speed for people who watch."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from django.utils import timezone

from core import clock

STEP_S = 2.0  # the screens' clock is set again so often


class Pace(Protocol):
    """Says when the next act may happen."""

    def wait_for(self, when: datetime) -> None:
        """Return when the drill's time may be `when`."""


class AtOnce:
    """No waiting; `say` hears each hour of the day that begins."""

    def __init__(self, say: Callable[[str], object] = lambda _words: None) -> None:
        self.say = say
        self._hour = ""

    def wait_for(self, when: datetime) -> None:
        """Return at once."""
        hour = f"{when.astimezone(clock.CHINA):%m-%d %H:00}"
        if hour > self._hour:
            self._hour = hour
            self.say(hour)


class Watched:
    """So many times faster than life, on the product's own clock, so that every screen shows the drill's time."""

    def __init__(self, speed: float, start: datetime) -> None:
        self.speed, self.start = speed, start
        self._began = time.monotonic()
        clock.set_offset(start - timezone.now())

    def wait_for(self, when: datetime) -> None:
        """Sleep until the drill's time has come, moving the product's clock along."""
        while (ahead := self._real_s(when) - (time.monotonic() - self._began)) > 0:
            time.sleep(min(ahead, STEP_S))
            self._show()

    def _real_s(self, when: datetime) -> float:
        return (when - self.start) / timedelta(seconds=1) / self.speed

    def _show(self) -> None:
        passed = timedelta(seconds=(time.monotonic() - self._began) * self.speed)
        clock.set_offset(self.start + passed - timezone.now())
