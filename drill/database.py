"""A database of the drill's own, made before and dropped after, so that no drill touches a real list
(decisions.md E27).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, connections

from core import clock, limits


@contextmanager
def own_database(name: str, *, template: str = "") -> Iterator[str]:
    """Work in a fresh database: the tables alone, or a copy of `template`. Dropped at the end, whatever happened."""
    home = str(connection.settings_dict["NAME"])
    _make(name, template)
    move_to(name)
    try:
        if not template:
            call_command("migrate", verbosity=0)
        yield name
    finally:
        move_to(home)
        drop(name)


def move_to(name: str) -> None:
    """Have every connection opened from now on lead to this database."""
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    clock.forget()


def copy(source: str, target: str) -> None:
    """Make `target` a copy of `source`, to which nobody may be connected."""
    connections.close_all()
    _make(target, source)


def _make(name: str, template: str) -> None:
    """Make a database with the time-outs of the product, which a copy does not take along."""
    role = limits.own_role()
    connections.close_all()
    _alone(f"CREATE DATABASE {_quoted(name)}" + (f" TEMPLATE {_quoted(template)}" if template else ""))
    for statement in limits.statements(name, role):
        _alone(statement)


def drop(name: str) -> None:
    """Remove a database with whoever still holds it."""
    _alone(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


def _alone(statement: str) -> None:
    """Run a statement that no transaction may hold, from the cluster's maintenance database."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
