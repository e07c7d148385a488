"""The authorisation tables as they stand in `authz/`, read apart from the code that asks."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.factories.town import ROLES

HERE = Path(__file__).parent / "authz"
FREE = ("public", "own")  # for everybody; for everybody signed in
GLASS = "B"  # only after breaking glass, which has no screen yet: refused


@dataclass(frozen=True)
class Rule:
    """What one address does by one method: an act of actions.csv, and the posts whose screen it is."""

    route: str
    method: str
    action: str
    posts: tuple[str, ...]
    reason: str

    def lets(self, role: str) -> bool:
        """Say whether a post reaches it: its cell has a letter, and it is a screen of that post."""
        if self.posts and role not in self.posts:
            return False
        return self.action in FREE or grants(self.action, role)


def _lines(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache
def actions() -> dict[str, dict[str, str]]:
    """Return the cells of each act by role."""
    return {f"{line['resource']}.{line['action']}": line for line in _lines("actions.csv")}


@lru_cache
def fields() -> dict[str, dict[str, str]]:
    """Return the cells of each field by role."""
    return {line["field"]: line for line in _lines("fields.csv")}


@lru_cache
def rules() -> dict[tuple[str, str], Rule]:
    """Return what each address does by each method."""
    return {
        (line["route"], line["method"]): Rule(
            line["route"],
            line["method"],
            line["action"],
            tuple(filter(None, line["posts"].split("|"))),
            line["reason"],
        )
        for line in _lines("routes.csv")
    }


@lru_cache
def without_screen() -> dict[str, list[str]]:
    """Return the roles for which an act has no address of its own."""
    return {line["action"]: line["roles"].split("|") for line in _lines("no_screen.csv")}


def grants(action: str, role: str) -> bool:
    """Say whether a cell of actions.csv has a letter that needs no breaking of glass."""
    return actions()[action][role][0] not in ("-", GLASS)


def granted(action: str) -> list[str]:
    """Return the roles with a letter."""
    return [role for role in ROLES if grants(action, role)]
