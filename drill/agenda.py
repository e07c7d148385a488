"""The order of a drilled day: whoever's time has come acts, so nobody's clock runs ahead of another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from django.core.exceptions import ObjectDoesNotExist
from django.db import Error
from structlog import get_logger

from core.clock import CHINA
from core.errors import DomainError
from core.vocabulary import hhmm

log = get_logger(__name__)
DAY_FROM, DAY_UNTIL, NIGHT_FACTOR = 5, 21, 5
Steps = Iterator[datetime]


class Agenda:
    """Generators that yield when they act next; of two at the same moment, the one that came first acts first."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.acts = 0
        self.broken: list[str] = []
        self._waiting: list[tuple[datetime, int, str, Steps]] = []
        self._numbers = count()

    def spawn(self, steps: Steps, name: str) -> None:
        """Begin `steps` at the present moment, after whoever acts now."""
        heappush(self._waiting, (self.now, next(self._numbers), name, steps))

    def every(
        self,
        gap: timedelta,
        act: Callable[[], object],
        name: str,
        *,
        first: datetime | None = None,
        is_seldom_at_night: bool = True,
    ) -> None:
        """Do `act` again and again, `gap` apart; at night, when little happens, more seldom."""

        def repeat() -> Steps:
            yield max(first or self.now, self.now)
            while True:
                act()
                is_night = is_seldom_at_night and not DAY_FROM <= self.now.astimezone(CHINA).hour < DAY_UNTIL
                yield self.now + (NIGHT_FACTOR * gap if is_night else gap)

        self.spawn(repeat(), name)

    def run(self, until: datetime, *, after: Callable[[], object], before: Callable[[datetime], object]) -> None:
        """Let everybody act until `until`; `before` each act hears its time, `after` each act runs when it is done."""
        while self._waiting and self._waiting[0][0] <= until:
            when, _number, name, steps = heappop(self._waiting)
            before(when)
            self.now = max(self.now, when)
            following = self._act(steps, name)
            after()
            if following is not None:
                heappush(self._waiting, (max(following, self.now), next(self._numbers), name, steps))
        self.now = max(self.now, until)

    def _act(self, steps: Steps, name: str) -> datetime | None:
        """Do one act; an actor whom the product refuses gives up, and the score sheet says so."""
        self.acts += 1
        try:
            return next(steps, None)
        except (DomainError, Error, ObjectDoesNotExist) as error:
            words = getattr(error, "code", "") or type(error).__name__
            log.warning("drill.broken", who=name, code=words, at=self.now.isoformat())
            self.broken.append(f"{hhmm(self.now)} {name}: {words}")
            return None
