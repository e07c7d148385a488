"""The words of each enum in the code are the words of its constraint in the database, and no others come in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from core.guards import words
from core.migrating import AddWords
from tests.architecture.test_enums import allowed, columns, guard_of, of_the_product
from tests.factories import town
from tests.odd_rows import ODD
from transport.models import Vehicle
from transport.states import TripDirection

pytestmark = pytest.mark.django_db
WORD = re.compile(r"'((?:[^']|'')*)'::(?:character varying|text)")


def in_database() -> dict[tuple[str, str], set[str] | None]:
    """Return the words of every validated check of the database, by table and name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'c' AND convalidated"
        )
        return {(table, name): set(WORD.findall(text)) for table, name, text in cursor.fetchall()}


def drifted() -> list[str]:
    """Name the columns whose constraint in the database has other words than the enum in the code, or is missing."""
    found = in_database()
    return [
        f"{model._meta.db_table}.{field.column}"
        for model, field in columns(of_the_product())
        if found.get((model._meta.db_table, guard_of(model, field)[0])) != allowed(field)
    ]  # fmt: skip


def altered(sql: str) -> list[str]:
    """Say what has drifted after a change of one table, which is taken back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE transport_stop {sql}")
        found = drifted()
        transaction.set_rollback(True)
    return found


def test_the_database_has_the_words_of_the_code() -> None:
    assert drifted() == []


@pytest.mark.parametrize(
    "then",
    [
        "",
        ", ADD CONSTRAINT stop_kind_words CHECK (kind IN ('pickup', 'dropoff', 'wait'))",
        ", ADD CONSTRAINT stop_kind_words CHECK (kind IN ('pickup'))",
        ", ADD CONSTRAINT stop_kind_words CHECK (kind IN ('pickup', 'dropoff')) NOT VALID",
    ],
)
def test_a_constraint_that_is_gone_or_says_something_else_is_noticed(then: str) -> None:
    assert altered(f"DROP CONSTRAINT stop_kind_words{then}") == ["transport_stop.kind"]


def test_a_word_outside_the_enum_is_refused_in_every_column_of_them() -> None:
    town.both()
    tried = set()
    for model, field in columns(of_the_product()):
        name = guard_of(model, field)[0]
        if model.objects.exists():
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                force(model, field.column, ODD[: field.max_length], keep=name)
            tried.add(name)
    with pytest.raises(IntegrityError, match="vehicle_zones_allowed_words"), transaction.atomic():
        Vehicle.objects.update(zones_allowed=["sealed", ODD])

    assert len(tried) > 30


def force(model: type[models.Model], column: str, word: str | None, *, keep: str) -> None:
    """Write a word into every row, past every guard but one: the others could refuse it first."""
    checks = [each.name for each in model._meta.constraints if isinstance(each, models.CheckConstraint)]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        for name in (each for each in checks if each != keep):
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {name}")
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s", [word])


def test_a_migration_that_gave_up_half_way_is_run_again() -> None:
    """What was added before is added afresh, and the rows of old code's writing are looked at by the next migration."""
    state: Any = type("State", (), {"apps": apps})
    operation = AddWords("trip", words("trip", "direction", TripDirection))
    with transaction.atomic():
        for _ in range(2):
            with connection.schema_editor(atomic=False) as editor:
                operation.database_forwards("transport", editor, state, state)
        assert ("transport_trip", "trip_direction_words") not in in_database()  # not looked through yet
        transaction.set_rollback(True)
    assert ("transport_trip", "trip_direction_words") in in_database()
