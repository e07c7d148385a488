"""Django's `migrate`, without the limit that the statement of a page has."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    """An index over a million rows takes longer than a page may; how long a lock is waited for stays limited."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate with the limit of a statement lifted on this connection alone."""
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout'), set_config('statement_timeout', '0', false)")
            before = cursor.fetchone()[0]
        try:
            super().handle(*args, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, false)", [before])
