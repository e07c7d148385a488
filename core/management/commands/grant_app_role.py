"""Give the app role what the product needs and no more, and both roles their time-outs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from core import limits

ROLE = "tab_app"
# tables whose rows the product itself may delete; records of people and journeys are never deleted by it
DELETABLE = (
    "django_session",
    "core_idempotencykey",
    "core_outboxmessage",
    "core_boardchange",
    "transport_stop",
    "accounts_post",
)
APPEND_ONLY = ("core_auditevent", "communities_scan", "hospitals_overloadreport")


class Command(BaseCommand):
    """Create the role if it is missing, and set its grants (safe to repeat)."""

    help = "Create and grant the database role the web and worker processes sign in with."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --role and --no-login."""
        parser.add_argument("--role", default=ROLE)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Grant SELECT, INSERT, UPDATE everywhere; DELETE and nothing more where listed; no DDL. Set the time-outs."""
        role = connection.ops.quote_name(options["role"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [options["role"]])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role} LOGIN")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
            for table in connection.introspection.table_names(cursor):
                name = connection.ops.quote_name(table)
                if table in DELETABLE:
                    cursor.execute(f"GRANT DELETE ON {name} TO {role}")
                if table in APPEND_ONLY:
                    cursor.execute(f"REVOKE UPDATE ON {name} FROM {role}")
            database = str(connection.settings_dict["NAME"])
            for statement in limits.statements(database, options["role"], limits.own_role()):
                cursor.execute(statement)
        self.stderr.write(f"Role {options['role']} granted.")
