"""One day from the evening before to the small hours after it: everybody acts in the order of time."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from access.models import AccessRequest
from access.selectors.people_out import people_out
from communities.models import DispatchArea
from core import clock
from core.actors import Actor
from dispatch.facts import wake
from drill import answering, drivers, residents
from drill.agenda import Agenda, Steps
from drill.dispatchers import Dispatchers
from drill.faults import FAULTS
from drill.pace import AtOnce, Pace
from drill.workers import Answer, Workers, at_work
from drill.world import MIN, World, person
from transport.models import Run
from transport.states import RunStatus

EVENING_BEFORE = timedelta(hours=6)
UNTIL_HOUR = 27  # three in the morning after
TO_DRIVE = (RunStatus.OFFERED, RunStatus.ACCEPTED)


@dataclass
class DrilledDay:
    """A drilled day. `pace` says how fast its clock runs; `answer` who does what the workers are rung for."""

    day: date
    seed: int = 1
    faults: frozenset[str] = frozenset()
    pace: Pace = field(default_factory=AtOnce)
    answer: Answer | None = None
    plans_here: bool = True
    until_hour: int = UNTIL_HOUR

    def run(self) -> World:
        """Play the day; return what happened beside the database."""
        start = clock.day_bounds(self.day)[0] - EVENING_BEFORE
        areas = tuple(DispatchArea.objects.order_by("code").values_list("code", flat=True))
        world = World(self.day, self.seed, Agenda(start), areas, self.faults)
        workers = Workers(world, self.answer)
        self._begin(world, workers)
        after = workers.deliver if self.plans_here else lambda: None
        with wake.answered_by(workers.hear) if self.plans_here else nullcontext():
            end = clock.day_bounds(self.day)[0] + timedelta(hours=self.until_hour)
            world.agenda.run(end, before=self.pace.wait_for, after=after)
        return world

    def _begin(self, world: World, workers: Workers) -> None:
        agenda, looks = world.agenda, _Looks(world)
        agenda.spawn(residents.ask(world), "asking")
        agenda.spawn(residents.unforeseen(world, len(residents.due_today(world))), "unforeseen")
        for name in sorted(self.faults):
            agenda.spawn(FAULTS[name](world), name)
        if self.plans_here:
            at_work(world, workers)
        agenda.every(MIN, looks.at_runs, "drivers", first=world.at("00:00") - 3 * 60 * MIN)
        dispatchers, on_call = Dispatchers(world), answering.OnCall(world)
        agenda.every(3 * MIN, dispatchers.look, "dispatchers", first=world.at("05:00"))
        dawn = world.at("05:00")
        agenda.every(2 * MIN, dispatchers.look_at_critical, "dispatchers", first=dawn, is_seldom_at_night=False)
        agenda.every(MIN, on_call.look, "on call", is_seldom_at_night=False)
        agenda.every(3 * MIN, partial(answering.watch, world), "watch", first=dawn, is_seldom_at_night=False)
        agenda.every(5 * MIN, looks.at_people_out, "people out", first=world.at("05:00"))


class _Looks:
    """What is seen by looking again and again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._driven: set[UUID] = set()
        self._kept: set[UUID] = set()
        city = DispatchArea.objects.values_list("city_code", flat=True).first() or ""
        self.city: Actor = person("command", "city", city, "指挥部")

    def at_runs(self) -> None:
        """Tell drivers of runs they were not told of before."""
        told = Run.objects.filter(status__in=TO_DRIVE).order_by("occupied")
        for pk, car in told.values_list("pk", "vehicle_id"):
            self._tell(pk, drivers.drive(self.world, pk), f"driver {car}", self._driven)
        soon = self.world.now + drivers.LOOKS_AHEAD
        kept = Run.objects.filter(status=RunStatus.DRAFT, occupied__startswith__lte=soon)
        for pk, car in kept.order_by("occupied").values_list("pk", "vehicle_id"):
            self._tell(pk, drivers.stand_by(self.world, pk), f"driver {car} stands by", self._kept)

    def _tell(self, pk: UUID, steps: Steps, name: str, known: set[UUID]) -> None:
        if pk not in known:
            known.add(pk)
            self.world.agenda.spawn(steps, name)

    def at_people_out(self) -> None:
        """Count who is out, and who of them could go home and has no car."""
        out = people_out(self.city, at=self.world.now)
        without = [each for each in out if not each.has_ride and (each.waited is not None or each.facts.cancelled_at)]
        self.world.tally.out_without_way.append((self.world.now, len(out), len(without)))


def asked_for(day: date) -> list[AccessRequest]:
    """Return the requests of a day, in the order of their hour."""
    start, end = clock.day_bounds(day)
    return list(AccessRequest.objects.filter(arrive_at__gte=start, arrive_at__lt=end).select_related("resident"))
