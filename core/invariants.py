"""What an app promises about its rows, as named read-only SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pgtrigger
from django.apps import apps
from django.db import connection

from core.limits import APP_ROLE
from core.sealed import SealedField


@dataclass(frozen=True)
class Invariant:
    """One promise: `sql` returns one row (a text that names an example) per breach, and none while it holds.

    Where only code can judge a row, `find` lists the examples instead.
    """

    ident: str
    promise: str
    sql: str = ""
    find: Callable[[], Iterable[str]] | None = None


def _unsealed() -> str:
    """Find sealed columns whose bytes are not version 1, a nonce and a tag at least."""
    parts = [
        f"SELECT '{model._meta.db_table}.{field.column} ' || {model._meta.pk.column} FROM {model._meta.db_table}"
        f" WHERE length({field.column}) > 0 AND (get_byte({field.column}, 0) <> 1 OR length({field.column}) < 29)"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    ]
    return " UNION ALL ".join(parts)


def _guards_off() -> Iterator[str]:
    """List the triggers of the models that are missing or off, and the switch that would put them off for a session.

    The switch is taken out with the rights of the product's role (`grant_app_role`); before, a database is at work on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
        held = set(cursor.fetchall())
        for model, trigger in pgtrigger.registered():
            if (guard := (model._meta.db_table, trigger.get_pgid(model))) not in held:
                yield " ".join(guard)
        cursor.execute(
            "SELECT proname FROM pg_proc, pg_roles WHERE proname = '_pgtrigger_should_ignore' AND rolname = %s"
            " AND pronamespace = 'public'::regnamespace AND position('pgtrigger.ignore' in prosrc) > 0"
            " AND has_table_privilege(rolname, 'core_auditevent', 'INSERT')",
            [APP_ROLE],
        )
        yield from (f"{name} reads a setting" for (name,) in cursor.fetchall())


# moves that only one of both knows; what happened before a table's history began stands in the audit alone
_UNTRUE_MOVES = (
    "WITH begun AS (SELECT table_name, max(moved_at) AS since FROM core_statusmove WHERE object_id = '' GROUP BY 1),"
    " moved AS (SELECT table_name, object_id, old_status, new_status, count(*) AS times FROM core_statusmove"
    " LEFT JOIN begun USING (table_name) WHERE object_id <> '' AND moved_at >= coalesce(since, '-infinity')"
    " GROUP BY 1, 2, 3, 4),"
    " said AS (SELECT replace(model, '.', '_') AS table_name, object_id, old_status, new_status, count(*) AS times"
    " FROM core_auditevent LEFT JOIN begun ON begun.table_name = replace(model, '.', '_')"
    " WHERE old_status <> '' AND recorded_at >= coalesce(since, '-infinity') GROUP BY 1, 2, 3, 4)"
    " SELECT concat_ws(' ', table_name, object_id, old_status, new_status) FROM moved"
    " FULL JOIN said USING (table_name, object_id, old_status, new_status)"
    " WHERE moved.times IS DISTINCT FROM said.times"
)


INVARIANTS = [
    Invariant("INV-31", "every sealed column holds sealed bytes, never readable words", _unsealed()),
    Invariant(
        "INV-33",
        "every trigger that guards the moves of a status or rows that are only appended is there and on, without a "
        "switch",
        find=_guards_off,
    ),
    Invariant(
        "INV-36",
        "no outbox message waits longer than five minutes",
        "SELECT kind || ' ' || id FROM core_outboxmessage"
        " WHERE delivered_at IS NULL AND created_at < clock_timestamp() - interval '5 minutes'",
    ),
    Invariant(
        "INV-37",
        "while the relay works, every queue and the clock of the timed jobs answer within a minute",
        "SELECT heart.name FROM core_workerheartbeat heart"
        " JOIN core_workerheartbeat relay ON relay.name = 'relay' AND relay.beaten_at > clock_timestamp() - interval "
        "'30 s'"
        " WHERE heart.silent_since < clock_timestamp() - interval '60 s'"
        " OR heart.name = 'beat' AND heart.beaten_at < clock_timestamp() - interval '90 s'",
    ),
    Invariant(
        "INV-41",
        "every move of a status that the database noted stands in the audit with who did it, and the audit tells of "
        "no other",
        _UNTRUE_MOVES,
    ),
]
