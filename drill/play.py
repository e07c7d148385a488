"""A drill from the city folder to the score sheet."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from core import clock
from core.errors import Invalid
from drill import openings, residents
from drill.agenda import Agenda
from drill.celery_workers import working
from drill.city.folder import CityFolder, open_folder
from drill.city.load import load
from drill.database import own_database
from drill.day import UNTIL_HOUR, DrilledDay
from drill.faults import FAULTS
from drill.pace import AtOnce, Watched
from drill.score import Before, score
from drill.world import World
from matching.warm import warm_up
from transport.models import Shift


@dataclass(frozen=True)
class DrillAsked:
    """What is to be drilled."""

    city: Path
    scenario: str = ""
    day: date | None = None
    seed: int = 1
    faults: frozenset[str] = frozenset()
    by_celery: bool = False
    say: Callable[[str], object] = lambda _words: None
    until_hour: int = UNTIL_HOUR

    def check(self) -> None:
        """Raise Invalid for a fault nobody knows."""
        if unknown := sorted(self.faults - FAULTS.keys()):
            raise Invalid("drill.fault", f"unknown fault: {', '.join(unknown)}. Known are: {', '.join(FAULTS)}")


def play(asked: DrillAsked) -> dict[str, Any]:
    """Play a day in a database of its own; return the score sheet."""
    asked.check()
    folder = open_folder(asked.city, scenario=asked.scenario)
    warm_up()  # a worker's engine is compiled long before its first evening
    with own_database(f"drill_{os.getpid()}") as name:
        prepare(folder)
        with working(name, asked.by_celery) as answer:
            return play_here(folder, asked, answer=answer)


def prepare(folder: CityFolder) -> None:
    """Load the city with everybody's shifts from the evening before on."""
    with transaction.atomic():
        load(folder)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def play_here(folder: CityFolder, asked: DrillAsked, *, answer: Any = None) -> dict[str, Any]:
    """Play a day in the database at hand, where the city is loaded."""
    began = time.perf_counter()
    day = asked.day or folder.reference_day
    if not Shift.objects.filter(
        starts_at__gte=clock.day_bounds(day)[0], starts_at__lt=clock.day_bounds(day)[1]
    ).exists():
        raise Invalid("drill.day", f"no vehicle has a shift on {day}: the folder describes {folder.reference_day}")
    before = what_is_due(day)
    world = DrilledDay(day, asked.seed, asked.faults, AtOnce(asked.say), answer, until_hour=asked.until_hour).run()
    sheet = score(world, before)
    head = {"city": folder.city["name"], "day": sheet.pop("day"), "scenario": folder.scenario}
    return {**head, **sheet, "wall_s": round(time.perf_counter() - began, 1)}


def what_is_due(day: date) -> Before:
    """Read who is due and which places are published, before anything happens."""
    world = World(day, 0, Agenda(clock.day_bounds(day)[0]), ())
    return Before(openings.people(residents.due_today(world)), openings.openings(day))


def watch(day: date, *, seed: int, faults: frozenset[str], speed: float) -> World:
    """Play a day on the real screens: the running installation's workers plan, its clock runs with the drill.

    The day begins at six in the evening before, and the product's clock is set to it.
    """
    start = clock.day_bounds(day)[0] - timedelta(hours=6)
    return DrilledDay(day, seed, faults, pace=Watched(speed, start), plans_here=False).run()
