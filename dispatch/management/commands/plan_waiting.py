"""Plan whoever waits, in this process and without the broker: what the relay starts while a queue is deaf."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from structlog import get_logger

from core import clock
from core.errors import Conflict, stops_all
from dispatch.facts import wake
from dispatch.planning import planner, urgent_turns

log = get_logger(__name__)


class Command(BaseCommand):
    """One pass: the critical patients of every area, then every area where somebody waits."""

    help = "Plan whoever waits, once, without the broker (safe beside workers: they share the leases)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Plan; an area that fails, or that somebody else plans, is passed over."""
        at = clock.now()
        waiting = wake.nobody_looks_at(at=at)
        for area in sorted(set(waiting.filter(is_critical=True).values_list("dispatch_area", flat=True))):
            urgent_turns.place_all(area, at=at)
        for area in wake.areas_of(waiting, at=at):
            try:
                planner.plan(area, at=clock.now())
            except Conflict as error:
                log.warning("planning.given_up", area=area, code=error.code)
            except Exception as error:  # the trouble of one area never keeps the others waiting
                if stops_all(error):
                    raise
                log.exception("planning.area_failed", area=area)
