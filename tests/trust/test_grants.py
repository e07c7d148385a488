"""What the product's role may do in the database, table by table, once `grant_app_role` has run."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests.factories import access as make
from tests.factories import communities as places

pytestmark = pytest.mark.django_db
ROLE = "tab_app"
# what is thrown away: sessions, keys of presses, delivered messages, marks of boards, stops planned anew, posts
MAY_DELETE = {
    "django_session", "core_idempotencykey", "core_outboxmessage", "core_boardchange", "transport_stop", "accounts_post",
}  # fmt: skip
NEVER_CHANGED = {"core_auditevent", "communities_scan", "hospitals_overloadreport"}


@pytest.fixture(autouse=True)
def _granted() -> None:
    """Give the role its rights; the test's transaction takes them back."""
    call_command("grant_app_role")


def _may(act: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND has_table_privilege(%s, oid, %s)",
            [ROLE, act],
        )
        return {name for (name,) in cursor.fetchall()}


def test_it_deletes_no_record_of_a_person_or_a_journey() -> None:
    """Guard: DELETE is granted where it is listed and nowhere else, TRUNCATE and triggers nowhere."""
    assert _may("DELETE") == MAY_DELETE
    assert _may("TRUNCATE") == set()
    assert _may("TRIGGER") == set()
    assert _may("REFERENCES") == set()


def test_what_was_done_is_never_written_over() -> None:
    """Guard: UPDATE is taken away where rows are the memory of what happened."""
    assert NEVER_CHANGED & _may("UPDATE") == set()
    assert NEVER_CHANGED - (_may("INSERT") & _may("SELECT")) == set()


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM access_resident", "UPDATE core_auditevent SET verb = 'x'", "DROP TABLE access_resident",
     "CREATE TABLE mine (id int)", "TRUNCATE access_resident"],
)  # fmt: skip
def test_as_this_role_it_is_refused(statement: str) -> None:
    """Guard: the same, said by PostgreSQL to whoever is signed in as the product."""
    make.resident(places.community())

    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(statement)
        cursor.execute("RESET ROLE")

    assert getattr(refused.value.__cause__, "sqlstate", "") == "42501"  # insufficient_privilege
