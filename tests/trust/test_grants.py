"""What the product's role may do in the database, table by table, once `grant_app_role` has run."""

from __future__ import annotations

from contextlib import suppress

import pgtrigger
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from access.states import CancelReason, RequestStatus
from core import clock
from core.actors import SWEEP
from core.advance import advance
from core.management.commands.check_invariants import breaches
from core.models import StatusMove
from core.stateful import Stateful
from tests.factories import access as make
from tests.factories import communities as places

pytestmark = pytest.mark.django_db
ROLE = "tab_app"
# what is thrown away: sessions, keys of presses, delivered messages, marks of boards, stops planned anew, posts
MAY_DELETE = {
    "django_session", "core_idempotencykey", "core_outboxmessage", "core_boardchange", "transport_stop", "accounts_post",
}  # fmt: skip
NEVER_CHANGED = {"core_auditevent", "communities_scan", "hospitals_overloadreport", "core_personkey"}
READ_ALONE = {
    "core_installation", "core_statusmove", "django_migrations", "django_content_type", "auth_permission", "auth_group",
    "auth_group_permissions",
}  # fmt: skip


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


def test_what_an_installation_is_is_read_alone() -> None:
    """Guard: which database it is, which migrations it had, which rights there are."""
    tables = set(connection.introspection.table_names())

    assert _may("SELECT") == tables
    assert _may("INSERT") == tables - READ_ALONE
    assert _may("UPDATE") == tables - READ_ALONE - NEVER_CHANGED


def _go_back_with_triggers_ignored() -> str:
    """As the product's role, switch the triggers off as their library offers, and make a forbidden move; say the status."""
    row = make.request(make.resident(places.community()), at=clock.now())
    names = [trigger.get_pgid(model) for model, trigger in pgtrigger.registered()]
    with connection.cursor() as cursor, suppress(DatabaseError), transaction.atomic():
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{','.join(names)}}}"])
        cursor.execute("UPDATE access_accessrequest SET status = 'submitted' WHERE id = %s", [row.pk])
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    row.refresh_from_db()
    return str(row.status)


def test_no_session_switches_the_guards_of_a_status_off() -> None:
    """INV-33: the library's switch is gone, and nobody may say that rows come from a replica."""
    assert _go_back_with_triggers_ignored() == "approved"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("RESET ROLE")


def test_with_the_librarys_own_answer_it_would_and_the_invariant_names_it() -> None:
    """The twin: a migration that makes a trigger puts the switch back; the command after it takes it out again."""
    model, trigger = pgtrigger.registered()[0]
    trigger.install(model)

    assert _go_back_with_triggers_ignored() == "submitted"
    assert [row["id"] for row in breaches()] == ["INV-33", "INV-41"]
    call_command("grant_app_role")
    assert [row["id"] for row in breaches()] == ["INV-41"], "the database has noted the move that no audit row tells of"


def test_a_trigger_that_was_dropped_is_named() -> None:
    model, trigger = next(each for each in pgtrigger.registered() if each[1].name == "status_moves")
    trigger.uninstall(model)

    assert breaches()[0]["examples"] == [f"{model._meta.db_table} {trigger.get_pgid(model)}"]


def _as_the_role(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        cursor.execute(statement, values)
        cursor.execute("RESET ROLE")


def test_a_move_is_noted_by_the_database_with_the_role_that_made_it() -> None:
    """INV-41: what advance writes stands in the audit and in the history, and they agree."""
    row = make.request(make.resident(places.community()), at=clock.now())

    advance(row, RequestStatus.CANCELLED, by=SWEEP, at=clock.now(), cancel_reason=CancelReason.MISTAKE)

    noted = StatusMove.objects.get(object_id=str(row.pk))
    assert (noted.table_name, noted.old_status, noted.new_status) == ("access_accessrequest", "approved", "cancelled")
    assert noted.by_role == connection.settings_dict["USER"]
    assert breaches() == []


def test_a_status_moved_past_the_audit_is_named() -> None:
    """INV-41: a legal move by plain SQL, as the product's role, with nobody's name to it."""
    row = make.request(make.resident(places.community()), at=clock.now())

    _as_the_role(
        "UPDATE access_accessrequest SET status = 'cancelled', cancel_reason = 'mistake' WHERE id = %s", row.pk
    )

    assert [each["id"] for each in breaches()] == ["INV-41"]
    assert breaches()[0]["examples"] == [f"access_accessrequest {row.pk} approved cancelled"]


def test_a_forged_audit_row_is_named() -> None:
    """INV-41: an audit row of a move that never was."""
    row = make.request(make.resident(places.community()), at=clock.now())

    _as_the_role(
        "INSERT INTO core_auditevent (at, recorded_at, actor_key, actor_label, actor_role, actor_place, verb, model,"
        " object_id, old_status, new_status, reason, detail, request_id, offline) VALUES (now(), now(), 'user:1', '李',"
        " 'staff', '', 'request.cancelled', 'access.accessrequest', %s, 'approved', 'cancelled', '', '{}', '', false)",
        str(row.pk),
    )

    assert [each["id"] for each in breaches()] == ["INV-41"]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM access_resident", "UPDATE core_auditevent SET verb = 'x'", "DROP TABLE access_resident",
     "CREATE TABLE mine (id int)", "TRUNCATE access_resident", "UPDATE core_personkey SET wrapped = 'x'",
     "UPDATE core_installation SET kind = 'demo'", "DELETE FROM core_personkey",
     "INSERT INTO core_statusmove (moved_at, table_name, object_id, old_status, new_status, by_role)"
     " VALUES (now(), 'x', '1', 'a', 'b', 'x')", "UPDATE core_statusmove SET old_status = 'x'",
     "DELETE FROM core_statusmove"],
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


def test_a_forged_audit_row_cannot_be_dated_back() -> None:
    """INV-41: when a row was written is the database's word, not its writer's."""
    row = make.request(make.resident(places.community()), at=clock.now())

    _as_the_role(
        "INSERT INTO core_auditevent (at, recorded_at, actor_key, actor_label, actor_role, actor_place, verb, model,"
        " object_id, old_status, new_status, reason, detail, request_id, offline) VALUES (now(), '2020-01-01', 'user:1',"
        " '李', 'staff', '', 'request.cancelled', 'access.accessrequest', %s, 'approved', 'cancelled', '', '{}', '', false)",
        str(row.pk),
    )

    assert [each["id"] for each in breaches()] == ["INV-41"]


def test_no_move_is_noted_of_a_table_of_ones_own() -> None:
    """Guard: the function that notes moves may be hung onto no other table, not even a passing one."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        cursor.execute("CREATE TEMP TABLE access_accessrequest (id uuid, status text) ON COMMIT DROP")
        with pytest.raises(DatabaseError, match="permission denied for function"), transaction.atomic():
            cursor.execute(
                "CREATE TRIGGER forged AFTER UPDATE ON pg_temp.access_accessrequest FOR EACH ROW"
                " EXECUTE FUNCTION public.core_note_move('id')"
            )
        cursor.execute("DROP TABLE pg_temp.access_accessrequest")
        cursor.execute("RESET ROLE")


def test_what_was_moved_before_its_table_was_watched_is_not_called_untrue() -> None:
    """INV-41: an upgrade under people at work, or a trigger laid again; the audit of that time has no history beside it."""
    row = make.request(make.resident(places.community()), at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE access_accessrequest DISABLE TRIGGER USER")
        advance(row, RequestStatus.CANCELLED, by=SWEEP, at=clock.now(), cancel_reason=CancelReason.MISTAKE)
        cursor.execute("ALTER TABLE access_accessrequest ENABLE TRIGGER USER")
        assert [each["id"] for each in breaches()] == ["INV-41"]
        cursor.execute(
            "INSERT INTO core_statusmove (moved_at, table_name, object_id, old_status, new_status, by_role)"
            " VALUES (clock_timestamp(), 'access_accessrequest', '', '', '', 'x')"
        )

    assert breaches() == []


def test_every_machine_is_guarded_and_noted() -> None:
    """INV-33, INV-41: no status moves past its table, and none unseen."""
    models = [each for each in apps.get_models() if issubclass(each, Stateful)]
    held = {(model, trigger.name) for model, trigger in pgtrigger.registered()}

    assert {(model, name) for model in models for name in ("status_moves", "move_noted")} <= held
    assert len(models) == 12
