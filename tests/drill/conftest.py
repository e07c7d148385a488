"""A small city for drills: one county of the demo city, loaded once, and copied for each drill."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from drill import play
from drill.celery_workers import working
from drill.city.folder import CityFolder, open_folder
from drill.database import drop, own_database

COUNTY = "210624"
FEW = 14


def county(folder: Path, *, people: int | None = None) -> Path:
    """Write a city folder of one county; with `people`, of so many residents due on its day."""
    demo = Path(settings.BASE_DIR) / "demo" / "dandong"
    folder.mkdir()
    for file in demo.glob("*.csv"):
        (folder / file.name).symlink_to(file)
    city = json.loads((demo / "city.json").read_text(encoding="utf-8"))
    city["dispatch_areas"] = [area for area in city["dispatch_areas"] if COUNTY in area["divisions"]]
    (folder / "city.json").write_text(json.dumps(city, ensure_ascii=False), encoding="utf-8")
    if people is not None:
        _thin_out(folder / "residents.csv", people)
    return folder


def _thin_out(file: Path, people: int) -> None:
    """Keep the first residents of the county who are treated on Tuesdays, and as many others."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["community_code"].startswith(COUNTY)]
    due = [row for row in rows if row["schedule_kind"] == "weekly" and "2" in row["schedule_days"].split(",")]
    kept = [*due[:people], *[row for row in rows if row not in due and not row["guardian_ref"]][:people]]
    file.unlink()
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)


class SmallCity:
    """A loaded city that can be drilled again and again."""

    def __init__(self, folder: CityFolder, name: str) -> None:
        self.folder, self.name, self.number = folder, name, 0

    def drill(
        self,
        *,
        faults: frozenset[str] = frozenset(),
        first: Sequence[str] = (),
        until_hour: int = 22,
        by_celery: bool = False,
    ) -> dict[str, Any]:
        """Play its day in a copy, after these statements; `by_celery`: planned by a worker's process."""
        self.number += 1
        asked = play.DrillAsked(self.folder.path, faults=faults, until_hour=until_hour)
        with own_database(f"{self.name}_{self.number}", template=self.name) as database:
            with connection.cursor() as cursor:
                for statement in first:
                    cursor.execute(statement)
            with working(database, by_celery) as answer:
                return play.play_here(self.folder, asked, answer=answer)


@pytest.fixture(scope="module")
def small_city(tmp_path_factory, django_db_setup: None, django_db_blocker: Any) -> Iterator[SmallCity]:
    """Load the small city into a database of its own."""
    yield from _loaded(county(tmp_path_factory.mktemp("city") / "few", people=FEW), "few", django_db_blocker)


def _loaded(path: Path, name: str, blocker: Any) -> Iterator[SmallCity]:
    folder, database = open_folder(path), f"drill_{name}_{os.getpid()}"
    with blocker.unblock():
        home = str(connections["default"].settings_dict["NAME"])
        with own_database(database):
            play.prepare(folder)
            connections.close_all()
            yield SmallCity(folder, database)
        assert connections["default"].settings_dict["NAME"] == home
        drop(database)
