"""Issuing and voiding passes: R-000-5, INV-19, INV-23."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from communities import selectors, tokens
from communities.models import GatePass, Scan
from communities.services import passes
from communities.states import Reading
from core.models import AuditEvent
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 4, 20, tzinfo=UTC)


def _went(row: GatePass, direction: str, at: datetime) -> Scan:
    return Scan.objects.create(
        event_id=uuid.uuid4(),
        gate=row.community.gates.first(),
        community=row.community,
        gate_pass=row,
        case_ref=row.case_ref,
        direction=direction,
        answer="green",
        decision="let_out" if direction == "exit" else "let_in",
        happened_at=at,
        operator_key="user:x",
        operator_label="孙师傅",
    )


def test_issue_signs_a_code_that_reads_back():
    row = make.gate_pass(NOW)

    reading = tokens.read(row.token, passes.key_ring())

    assert reading.reading == Reading.GOOD
    assert reading.payload is not None
    assert reading.payload.pass_id == row.pass_id
    assert row.number.startswith("0628-")
    assert AuditEvent.objects.filter(verb="pass.issue", object_id=str(row.pk)).count() == 1


def test_issue_again_with_the_same_facts_keeps_the_pass():
    case, card = uuid.uuid4(), make.card()
    facts = {"community": make.community(), "case_ref": case, "window": make.window(NOW), "by": make.BY, "at": NOW}

    first = passes.issue(card, **facts)
    second = passes.issue(card, **facts)

    assert first == second


def test_issue_with_other_facts_replaces_while_nobody_is_out():
    """INV-23: one issued pass per case."""
    first = make.gate_pass(NOW)
    second = make.gate_pass(NOW, case_ref=first.case_ref, party_size=1, has_escort=False)

    assert GatePass.objects.issued().get(case_ref=first.case_ref) == second
    assert GatePass.objects.get(pk=first.pk).status == "void"


def test_pass_in_the_hands_of_somebody_out_is_neither_replaced_nor_voided():
    """INV-19."""
    row = make.gate_pass(NOW)
    _went(row, "exit", NOW)

    again = make.gate_pass(NOW, case_ref=row.case_ref, party_size=3)
    voided = passes.void_for_case(row.case_ref, by=make.BY, at=NOW, reason="改期")

    assert again == row
    assert voided is False
    assert selectors.issued_pass(row.case_ref) == row


def test_void_before_anybody_left():
    row = make.gate_pass(NOW)

    assert passes.void_for_case(row.case_ref, by=make.BY, at=NOW, reason="改期") is True
    assert selectors.issued_pass(row.case_ref) is None
    assert passes.void_for_case(row.case_ref, by=make.BY, at=NOW, reason="改期") is False


def test_set_ride_and_move_window_keep_number_and_code_good():
    row = make.gate_pass(NOW)
    later = passes.PassWindow(NOW + timedelta(hours=1), NOW + timedelta(hours=9))

    passes.set_ride(row.case_ref, plate="辽F·7H03", by=make.BY, at=NOW)
    passes.move_window(row.case_ref, window=later, by=make.BY, at=NOW)

    moved = GatePass.objects.get(pk=row.pk)
    payload = tokens.read(moved.token, passes.key_ring()).payload
    assert (moved.number, moved.plate, moved.version) == (row.number, "辽F·7H03", 3)
    assert payload is not None
    assert payload.exit_from == later.exit_from


def test_last_four_find_todays_pass_of_this_community_only():
    home, other = make.community(), make.community(make.NEXT_DOOR, "青年家园")
    row = make.gate_pass(NOW, of=home)
    stranger = make.gate_pass(NOW, of=other)

    assert selectors.passes_by_code(home, row.number[-4:], at=NOW) == [row]
    assert selectors.passes_by_code(home, row.short_code[-4:].lower(), at=NOW) == [row]
    assert row not in selectors.passes_by_code(home, row.number[-4:], at=NOW + timedelta(days=3))
    assert selectors.passes_by_code(home, stranger.short_code, at=NOW) == [stranger]
    assert selectors.passes_by_code(home, stranger.number, at=NOW) == []
