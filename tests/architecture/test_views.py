"""A view of the database is one SQL file of its app; the last migration that makes the view runs that text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

ROOT = Path(settings.BASE_DIR)
MAKES = re.compile(r"CREATE (?:OR REPLACE )?VIEW (\w+) AS")
FILES = {"access_facts": "access/sql/facts.sql", "access_outside": "access/sql/outside.sql"}


def bare(sql: str) -> str:
    """Return a statement without its comments and empty lines."""
    return "\n".join(line for line in sql.split("\n") if line.strip() and not line.strip().startswith("--"))


def last_made() -> dict[str, str]:
    """Return every view that a migration makes, with the statement of the last migration that does."""
    graph = MigrationLoader(None).graph
    in_order = dict.fromkeys(key for leaf in sorted(graph.leaf_nodes()) for key in graph.forwards_plan(leaf))
    found: dict[str, str] = {}
    for key in in_order:
        for operation in graph.nodes[key].operations:
            if isinstance(operation, migrations.RunSQL) and isinstance(operation.sql, str):
                found.update({name: operation.sql for name in MAKES.findall(operation.sql)})
    return found


def test_every_view_has_its_file() -> None:
    """A view that a new migration makes, in whatever app, is listed here with its file."""
    assert set(last_made()) == set(FILES)
    assert sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("*/sql/*.sql")) == sorted(FILES.values())


@pytest.mark.parametrize("view", FILES)
def test_last_migration_runs_the_file(view: str) -> None:
    assert bare(last_made()[view]) == bare((ROOT / FILES[view]).read_text())


@pytest.mark.parametrize("view", FILES)
def test_a_file_changed_alone_is_noticed(view: str) -> None:
    """The twin: a condition taken out of the file, or out of the migration; a comment alone changes nothing."""
    text = (ROOT / FILES[view]).read_text()

    assert bare(last_made()[view]) != bare(text.replace(" <> ", " = ", 1))
    assert bare(last_made()[view]) == bare(f"-- more words\n{text}")


@pytest.mark.django_db
@pytest.mark.parametrize("view", FILES)
def test_database_has_the_view_of_the_file(view: str) -> None:
    """Whatever else a migration did to it: making the view anew from its file leaves the database's own words as they were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_viewdef(%s::regclass)", [view])
        before = cursor.fetchone()[0]
        cursor.execute((ROOT / FILES[view]).read_text())
        cursor.execute("SELECT pg_get_viewdef(%s::regclass)", [view])

        assert cursor.fetchone()[0] == before
