"""What no person does: the relay hands facts up, the sweep finds what it missed, and workers plan when rung for."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error
from django.utils.module_loading import import_string
from structlog import get_logger

from access.models import AccessRequest
from calls.models import OpenCall
from calls.states import CallStatus
from core import outbox
from core.errors import Conflict, DomainError
from core.vocabulary import hhmm
from dispatch.doorbells import PLACE_URGENT, PLAN_AREA
from dispatch.planning import planner, turns, urgent_turns
from dispatch.states import PlanningKind
from drill.world import MIN, World
from hospitals.models import TransferRequest

log = get_logger(__name__)
BEAT, SWEEP = 10 * MIN, 5 * MIN
WATCHES_PROCESSES = "dispatch.facts.deafness.sweep"  # it starts one that works in the installation's own database
Answer = Callable[[str, dict[str, str], datetime], None]


class Workers:
    """The bell and whoever answers it. `answer` does one task; without it, the task is done here."""

    def __init__(self, world: World, answer: Answer | None = None) -> None:
        self.world = world
        self.answer = answer or self.do
        self._rung: dict[tuple[str, str], dict[str, str]] = {}
        self._swept_at = world.now - SWEEP

    def hear(self, task: str, arguments: dict[str, str]) -> None:
        """Keep a ring until a worker is free; with the broker gone it is lost, and only the sweep rings again."""
        if not self.world.has_bell:
            return
        key = (task, arguments["area"])
        if (
            self._rung.get(key, {}).get("kind") != PlanningKind.EVENING
        ):  # the larger plan answers the smaller question too
            self._rung[key] = dict(arguments)

    def deliver(self) -> None:
        """Hand every waiting fact to the service above, then answer who was rung for at once."""
        while outbox.anything_waits() and outbox.deliver_next():
            pass
        if self.world.is_planning:
            for key in [key for key in self._rung if key[0] == PLACE_URGENT]:
                self._answer(key[0], self._rung.pop(key))

    def plan(self) -> None:
        """Plan the areas rung for since the last look."""
        if not self.world.is_planning:
            return
        rung, self._rung = self._rung, {}
        for (task, _what), arguments in sorted(rung.items()):
            self._answer(task, arguments)

    def beat(self) -> None:
        """Ring for every area, as the clock does: tomorrow once the evening has come, else the hours ahead."""
        for area in self.world.areas:
            self.hear(PLAN_AREA, {"area": area, "kind": str(turns.due_kind(area, at=self.world.now))})

    def sweep(self) -> None:
        """Find by query what was missed.

        As in life, one sweep that fails does not stop the others; it is written down.
        """
        self._swept_at = self.world.now
        for path in settings.SWEEPS:
            if path == WATCHES_PROCESSES:
                continue
            try:
                import_string(path)(at=self.world.now)
            except (DomainError, Error, ObjectDoesNotExist) as error:
                words = getattr(error, "code", "") or type(error).__name__
                self.world.agenda.broken.append(f"{hhmm(self.world.now)} {path}: {words}")

    def sweep_when_due(self) -> None:
        """Sweep every five minutes, and each minute while a call, a critical patient or a hand-over waits for somebody.

        In life the sweep runs every 15 s; a drilled minute is the shortest time in which anybody acts.
        """
        if self.world.now >= self._swept_at + SWEEP or _somebody_waits():
            self.sweep()

    def _answer(self, task: str, arguments: dict[str, str]) -> None:
        began = time.perf_counter()
        self.answer(task, arguments, self.world.now)
        took = time.perf_counter() - began
        (self.world.tally.urgent_s if task == PLACE_URGENT else self.world.tally.planning_s).append(took)

    def do(self, task: str, arguments: dict[str, str], at: datetime) -> None:
        """Do a task here, as a worker's process would."""
        if task == PLACE_URGENT:
            urgent_turns.place_all(arguments["area"], at=at)
            return
        try:
            kind = PlanningKind(arguments.get("kind", PlanningKind.ROLLING))
            planner.plan(arguments["area"], at=at, kind=kind)
        except Conflict as error:  # somebody else plans this area now
            log.warning("drill.planning_given_up", area=arguments["area"], code=error.code)


def _somebody_waits() -> bool:
    """Say whether minutes count: a call nobody has taken up, somebody critical without a car, a house asked."""
    critical = AccessRequest.objects.open().filter(is_critical=True, facts__boarded_at__isnull=True)
    return (
        OpenCall.objects.filter(status=CallStatus.OPEN, climbs_at__isnull=False).exists()
        or critical.filter(facts__arrived_at__isnull=True).exists()
        or TransferRequest.objects.open().exists()
    )


def at_work(world: World, workers: Workers) -> None:
    """Put relay, sweep, beat and planning on the agenda."""
    agenda = world.agenda
    agenda.every(MIN, workers.sweep_when_due, "sweep", is_seldom_at_night=False)
    agenda.every(BEAT, workers.beat, "beat", first=world.at("00:00") - (24 - 20) * 60 * MIN)
    agenda.every(MIN, workers.plan, "worker")
