"""Check every invariant that holds in a database, read-only."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from core.invariants import Invariant

EXAMPLES = 3


def all_invariants() -> list[Invariant]:
    """Collect what each app's `invariants.py` promises."""
    found: list[Invariant] = []
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.invariants"):
            found += import_module(f"{app.name}.invariants").INVARIANTS
    return sorted(found, key=lambda each: each.ident)


def breaches() -> list[dict[str, Any]]:
    """Run every check in one read-only snapshot; return one row per broken invariant, with examples."""
    broken = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY" if not _nested() else "SELECT 1")
        for each in all_invariants():
            if examples := _examples(each, cursor):
                broken.append({"id": each.ident, "promise": each.promise, "examples": examples})
    return broken


def _examples(each: Invariant, cursor: Any) -> list[str]:
    """Return the first few breaches of one promise."""
    if each.find is not None:
        return [str(row) for row in islice(each.find(), EXAMPLES)]
    cursor.execute(f"SELECT * FROM ({each.sql}) AS breach LIMIT {EXAMPLES}")
    return [str(row[0]) for row in cursor.fetchall()]


def _nested() -> bool:
    """Say whether we run inside somebody's transaction (a test's), whose isolation cannot be changed."""
    return len(connection.savepoint_ids) > 0


class Command(BaseCommand):
    """One line per broken invariant with an example; exit 1 if any."""

    help = "Check every invariant that holds in a database (read-only)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what is broken."""
        broken = breaches()
        if options["json"]:
            self.stdout.write(json.dumps({"checked": len(all_invariants()), "broken": broken}, ensure_ascii=False))
        else:
            for row in broken:
                self.stdout.write(f"{row['id']} broken: {row['promise']}. For example: {row['examples'][0]}")
            self.stderr.write(f"{len(all_invariants())} invariants checked, {len(broken)} broken.")
        if broken:
            sys.exit(1)
