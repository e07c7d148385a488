"""A copy of the tests' own database, for what changes tables: dropped at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from drill.database import own_database


@contextmanager
def copied_database(name: str) -> Iterator[str]:
    """Work in a copy. Whoever is still connected to the original, a thread of a test before, is let go first."""
    home = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [home],
        )
    with own_database(f"{home}_{name}", template=home) as database:
        yield database
