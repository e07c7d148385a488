"""Plan one area in this process."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from dispatch.planning import planner
from dispatch.states import PlanningKind


class Command(BaseCommand):
    """Plan now, as a worker would."""

    help = "Plan a dispatch area in this process and report each planning run as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the area and --evening."""
        parser.add_argument("area")
        parser.add_argument("--evening", action="store_true", help="the whole of tomorrow")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Plan and report."""
        kind = PlanningKind.EVENING if options["evening"] else PlanningKind.ROLLING
        for run in planner.plan(options["area"], at=clock.now(), kind=kind):
            figures = ("requests", "arranged", "applied", "stale", "solve_s", "apply_s", "error")
            row = {"run": str(run.pk), "status": run.status, **{name: getattr(run, name) for name in figures}}
            self.stdout.write(json.dumps(row, ensure_ascii=False))
