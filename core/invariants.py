"""What an app promises about its rows, as named read-only SQL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """One promise: `sql` returns one row (a text that names an example) per breach, and none while it holds."""

    ident: str
    promise: str
    sql: str


INVARIANTS = [
    Invariant(
        "INV-36",
        "no outbox message waits longer than five minutes",
        "SELECT kind || ' ' || id FROM core_outboxmessage"
        " WHERE delivered_at IS NULL AND created_at < clock_timestamp() - interval '5 minutes'",
    ),
]
