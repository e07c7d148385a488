"""A migration that is not atomic and gave up half-way, waiting for a lock, is run again by the next start."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import pre_migrate

from core.migrating import AddColumn
from tests.architecture.test_migrations import later
from tests.copied import copied_database


def not_atomic() -> list[tuple[str, str]]:
    """Return (app, name) of the later migrations that run in several transactions."""
    return [(each.app_label, each.name) for each in later() if not each.atomic]


def again(app: str, name: str) -> None:
    """Run a migration on a database that has all of it already."""
    loader = MigrationLoader(connection)
    migration = loader.get_migration(app, name)
    before = loader.project_state((app, name), at_end=False)
    with connection.schema_editor(atomic=False) as editor:
        migration.apply(before, editor)


@pytest.mark.django_db(transaction=True)
def test_every_one_can_be_run_again() -> None:
    with copied_database("again"):
        for app, name in not_atomic():
            again(app, name)
    assert len(not_atomic()) >= 10


@pytest.mark.django_db(transaction=True)
def test_a_plain_column_cannot(monkeypatch) -> None:
    """The twin: Django's own operation ends with an error for good where the column is there already."""
    monkeypatch.setattr(AddColumn, "database_forwards", migrations.AddField.database_forwards)
    with copied_database("again"), pytest.raises(ProgrammingError, match="already exists"):
        again("communities", "0007_pass_numbers")


@pytest.mark.django_db
def test_no_statement_of_a_migration_is_cut_off() -> None:
    """The limit of a page's statement stands on the role; an index over a million rows takes longer."""
    seen: list[str] = []

    def look(**_signal: object) -> None:
        seen.append(_limit())

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15s'")
    pre_migrate.connect(look)
    try:
        call_command("migrate", "calls", verbosity=0)
    finally:
        pre_migrate.disconnect(look)

    assert set(seen) == {"0"}
    assert _limit() == "15s"


def _limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])
