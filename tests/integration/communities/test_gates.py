"""Scans are facts: INV-21, INV-26, INV-28, R-002-2b, R-000-7."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from communities import selectors
from communities.invariants import INVARIANTS
from communities.models import Scan
from communities.services import checks, gates
from communities.services.gates import ScanEvent
from core.errors import Conflict
from core.management.commands.check_invariants import breaches
from core.models import AuditEvent, OutboxMessage
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 4, 20, tzinfo=UTC)


def _out(row, **fields) -> ScanEvent:
    return ScanEvent(event_id=uuid.uuid4(), direction="exit", decision="let_out", gate_pass=row, **fields)


def _in(row, **fields) -> ScanEvent:
    return ScanEvent(event_id=uuid.uuid4(), direction="entry", decision="let_in", gate_pass=row, **fields)


@pytest.fixture
def gate():
    return make.gate(make.community())


def test_exit_and_entry_are_stored_and_told(gate):
    row = make.gate_pass(NOW)

    out = gates.scan(gate, event=_out(row), by=make.GUARD, at=NOW)
    back = gates.scan(gate, event=_in(row), by=make.GUARD, at=NOW + timedelta(hours=5))

    assert (out.answer, out.case_ref, out.building) == ("green", row.case_ref, "5号楼")
    assert back.answer == "green"
    kinds = list(OutboxMessage.objects.order_by("id").values_list("kind", "payload__scan_id"))
    assert kinds == [("gate.exit", str(out.pk)), ("gate.entry", str(back.pk))]
    assert not selectors.passage(row.case_ref).is_out
    assert AuditEvent.objects.filter(verb="scan.let_out", case_ref=row.case_ref).count() == 1


def test_same_event_twice_is_one_row(gate):
    """INV-26."""
    event = _out(make.gate_pass(NOW))

    first = gates.store(gate, event=event, by=make.GUARD, at=NOW)
    second = gates.store(gate, event=event, by=make.GUARD, at=NOW + timedelta(hours=1))

    assert first[1] == "stored"
    assert second == (first[0], "already")
    assert OutboxMessage.objects.count() == 1


def test_same_id_with_other_content_is_set_aside(gate):
    """INV-26: quarantined, alerted, never applied."""
    event = _out(make.gate_pass(NOW))
    first = gates.scan(gate, event=event, by=make.GUARD, at=NOW)

    row, outcome = gates.store(gate, event=replace(event, direction="entry", decision="let_in"), by=make.GUARD, at=NOW)

    assert (row, outcome) == (first, "quarantined")
    assert Scan.objects.get().direction == "exit"
    assert AuditEvent.objects.filter(verb="scan.quarantine").count() == 1


def test_odd_scans_are_stored_all_the_same(gate):
    """INV-28: another community's pass, an unknown code, a return without an exit, a device clock ahead."""
    stranger = make.gate_pass(NOW, of=make.community(make.NEXT_DOOR, "青年家园"))
    home = make.gate_pass(NOW)

    other = gates.scan(gate, event=_out(stranger), by=make.GUARD, at=NOW)
    unknown = gates.scan(
        gate,
        event=ScanEvent(uuid.uuid4(), "entry", "checked", code_text="9999"),
        by=make.GUARD,
        at=NOW,
    )
    ahead = gates.scan(gate, event=_in(home, happened_at=NOW + timedelta(days=2)), by=make.GUARD, at=NOW)

    elsewhere = gates.scan(gate, event=_in(stranger), by=make.GUARD, at=NOW)

    assert (other.answer, other.reason, other.case_ref) == ("amber", "other_community", stranger.case_ref)
    assert elsewhere.case_ref is None
    assert selectors.passage(stranger.case_ref).is_out
    assert (unknown.answer, unknown.case_ref) == ("amber", None)
    assert (ahead.answer, ahead.happened_at) == ("green", NOW)


def test_void_or_expired_pass_still_comes_home_green(gate):
    """INV-21, R-002: the right to come home never ends."""
    row = make.gate_pass(NOW)
    gates.scan(gate, event=_out(row), by=make.GUARD, at=NOW)

    late = checks.look_at_pass(gate, gate_pass=row, at=NOW + timedelta(days=3))

    assert (late.direction, late.verdict.answer) == ("entry", "green")


def test_second_exit_asks_with_the_time_of_the_first(gate):
    row = make.gate_pass(NOW)
    gates.scan(gate, event=_out(row), by=make.GUARD, at=NOW)

    again = checks.look_at_code(gate, code=row.token, at=NOW + timedelta(minutes=5), direction="exit")

    assert (again.verdict.answer, again.verdict.reason) == ("amber", "used_out")


def test_forged_code_is_red_out_and_amber_home(gate):
    row = make.gate_pass(NOW)
    forged = row.token[:-3] + ("000" if row.token[-3:] != "000" else "100")

    asked = checks.look_at_code(gate, code=forged, at=NOW)

    assert (asked.direction, asked.verdict.answer, asked.verdict.reason) == ("", "amber", "ask_direction")
    assert checks.look_at_code(gate, code=forged, at=NOW, direction="exit").verdict.answer == "red"
    assert checks.look_at_code(gate, code=forged, at=NOW, direction="entry").verdict.answer == "amber"


@pytest.mark.parametrize(
    ("key", "number"), [("another-secret-after-the-loss", 1), ("another-secret-after-the-loss", 9)]
)
def test_a_lost_signing_key_locks_nobody_out(gate, settings, key, number):
    """INV-21: no code verifies any more; whoever is out is still guessed to come home, and their case goes home.

    The twin: of somebody who is not out the same code says nothing, and the guard is asked.
    """
    out, inside = make.gate_pass(NOW), make.gate_pass(NOW)
    gates.scan(gate, event=_out(out), by=make.GUARD, at=NOW)
    settings.PASS_SIGNING_KEY, settings.PASS_KEY_NUMBER = key, number

    look = checks.look_at_code(gate, code=out.token, at=NOW + timedelta(hours=2))
    event = ScanEvent(uuid.uuid4(), look.direction, "checked", gate_pass=look.gate_pass, code_text=out.token)
    home = gates.scan(gate, event=event, by=make.GUARD, at=NOW + timedelta(hours=2))
    unasked = checks.look_at_code(gate, code=inside.token, at=NOW)

    assert (look.direction, look.verdict.answer, look.gate_pass) == ("entry", "amber", out)
    assert (home.answer, home.reason, home.case_ref) == ("amber", "bad_code_home", out.case_ref)
    assert not selectors.passage(out.case_ref).is_out
    assert (unasked.direction, unasked.verdict.answer, unasked.gate_pass) == ("", "amber", None)


def test_signed_code_speaks_for_itself_when_the_row_is_lost(gate):
    """INV-24: after a restore an issued pass is still accepted."""
    row = make.gate_pass(NOW)
    row.delete()

    look = checks.look_at_code(gate, code=row.token, at=NOW)

    assert (look.verdict.answer, look.gate_pass) == ("green", None)


def test_emergency_release_is_one_row_one_case_one_message(gate):
    """R-002-2b: no pass, no certificate, no test; the same press twice opens one case."""
    event_id = uuid.uuid4()

    first = gates.emergency_release(gate, event_id=event_id, by=make.GUARD, at=NOW)
    second = gates.emergency_release(gate, event_id=event_id, by=make.GUARD, at=NOW)
    gates.add_detail(first, building="5号楼", party_size=2, has_ambulance=False, by=make.GUARD, at=NOW)

    assert first == second
    assert first.is_emergency
    kinds = list(OutboxMessage.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["gate.emergency", "gate.emergency_detail"]
    assert selectors.passage(first.case_ref).is_out


def test_exit_pressed_by_mistake_is_taken_back_within_moments(gate):
    row = make.gate_pass(NOW)
    scan = gates.scan(gate, event=_out(row), by=make.GUARD, at=NOW)

    gates.correct(scan, by=make.GUARD, at=NOW + timedelta(seconds=8))
    gates.correct(scan, by=make.GUARD, at=NOW + timedelta(seconds=9))

    assert not selectors.passage(row.case_ref).is_out
    assert Scan.objects.count() == 1
    assert AuditEvent.objects.filter(verb="scan.undo").count() == 1


def test_entry_emergency_and_old_scans_are_not_taken_back(gate):
    row = make.gate_pass(NOW)
    out = gates.scan(gate, event=_out(row), by=make.GUARD, at=NOW)
    back = gates.scan(gate, event=_in(row), by=make.GUARD, at=NOW)
    urgent = gates.emergency_release(gate, event_id=uuid.uuid4(), by=make.GUARD, at=NOW)

    for scan, at in [(out, NOW + timedelta(minutes=5)), (back, NOW), (urgent, NOW)]:
        with pytest.raises(Conflict):
            gates.correct(scan, by=make.GUARD, at=at)


def test_scan_rows_cannot_be_changed(gate):
    """INV-33."""
    scan = gates.scan(gate, event=_out(make.gate_pass(NOW)), by=make.GUARD, at=NOW)

    with pytest.raises(DatabaseError), transaction.atomic():
        Scan.objects.filter(pk=scan.pk).update(direction="entry")


BROKEN = {
    "INV-21": "UPDATE communities_scan SET direction = 'entry', answer = 'red'",
    "INV-25": "UPDATE communities_gatepass SET key_id = 0",
    "INV-28": "UPDATE communities_scan SET case_ref = gen_random_uuid()",
}


@pytest.mark.parametrize("ident", list(BROKEN))
def test_checker_names_the_broken_invariant(gate, ident):
    gates.scan(gate, event=_out(make.gate_pass(NOW)), by=make.GUARD, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE communities_scan DISABLE TRIGGER USER")
        cursor.execute(BROKEN[ident])

    assert ident in {row["id"] for row in breaches()}


def test_checker_names_two_issued_passes_and_two_equal_events(gate):
    """INV-23, INV-26."""
    gates.scan(gate, event=_out(make.gate_pass(NOW)), by=make.GUARD, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, key, constraints in [
            ("communities_gatepass", "short_code", ["one_issued_pass_per_case", "pass_id_once", "pass_number_once"]),
            ("communities_scan", "", ["communities_scan_event_id_key"]),
        ]:
            for name in constraints:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
                cursor.execute(f"DROP INDEX IF EXISTS {name}")
            other = f", {key} = 'OTHER'" if key else ""
            cursor.execute(f"CREATE TEMP TABLE twin AS SELECT * FROM {table}")
            cursor.execute(f"UPDATE twin SET id = gen_random_uuid(){other}")
            cursor.execute(f"INSERT INTO {table} SELECT * FROM twin")
            cursor.execute("DROP TABLE twin")

    assert {"INV-23", "INV-26"} <= {row["id"] for row in breaches()}


def test_everything_in_order_breaks_nothing(gate):
    row = make.gate_pass(NOW)
    gates.scan(gate, event=_out(row), by=make.GUARD, at=NOW)
    gates.emergency_release(gate, event_id=uuid.uuid4(), by=make.GUARD, at=NOW)

    own = {each.ident for each in INVARIANTS}  # who the people are is for the apps above to know
    assert not own & {row["id"] for row in breaches()}
