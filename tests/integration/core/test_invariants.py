"""`check_invariants` names each promise that raw SQL broke, and a promise without a breaker fails here."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from communities.events import LeftGate
from core import outbox
from core.management.commands.check_invariants import all_invariants, breaches
from tests.factories import town

pytestmark = pytest.mark.django_db
GUARDS = "INV-33"
_ONE_INTAKE = (
    "UPDATE hospitals_intake SET {} WHERE id = (SELECT id FROM hospitals_intake WHERE status = 'in_treatment' LIMIT 1)"
)
# invariant → what breaks it, and nothing else, in a town where every constraint and trigger is gone
BREAKERS: dict[str, list[str]] = {
    "INV-01": ["UPDATE hospitals_slot SET booked = booked + 1 WHERE id = (SELECT min(id) FROM hospitals_slot)"],
    "INV-02": [
        "UPDATE transport_run a SET vehicle_id = b.vehicle_id, occupied = b.occupied FROM transport_run b"
        " WHERE a.vehicle_id = 'V1' AND a.status = 'completed' AND b.vehicle_id = 'V2' AND b.status = 'completed'"
    ],
    "INV-02-seats": ["UPDATE transport_trip SET party_size = 40 WHERE status = 'scheduled'"],
    "INV-02-class": ["UPDATE transport_run SET zone_class = 'sealed' WHERE status = 'offered'"],
    "INV-03": [
        "UPDATE transport_run a SET driver_id = b.driver_id, occupied = b.occupied FROM transport_run b"
        " WHERE a.vehicle_id = 'V1' AND a.status = 'completed' AND b.vehicle_id = 'V2' AND b.status = 'completed'"
    ],
    "INV-03-duty": [
        "UPDATE transport_shift SET starts_at = starts_at - interval '3 days', ends_at = ends_at - interval '3 days'"
    ],
    "INV-04": [
        "UPDATE transport_trip a SET person_key = b.person_key FROM transport_trip b WHERE a.status = 'scheduled'"
        " AND b.status = 'scheduled' AND a.dispatch_area = 'area1' AND b.dispatch_area = 'area2'"
    ],
    "INV-04-critical": [
        "UPDATE access_accessrequest SET is_critical = true, person_key = '00000000-0000-0000-0000-000000000001'"
        " WHERE status = 'approved' AND case_ref NOT IN (SELECT case_ref FROM transport_trip)"
    ],
    "INV-04-way": [
        "UPDATE transport_trip a SET person_key = b.person_key, arrive_by = a.arrive_by + interval '1 hour',"
        " pickup_planned_at = a.pickup_planned_at + interval '1 hour',"
        " dropoff_planned_at = a.dropoff_planned_at + interval '1 hour' FROM transport_trip b"
        " WHERE a.status = 'scheduled' AND b.status = 'scheduled'"
        " AND a.dispatch_area = 'area1' AND b.dispatch_area = 'area2'"
    ],
    "INV-05": ["UPDATE transport_trip SET arrive_by = arrive_by - interval '3 hours' WHERE status = 'scheduled'"],
    "INV-06-back": [
        "UPDATE transport_trip SET status = 'cancelled', reserved_run_id = NULL WHERE direction = 'inbound'"
        " AND case_ref IN (SELECT case_ref FROM transport_trip WHERE status = 'scheduled')"
    ],
    "INV-06-kept": ["UPDATE transport_run SET status = 'completed' WHERE status = 'draft'"],
    "INV-06-place": [
        "UPDATE hospitals_appointment SET case_ref = gen_random_uuid() WHERE status = 'booked'"
        " AND case_ref IN (SELECT case_ref FROM transport_trip WHERE direction = 'outbound' AND status = 'scheduled')"
    ],
    "INV-06-run": ["UPDATE transport_run SET status = 'cancelled' WHERE status = 'draft'"],
    "INV-08": [
        "INSERT INTO core_auditevent (at, recorded_at, actor_key, actor_label, actor_role, actor_place, verb, model,"
        " object_id, case_ref, old_status, new_status, reason, detail, request_id, offline)"
        " SELECT at, recorded_at, actor_key, actor_label, actor_role, actor_place, verb, model, object_id, case_ref,"
        " old_status, new_status, reason, detail, request_id, offline FROM core_auditevent WHERE verb = 'request.submit'"
    ],
    "INV-08-need": ["UPDATE access_careneed a SET person_key = b.person_key FROM access_careneed b WHERE a.id < b.id"],
    "INV-08-number": ["UPDATE access_resident SET id_index = 'the same', id_kind = 'resident_id', id_fault = ''"],
    "INV-10-request": ["UPDATE access_accessrequest SET approved_at = NULL WHERE status = 'approved'"],
    "INV-12": ["UPDATE access_accessrequest SET owner_place = ''"],
    "INV-13": ["UPDATE access_accessrequest SET next_check_at = NULL"],
    "INV-17-absence": [
        "INSERT INTO access_absence (resident_id, person_key, kind, since, note, said_by, ended_by)"
        " SELECT r.resident_id, r.person_key, 'died', now(), '', 'x', '' FROM access_accessrequest r"
        " JOIN access_facts f ON f.request_id = r.id"
        " WHERE r.status = 'approved' AND r.resident_id IS NOT NULL AND NOT f.is_out AND NOT r.is_critical LIMIT 1"
    ],
    "INV-18": [
        "ALTER VIEW access_outside RENAME TO outside_before",
        "CREATE VIEW access_outside AS SELECT * FROM outside_before WHERE false",
    ],
    "INV-19": [
        "UPDATE access_accessrequest SET status = 'closed', closed_at = now(), outcome = 'home'"
        " WHERE case_ref IN (SELECT case_ref FROM hospitals_intake WHERE NOT is_walk_in)"
    ],
    "INV-19b": [_ONE_INTAKE.format("status = 'transferred', accepted_by = '乙院 陈', ended_at = now()")],
    "INV-20": [
        _ONE_INTAKE.format("status = 'released', ready_at = now() - interval '1 hour', ended_at = now()"),
        "UPDATE access_accessrequest SET owner_role = 'intake', owner_place = 'F1'",
    ],
    "INV-21": ["UPDATE communities_scan SET direction = 'entry', answer = 'red' WHERE decision = 'let_out'"],
    "calls_without_owner": ["UPDATE calls_opencall SET owner_place = ''"],
    "INV-23": ["UPDATE communities_gatepass SET pass_id = (SELECT pass_id FROM communities_gatepass LIMIT 1)"],
    "INV-25": ["UPDATE communities_gatepass SET key_id = 0"],
    "INV-26": ["UPDATE communities_scan SET event_id = (SELECT event_id FROM communities_scan LIMIT 1)"],
    "INV-28": ["UPDATE communities_scan SET is_emergency = false WHERE decision = 'emergency'"],
    "INV-29": ["DELETE FROM hospitals_intake WHERE status = 'in_treatment'"],
    "INV-30": [
        _ONE_INTAKE.format("handed_over_at = NULL, handed_over_by = '', hand_over_due_at = now() - interval '2 hours'")
    ],
    "INV-30b": [_ONE_INTAKE.format("status = 'released', ready_at = NULL, ended_at = now()")],
    "INV-31": ["UPDATE access_resident SET phone_sealed = '13800000000'::bytea WHERE length(phone_sealed) > 0"],
    GUARDS: [],  # broken already where the guards are gone
    "infection_machine_mixed": ["UPDATE hospitals_appointment SET machine_class = 'HBV' WHERE status = 'booked'"],
    "rulebook_rows_fit": [
        "INSERT INTO communities_policydocument (code, title, issuer, level) VALUES ('d', '某区', '', '')",
        "INSERT INTO communities_policyrule (document_id, key, value, scope, zone_classes, need_kinds, is_mandatory, quote)"
        " VALUES ('d', 'waiting.target_min', '\"abc\"', '', '{}', '{}', false, '')",
    ],
    "INV-36": ["UPDATE core_outboxmessage SET created_at = now() - interval '1 hour', delivered_at = NULL"],
    "INV-37": [
        "DELETE FROM core_workerheartbeat",  # whatever a test before wrote down and kept
        "INSERT INTO core_workerheartbeat (name, beaten_at, silent_since)"
        " VALUES ('relay', clock_timestamp(), NULL), ('dispatch', NULL, clock_timestamp() - interval '2 minutes')",
    ],
    "INV-41": [
        "INSERT INTO core_auditevent (at, recorded_at, actor_key, actor_label, actor_role, actor_place, verb, model,"
        " object_id, old_status, new_status, reason, detail, request_id, offline)"
        " VALUES (now(), clock_timestamp(), 'x', 'x', '', '', 'intake.release', 'hospitals.intake', '1', 'in_treatment',"
        " 'released', '', '{}', '', false)"
    ],
}


def _broken() -> list[dict[str, Any]]:
    """Return what is broken beside the guards, which this town has lost."""
    found = breaches()
    assert GUARDS in [row["id"] for row in found]
    return [row for row in found if row["id"] != GUARDS]


def _sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _drop_every_guard() -> None:
    """Take away what normally makes a breach impossible: triggers, checks, unique and exclusion constraints."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT format('ALTER TABLE %I DISABLE TRIGGER USER', relname) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " UNION ALL SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)"
            " FROM pg_constraint WHERE contype IN ('c', 'u', 'x') AND connamespace = 'public'::regnamespace"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = pg_constraint.conindid"
            "  AND pg_constraint.conindid <> 0)"
        )
        statements = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT format('DROP INDEX %I', i.indexrelid::regclass::text) FROM pg_index i"
            " WHERE i.indisunique AND NOT i.indisprimary AND i.indrelid IN (SELECT oid FROM pg_class"
            "  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
        )
        statements += [row[0] for row in cursor.fetchall()]
    _sql(*statements)


@pytest.fixture(scope="module")
def sides(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[town.Side, town.Side]]:
    """A town without guards, in a transaction that is thrown away."""
    with django_db_blocker.unblock(), transaction.atomic():
        town.patient()
        built = town.both()
        assert breaches() == []
        _drop_every_guard()
        yield built
        transaction.set_rollback(True)


def test_what_the_services_made_is_sound(sides: tuple[town.Side, town.Side]) -> None:
    assert _broken() == []


def test_every_invariant_has_a_breaker_and_an_id_of_its_own() -> None:
    idents = [each.ident for each in all_invariants()]

    assert sorted(set(idents)) == idents, "two promises share an id"
    assert set(idents) == set(BREAKERS)


@pytest.mark.parametrize("ident", sorted(BREAKERS))
def test_the_broken_promise_is_named(ident: str, sides: tuple[town.Side, town.Side]) -> None:
    _sql(*BREAKERS[ident])

    found = breaches() if ident == GUARDS else _broken()

    assert [row["id"] for row in found] == [ident]
    assert found[0]["examples"]


def test_the_command_says_which_and_ends_with_a_fault(sides: tuple[town.Side, town.Side]) -> None:
    _sql(*BREAKERS["INV-01"])
    said = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants", "--json", stdout=said)

    assert ended.value.code == 1
    assert [row["id"] for row in json.loads(said.getvalue())["broken"]] == ["INV-01", GUARDS]


def test_a_message_that_never_leaves_is_named(sides: tuple[town.Side, town.Side]) -> None:
    """A message that fails again and again stays waiting and is seen after five minutes (INV-36)."""
    side = sides[0]
    inside = side.cases["inside"].request
    message = outbox.put(LeftGate(case_ref=inside.case_ref, at=inside.submitted_at, scan_id=""))
    _sql(
        "UPDATE core_outboxmessage SET delivered_at = now()",
        "UPDATE core_outboxmessage SET delivered_at = NULL, attempts = 9, created_at = now() - interval '6 minutes'"
        f" WHERE id = {message.pk}",
    )

    assert [row["id"] for row in _broken()] == ["INV-36"]
