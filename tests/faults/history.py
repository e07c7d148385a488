"""What clients saw, beside what the tables hold: the judge of INV-08.

A create that was answered with success is there once. One that was refused is not there. One whose answer never
came (time-out, cut, 5xx) is there once or not at all, and once after it was repeated with the same key.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

OK, FAIL, UNKNOWN = "ok", "fail", "unknown"


@dataclass(frozen=True)
class Line:
    """One answer, or the lack of one."""

    at: float
    key: str
    outcome: str
    location: str = ""
    status: int = 0


@dataclass
class History:
    """Answers of many clients, in the order they came."""

    lines: list[Line] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def note(self, key: str, outcome: str, location: str = "", status: int = 0) -> None:
        """Append one answer."""
        with self.lock:
            self.lines.append(Line(time.monotonic(), key, outcome, location, status))

    def count(self, outcome: str) -> int:
        """Count answers of a kind."""
        return sum(line.outcome == outcome for line in self.lines)

    def last_outcome(self) -> dict[str, str]:
        """Return what each key was told last."""
        return {line.key: line.outcome for line in self.lines}

    def faults(self, rows: Iterable[tuple[str, str]]) -> list[str]:
        """Compare with the table's rows (key, id); name every disagreement, nothing when all is well."""
        held = defaultdict(list)
        for key, ident in rows:
            held[key].append(ident)
        told: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            told[line.key].append(line)
        found = [f"{key}: in the table, never asked for" for key in held if key not in told]
        for key, lines in told.items():
            found += _judge(key, lines, held.get(key, []))
        return found


def _judge(key: str, lines: list[Line], idents: list[str]) -> list[str]:
    acknowledged = [line for line in lines if line.outcome == OK]
    may_be_there = acknowledged or any(line.outcome == UNKNOWN for line in lines)
    found = []
    if len(idents) > 1:
        found.append(f"{key}: {len(idents)} rows")
    if acknowledged and not idents:
        found.append(f"{key}: answered with success, lost")
    if idents and not may_be_there:
        found.append(f"{key}: refused, yet stored ({sorted({line.status for line in lines})})")
    places = {line.location for line in acknowledged}
    if len(places) > 1:
        found.append(f"{key}: led to {len(places)} places")
    if idents and any(idents[0] not in place for place in places):
        found.append(f"{key}: led elsewhere than to its row")
    return found
