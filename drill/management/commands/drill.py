"""Play one whole day of a city through the real services, and score it."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock, installation
from core.errors import Invalid, NotAllowed
from drill import report
from drill.faults import FAULTS
from drill.play import DrillAsked, play, watch

DEMO_CITY = Path(settings.BASE_DIR) / "demo" / "dandong"
HEADLINES = (
    ("due", "due that day"),
    ("arrangeable", "arrangeable at most"),
    ("arranged", "arranged"),
    ("completed", "treated and home"),
    ("collected_60_pct", "% collected within 60 minutes of ready"),
    ("arrived_0_45_early_pct", "% arrived 0-45 minutes early"),
    ("aboard_60_pct", "% of rides within 60 minutes"),
    ("vehicle_km", "vehicle-km"),
    ("wall_s", "seconds"),
)


class Command(BaseCommand):
    """A drill; exit 1 when something happened that must never happen."""

    help = "Play one day of a city through the real services in a database of its own, and write its score sheet."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the city, the day, what goes wrong, and where to write."""
        parser.add_argument("--city", type=Path, default=DEMO_CITY, help="a city folder; the demo city without it")
        parser.add_argument("--day", type=date.fromisoformat, help="the folder's own day without it")
        parser.add_argument("--scenario", default="", help="a column of zone classes that city.json names")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--faults", default="", help=f"all, or some of: {', '.join(FAULTS)}")
        parser.add_argument("--workers", action="store_true", help="plan by a real Celery worker")
        parser.add_argument("--json", type=Path, help="write the score sheet here")
        parser.add_argument("--report", type=Path, help="write a page for people here (HTML)")
        parser.add_argument(
            "--watch",
            type=float,
            metavar="SPEED",
            help="play tomorrow of the running demo city on its screens, so many times faster",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Play, write, and say how it went."""
        faults = frozenset(name for name in options["faults"].split(",") if name)
        asked = DrillAsked(
            city=options["city"],
            scenario=options["scenario"],
            day=options["day"],
            seed=options["seed"],
            faults=frozenset(FAULTS) if faults == {"all"} else faults,
            by_celery=options["workers"],
            say=lambda hour: self.stderr.write(hour),
        )
        try:
            installation.refuse_in_production("A drill")
            asked.check()
            if options["watch"]:
                self._watch(asked, options["watch"])
                return
            sheet = play(asked)
        except (Invalid, NotAllowed) as error:
            raise CommandError(str(error)) from error
        self._write(sheet, options["json"], options["report"])
        if sheet["failed"]:
            sys.exit(1)

    def _watch(self, asked: DrillAsked, speed: float) -> None:
        day = asked.day or clock.today() + timedelta(days=1)
        self.stderr.write(f"Playing {day} on the screens at {speed:g} times life. Ctrl-C ends it.")
        watch(day, seed=asked.seed, faults=asked.faults, speed=speed)

    def _write(self, sheet: dict[str, Any], file: Path | None, page: Path | None) -> None:
        if file:
            file.write_text(json.dumps(sheet, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if page:
            page.write_text(report.page(sheet), encoding="utf-8")
        for name, words in HEADLINES:
            self.stdout.write(f"{sheet[name]:>8} {words}")
        for each in sheet["failed"]:
            self.stdout.write(f"FAILED: {each}")
