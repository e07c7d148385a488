"""The floors below which what the tests cover may not fall (`tests/coverage_floors.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from ops.places import ROOT

FLOORS = ROOT / "tests" / "coverage_floors.toml"


@dataclass(frozen=True)
class Floor:
    """What a group of files may not fall below: per cent of its branches, or of its lines and branches."""

    name: str
    patterns: tuple[str, ...]
    least: float
    of: str  # "branches" or "all"

    def __str__(self) -> str:
        """Return the floor as `./dev check` prints it."""
        of = "branches" if self.of == "branches" else "lines and branches"
        return f"{self.name} {self.least:g} % of {of}"


def floors() -> list[Floor]:
    """Read the floors."""
    groups = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    return [Floor(name, tuple(each["files"]), float(each["least"]), each["of"]) for name, each in groups.items()]
