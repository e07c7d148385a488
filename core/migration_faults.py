"""What a migration may not do while the version before works: read from its operations, without a database.

The version before writes throughout, so no migration may take a column away from it or demand one that it does not
fill, build an index or check a whole table under a lock, or wait for one table while it holds another. The last
migrations before versions were changed under people at work ran in empty installations and are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation

# the last of each app before versions were changed under people at work; what came earlier ran in empty installations
EARLIER = {
    "access": 14, "accounts": 1, "calls": 4, "communities": 4, "core": 4, "dispatch": 2, "hospitals": 9, "transport": 5,
}  # fmt: skip
EXCUSED = {
    "access.0018_one_record": "makes the index of one record per number before anything else may write a second one",
    "access.0019_number_of_indexed": "makes the same index again, of the rows of this version alone: some thousand "
    "rows",
    "transport.0008_one_way": "an exclusion cannot be NOT VALID; its column is new and empty, and so is the index it "
    "builds",
}
_TAKEN_AWAY = (
    migrations.RemoveField, migrations.DeleteModel, migrations.RenameField, migrations.RenameModel,
    migrations.AlterModelTable,
)  # fmt: skip
_SQL = {
    r"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)": "an index is built under a lock: CONCURRENTLY",
    r"DROP\s+INDEX\s+(?!CONCURRENTLY)": "an index is dropped under a lock: CONCURRENTLY",
    r"SET\s+NOT\s+NULL": "NOT NULL reads the whole table under a lock: a check NOT VALID, then its validation",
    r"DROP\s+(COLUMN|TABLE|VIEW)": "the version before still reads it: drop it a version later",
    r"RENAME\s+(COLUMN|TO)": "the version before knows the old name alone",
    r"ADD\s+CONSTRAINT(?![^;]*NOT\s+VALID)(?![^;]*USING\s+INDEX)": "a constraint reads the table under a lock: NOT "
    "VALID",
    r"LOCK\s+TABLE|TRUNCATE": "everybody waits for the whole table",
}


def later() -> list[Migration]:
    """Return the migrations that run while the version before works."""
    ours = str(settings.BASE_DIR)
    configs = [
        each for each in apps.get_app_configs() if each.path.startswith(ours) and "site-packages" not in each.path
    ]
    own = {each.label for each in configs}
    found = MigrationLoader(None).disk_migrations
    return [each for (app, name), each in sorted(found.items()) if app in own and int(name[:4]) > EARLIER.get(app, 0)]


def held(migration: Migration) -> set[str]:
    """Return the tables that were there before and that one transaction of a migration holds
    against readers or writers.
    """
    if not migration.atomic:
        return set()
    made = _made(migration)
    return {name for each in migration.operations if (name := _model(each)) and name not in made}


def faults(migration: Migration) -> list[str]:
    """Say what is wrong with a migration."""
    made = _made(migration)
    found = [f"{sorted(tables)}: held in one transaction"] if len(tables := held(migration)) > 1 else []
    for operation in _database_operations(migration.operations):
        if _model(operation) not in made:
            found += _faults_of(operation)
        if (
            isinstance(operation, migrations.AlterField)
            and not operation.field.null
            and _was_nullable(migration, operation)
        ):
            found.append(
                f"{_model(operation)}.{operation.name}: NOT NULL reads the table under a lock, and fails on old rows"
            )
        if isinstance(operation, migrations.RunPython) and migration.atomic:
            found.append("rows are filled in one transaction: atomic = False, in small ones")
    return found


def _faults_of(operation: Operation) -> Iterator[str]:
    name = f"{_model(operation)}.{getattr(operation, 'name', '')}".rstrip(".")
    if isinstance(operation, migrations.RunSQL):
        yield from _faults_of_sql(operation)
    elif isinstance(operation, migrations.RunPython):
        if not operation.reversible:
            yield "rows are filled with no way back: noop, at least"
    elif isinstance(operation, _TAKEN_AWAY):
        yield f"{name}: the version before still uses it: take it away a version later"
    elif isinstance(operation, migrations.AddField):
        if not operation.field.null and not operation.field.has_db_default() and not operation.field.many_to_many:
            yield f"{name}: NOT NULL, and the version before does not fill it: db_default"
    elif isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield f"{name}: an index is built under a lock: AddIndexAnew"
    elif isinstance(operation, migrations.RemoveIndex):
        yield f"{name}: an index is dropped under a lock: RemoveIndexConcurrently"
    elif isinstance(operation, migrations.AddConstraint) and not isinstance(operation, AddConstraintNotValid):
        yield f"{name}: a constraint reads the table under a lock: NOT VALID, or an index made CONCURRENTLY before"


def _faults_of_sql(operation: migrations.RunSQL) -> Iterator[str]:
    if not operation.reversible:
        yield "SQL with no way back: noop, at least"
    sql = operation.sql if isinstance(operation.sql, str) else " ".join(str(each) for each in operation.sql)
    bare = re.sub(r"--[^\n]*", "", sql)
    for pattern, words in _SQL.items():
        if re.search(pattern, bare, re.IGNORECASE):
            yield words


def _was_nullable(migration: Migration, operation: migrations.AlterField) -> bool:
    """Say whether a column could be empty before a migration."""
    loader = MigrationLoader(None)
    key = (migration.app_label, migration.name)
    nodes = [key] if key in loader.graph.nodes else loader.graph.leaf_nodes(migration.app_label)
    before = loader.project_state(nodes, at_end=key not in loader.graph.nodes)
    return bool(before.models[migration.app_label, _model(operation)].fields[operation.name].null)


def _database_operations(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yield what is done to the database, also where it is told apart from the models' state."""
    for each in operations:
        if isinstance(each, migrations.SeparateDatabaseAndState):
            yield from _database_operations(each.database_operations)
        else:
            yield each


def _made(migration: Migration) -> set[str]:
    return {each.name_lower for each in migration.operations if isinstance(each, migrations.CreateModel)}


def _model(operation: Operation) -> str:
    """Return the model whose table an operation changes; "" for one that holds up nobody, or names none."""
    if isinstance(operation, ValidateConstraint):
        return ""
    return str(getattr(operation, "model_name", "")).lower()
