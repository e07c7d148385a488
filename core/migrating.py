"""Operations of migrations that run while everybody works on."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, transaction
from pgtrigger.migrations import AddTrigger


class AddWords(AddConstraintNotValid):
    """Add a constraint NOT VALID in a migration that is not atomic: no table waits for another, and it may be run
    again.

    Several tables in one transaction could meet a request that holds them in another order. One that gave up half-way,
    waiting for a table longer than `lock_timeout`, adds what it had added already afresh.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take away what a run before left, and add it."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            table, name = (schema_editor.quote_name(each) for each in (model._meta.db_table, self.constraint.name))
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddColumn(migrations.AddField):
    """Add a column in a migration that is not atomic: one that a run before added, and then gave up,
    is left as it is.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Add the column where it is not there yet."""
        model = to_state.apps.get_model(app_label, self.model_name)
        connection, column = schema_editor.connection, model._meta.get_field(self.name).column
        with connection.cursor() as cursor:
            known = connection.introspection.get_table_description(cursor, model._meta.db_table)
        if column not in {each.name for each in known}:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddIndexAnew(AddIndexConcurrently):
    """Add an index beside work that goes on; what a run before left half made under its name is taken away first."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take away what a run before left, and add it."""
        if self.allow_migrate_model(
            schema_editor.connection.alias, to_state.apps.get_model(app_label, self.model_name)
        ):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class NoteMoves(AddTrigger):
    """Let the moves of a table's status be noted, and note under the same lock from when on (INV-41).

    What the version before moved until then stands in the audit alone. A trigger that is laid again begins anew.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Add the trigger, and a first row that names the table alone."""
        with transaction.atomic(schema_editor.connection.alias):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
            schema_editor.execute(
                "INSERT INTO core_statusmove (moved_at, table_name, object_id, old_status, new_status, by_role)"
                " VALUES (clock_timestamp(), %s, '', '', '', session_user)",
                [table],
            )
