"""A migration runs while the version before works: it never waits for one table while it holds another."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import CheckConstraint, Q

# the last of each app before versions were changed under people at work; what came earlier ran in empty installations
EARLIER = {
    "access": 14, "accounts": 1, "calls": 4, "communities": 4, "core": 4, "dispatch": 2, "hospitals": 9, "transport": 5,
}  # fmt: skip


def held(migration: migrations.Migration) -> set[str]:
    """Return the tables that were there before and that one transaction of a migration holds against readers or writers."""
    if not migration.atomic:
        return set()
    made = {each.name_lower for each in migration.operations if isinstance(each, migrations.CreateModel)}
    return {name for each in migration.operations if (name := _model(each)) and name not in made}


def _model(operation: Operation) -> str:
    """Return the model whose table an operation changes; "" for one that holds up nobody, or names none."""
    if isinstance(operation, ValidateConstraint):
        return ""
    return str(getattr(operation, "model_name", "")).lower()


def later() -> list[migrations.Migration]:
    """Return the migrations that run while the version before works."""
    ours = str(settings.BASE_DIR)
    configs = [
        each for each in apps.get_app_configs() if each.path.startswith(ours) and "site-packages" not in each.path
    ]
    own = {each.label for each in configs}
    found = MigrationLoader(None).disk_migrations
    return [each for (app, name), each in sorted(found.items()) if app in own and int(name[:4]) > EARLIER.get(app, 0)]


def test_a_migration_holds_one_table_at_a_time() -> None:
    """Two in one transaction, and a page that reads both in the other order: one of them ended in an error page."""
    rows = later()

    assert len(rows) >= 15
    assert {f"{each.app_label}.{each.name}": held(each) for each in rows if len(held(each)) > 1} == {}


@pytest.mark.parametrize(("atomic", "expected"), [(True, {"careneed", "resident"}), (False, set())])
def test_two_tables_in_one_transaction_are_noticed(atomic: bool, expected: set[str]) -> None:
    """The twin."""
    rule = CheckConstraint(condition=Q(name="x"), name="x")
    migration = migrations.Migration("0099_two", "access")
    migration.atomic = atomic
    migration.operations = [AddConstraintNotValid(model, rule) for model in ("careneed", "resident")]

    assert held(migration) == expected
