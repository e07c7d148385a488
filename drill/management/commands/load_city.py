"""Load a city folder."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from core import clock, installation
from core.errors import Invalid, NotAllowed
from drill.city import morning, sign_ins
from drill.city.folder import BadFolder, CityFolder, open_folder
from drill.city.load import load


class Command(BaseCommand):
    """Load divisions, communities, facilities, vehicles and residents; safe to repeat."""

    help = "Load a city folder (the files and columns of demo/dandong/) and report counts as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder, --scenario, --today, --demo."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--scenario", default="")
        parser.add_argument(
            "--today", type=date.fromisoformat, help="move every date by whole weeks into this day's week"
        )
        parser.add_argument(
            "--demo", action="store_true", help="a demo city: dates moved to this week, offset clock, sign-ins to try"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load everything in one transaction: all of it or nothing."""
        if options["demo"]:
            self._check_demo()
        today = options["today"] or (timezone.localdate() if options["demo"] else None)
        try:
            folder = open_folder(options["folder"], scenario=options["scenario"], today=today)
        except BadFolder as error:
            told = [asdict(fault) for fault in error.faults]
            self.stdout.write(json.dumps({"loaded": {}, "faults": told}, ensure_ascii=False, indent=1))
            raise CommandError(str(error)) from error
        except Invalid as error:
            raise CommandError(str(error)) from error
        if "demo" in folder.city:  # whatever was asked for: people who were invented stay in demos
            self._refuse_in_production()
        with transaction.atomic():
            load(folder)
            if options["demo"]:
                self._demo(folder)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(json.dumps(folder.report.as_dict(), ensure_ascii=False, indent=1))

    def _check_demo(self) -> None:
        if not settings.DEMO:
            raise CommandError("A demo city is refused here: this installation runs with PRODUCTION set.")
        self._refuse_in_production()

    def _refuse_in_production(self) -> None:
        try:
            installation.refuse_in_production("A demo city")
        except NotAllowed as error:
            raise CommandError(str(error)) from error

    def _demo(self, folder: CityFolder) -> None:
        """Set the clock to the demo day's late morning, unless the demo already runs, and make the sign-ins."""
        hour = folder.city.get("demo", {}).get("clock", "10:40")
        start = clock.at_local(folder.reference_day, hour)
        is_running = clock.is_offset() and start - timedelta(hours=6) <= clock.now() < start + timedelta(days=2)
        if not is_running:
            clock.set_offset(start - timezone.now())
        folder.report.loaded["sign_ins"] = sign_ins.load(folder, at=clock.now())
        if home := sign_ins.demo_community(folder):
            folder.report.loaded["requests"] = morning.play(folder, home, until=start)
