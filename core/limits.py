"""How long a statement, a lock or an idle transaction may hold others up: kept on the roles of one database.

There they hold for every connection, whoever opens it, also through a pooler that hands connections on after each
transaction and takes no options with them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

APP_ROLE = "tab_app"  # the role that web and workers sign in with


def statements(database: str, *roles: str) -> list[str]:
    """Return the SQL that gives these roles their limits in a database; it may be run from any other."""
    quote = connection.ops.quote_name
    return [
        f"ALTER ROLE {quote(role)} IN DATABASE {quote(database)} SET {name} = {int(milliseconds)}"
        for role in dict.fromkeys(roles)
        for name, milliseconds in settings.DATABASE_LIMITS.items()
    ]


def own_role() -> str:
    """Return the role that is signed in here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        return str(cursor.fetchone()[0])
