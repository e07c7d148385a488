"""A migration runs while the version before works: it takes nothing away, builds nothing under a lock, and never waits twice."""

from __future__ import annotations

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import CheckConstraint, Q

from core.migration_faults import EXCUSED, faults, held, later

RULE = CheckConstraint(condition=Q(name="x"), name="x")
INDEX = models.Index(fields=["name"], name="x")


def migration(*operations: Operation, atomic: bool = False) -> migrations.Migration:
    """Make a next migration of the app of residents."""
    made = migrations.Migration("0099_made_up", "access")
    made.atomic, made.operations = atomic, list(operations)
    return made


def test_no_migration_holds_up_or_breaks_the_version_before() -> None:
    """Two tables in one transaction, and a page that reads both in the other order: one of them ended in an error page."""
    rows = later()
    found = {f"{each.app_label}.{each.name}": faults(each) for each in rows}

    assert len(rows) >= 15
    assert {name: words for name, words in found.items() if words and name not in EXCUSED} == {}


def test_an_excuse_is_needed_and_has_a_reason() -> None:
    found = {f"{each.app_label}.{each.name}": faults(each) for each in later()}

    assert [name for name, reason in EXCUSED.items() if not found.get(name) or len(reason) < 30] == []


@pytest.mark.parametrize(("atomic", "expected"), [(True, {"careneed", "resident"}), (False, set())])
def test_two_tables_in_one_transaction_are_noticed(atomic: bool, expected: set[str]) -> None:
    """The twin."""
    made = migration(*(AddConstraintNotValid(model, RULE) for model in ("careneed", "resident")), atomic=atomic)

    assert held(made) == expected
    assert bool(faults(made)) is atomic


def nothing(_apps: object, _editor: object) -> None:
    """Fill no row."""


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (migrations.AddField("resident", "x", models.TextField(default="")), "db_default"),
        (migrations.AlterField("resident", "building_key", models.TextField()), "NOT NULL"),
        (migrations.RemoveField("resident", "name"), "still uses it"),
        (migrations.RenameField("resident", "name", "x"), "still uses it"),
        (migrations.DeleteModel("Resident"), "still uses it"),
        (migrations.AddIndex("resident", INDEX), "AddIndexAnew"),
        (migrations.RemoveIndex("resident", "resident_words"), "under a lock"),
        (migrations.AddConstraint("resident", RULE), "NOT VALID"),
        (migrations.RunPython(nothing), "no way back"),
        (migrations.RunSQL("SELECT 1"), "no way back"),
        (migrations.RunSQL("CREATE UNIQUE INDEX x ON access_resident (name)", ""), "CONCURRENTLY"),
        (migrations.RunSQL("ALTER TABLE access_resident ALTER name SET NOT NULL", ""), "NOT NULL"),
        (migrations.RunSQL("ALTER TABLE access_resident DROP COLUMN name", ""), "a version later"),
        (migrations.RunSQL("ALTER TABLE access_resident ADD CONSTRAINT x CHECK (name <> '')", ""), "NOT VALID"),
        (migrations.RunSQL("LOCK TABLE access_resident", ""), "everybody waits"),
    ],
    ids=lambda each: each if isinstance(each, str) else type(each).__name__,
)
def test_what_holds_up_or_breaks_the_version_before_is_noticed(operation: Operation, words: str) -> None:
    """The twin of each rule."""
    assert any(words in fault for fault in faults(migration(operation)))
    assert any(words in fault for fault in faults(migration(migrations.SeparateDatabaseAndState([operation], []))))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("resident", "x", models.TextField(default="", db_default="")),
        migrations.AddField("resident", "x", models.TextField(null=True)),
        AddConstraintNotValid("resident", RULE),
        migrations.RunPython(nothing, migrations.RunPython.noop),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON access_resident (name)", ""),
        migrations.RunSQL("-- DROP COLUMN\nCREATE OR REPLACE VIEW x AS SELECT 1", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE access_resident ADD CONSTRAINT x CHECK (name <> '') NOT VALID", ""),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_lets_everybody_work_is_not_named(operation: Operation) -> None:
    assert faults(migration(operation)) == []


def test_rows_filled_in_one_transaction_are_noticed() -> None:
    assert faults(migration(migrations.RunPython(nothing, nothing), atomic=True)) != []


def test_a_table_of_its_own_may_be_made_in_any_way() -> None:
    """Nobody reads it yet."""
    made = migrations.CreateModel("Made", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())])

    assert (
        faults(migration(made, migrations.AddIndex("made", INDEX), migrations.AddConstraint("made", RULE), atomic=True))
        == []
    )
