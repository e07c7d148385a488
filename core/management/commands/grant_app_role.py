"""Give the app role what the product needs and no more, and both roles their time-outs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from core import limits

# tables whose rows the product itself may delete; records of people and journeys are never deleted by it
DELETABLE = (
    "django_session",
    "core_idempotencykey",
    "core_outboxmessage",
    "core_boardchange",
    "transport_stop",
    "accounts_post",
)
# rows of what happened, and the wrapped key of a person: written once
APPEND_ONLY = ("core_auditevent", "communities_scan", "hospitals_overloadreport", "core_personkey")
# what an installation is and which rights there are: written by whoever sets it up; moves: by the database alone
READ_ONLY = (
    "core_installation",
    "core_statusmove",
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
)
# the library's triggers ask this first, and by its own answer a setting of any session switches them off
ALWAYS_ON = (
    'CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN'
    " AS $$ BEGIN RETURN FALSE; END; $$ LANGUAGE plpgsql"
)


class Command(BaseCommand):
    """Create the role if it is missing, and set its grants (safe to repeat)."""

    help = "Create and grant the database role the web and worker processes sign in with."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --role and --no-login."""
        parser.add_argument("--role", default=limits.APP_ROLE)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Grant SELECT, INSERT, UPDATE but where listed; DELETE where listed alone; no DDL. Set the time-outs.

        Take the switch out of the triggers that guard statuses and appended rows, which every migration puts back.
        """
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
                if table in READ_ONLY:
                    cursor.execute(f"REVOKE INSERT, UPDATE ON {name} FROM {role}")
            cursor.execute(ALWAYS_ON)
            database = str(connection.settings_dict["NAME"])
            for statement in limits.statements(database, options["role"], limits.own_role()):
                cursor.execute(statement)
        self.stderr.write(f"Role {options['role']} granted.")
