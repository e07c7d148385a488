"""Reading a city folder: rows of its files, dates moved by whole weeks, and a report of what was skipped."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.sheets.reading import Fault, Sheet
from drill.city import checks

SHOWN = 200


class BadFolder(Invalid):
    """A folder with faults: nothing of it may be written."""

    def __init__(self, faults: list[Fault]) -> None:
        first = "\n".join(str(fault) for fault in faults[:SHOWN])
        words = _("这个城市文件夹有 %(n)s 处错，一行也没有写进去：") % {"n": len(faults)}
        super().__init__("city.faults", f"{words}\n{first}")
        self.faults = faults


@dataclass
class Report:
    """How many rows of each kind were loaded, and which were skipped and why."""

    loaded: Counter[str] = field(default_factory=Counter)
    skipped: list[dict[str, str]] = field(default_factory=list)

    def skip(self, file: str, ref: str, why: str) -> None:
        """Note one row that was left out."""
        self.skipped.append({"file": file, "ref": ref, "why": why})

    def as_dict(self) -> dict[str, Any]:
        """Return counts by kind, and the skipped rows grouped by reason with up to five examples each."""
        reasons: dict[str, list[str]] = {}
        for row in self.skipped:
            reasons.setdefault(f"{row['file']}: {row['why']}", []).append(row["ref"])
        skipped = [{"why": why, "count": len(refs), "examples": refs[:5]} for why, refs in sorted(reasons.items())]
        return {"loaded": dict(self.loaded), "skipped": skipped}


@dataclass
class CityFolder:
    """A folder of the city format.

    `shift` is how far every date moves: whole weeks, so that Tuesday's dialysis stays on a Tuesday.
    """

    path: Path
    city: dict[str, Any]
    scenario: str
    shift: timedelta
    sheets: dict[str, Sheet]
    report: Report = field(default_factory=Report)

    @property
    def reference_day(self) -> date:
        """The day the folder describes, moved."""
        return date.fromisoformat(self.city["reference_date"]) + self.shift

    @property
    def zone_column(self) -> str:
        """The column of communities.csv that holds this scenario's zone class."""
        return str(self.city["scenario_columns"][self.scenario])

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """Yield the rows of `name`.csv in the product's own words; none when the file is absent."""
        sheet = self.sheets.get(name)
        for row in sheet.rows if sheet else ():
            yield defaultdict(str, row.cells)

    def day(self, text: str) -> date | None:
        """Read and move a date; None for an empty or unreadable one."""
        try:
            return date.fromisoformat(text[:10]) + self.shift if text else None
        except ValueError:
            return None

    def moment(self, text: str) -> datetime | None:
        """Read and move a time with its zone; None for an empty or unreadable one."""
        try:
            return datetime.fromisoformat(text) + self.shift if text else None
        except ValueError:
            return None


def open_folder(path: Path, *, scenario: str = "", today: date | None = None) -> CityFolder:
    """Open a city folder; with `today`, its reference date moves by whole weeks into that week.

    Raises Invalid when the folder or its city.json is missing, or the scenario is unknown, and BadFolder with every
    fault of every file when there is one.
    """
    try:
        city = json.loads((path / "city.json").read_text(encoding="utf-8-sig"))
        reference = checks.reference_day(city)
        chosen, scenarios = scenario or city["default_scenario"], dict(city["scenario_columns"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        words = (
            f"{path} is no city folder: city.json with reference_date, default_scenario and scenario_columns is missing"
        )
        raise Invalid("city.folder", words) from error
    if chosen not in scenarios:
        raise Invalid("city.scenario", f"scenario {chosen!r} is not one of {', '.join(scenarios)}")
    sheets = checks.sheets_of(path, scenarios[chosen])
    if faults := checks.find(city, sheets):
        raise BadFolder(faults)
    shift = timedelta()
    if today is not None:
        shift = (today - timedelta(days=today.weekday())) - (reference - timedelta(days=reference.weekday()))
    return CityFolder(path=path, city=city, scenario=chosen, shift=shift, sheets=sheets)


def number(text: str, default: int = 0) -> int:
    """Read a whole number; `default` for an empty or unreadable one."""
    try:
        return int(float(text))
    except ValueError:
        return default
