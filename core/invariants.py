"""What an app promises about its rows, as named read-only SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.apps import apps

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


INVARIANTS = [
    Invariant("INV-31", "every sealed column holds sealed bytes, never readable words", _unsealed()),
    Invariant(
        "INV-33",
        "the triggers that guard the moves of a status and the rows that are only appended are all on",
        "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger"
        " WHERE starts_with(tgname, 'pgtrigger_') AND tgenabled = 'D'"
        " UNION ALL SELECT 'core_auditevent' WHERE NOT EXISTS (SELECT 1 FROM pg_trigger"
        " WHERE tgrelid = 'core_auditevent'::regclass AND starts_with(tgname, 'pgtrigger_append_only'))",
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
        " JOIN core_workerheartbeat relay ON relay.name = 'relay' AND relay.beaten_at > clock_timestamp() - interval '30 s'"
        " WHERE heart.silent_since < clock_timestamp() - interval '60 s'"
        " OR heart.name = 'beat' AND heart.beaten_at < clock_timestamp() - interval '90 s'",
    ),
]
