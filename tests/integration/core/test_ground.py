"""One writer of statuses, append-only audit, sealed columns, outbox, clock."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Post
from core import audit, boards, clock, outbox, sealed
from core.actors import service
from core.advance import advance
from core.errors import Conflict
from core.events import Event
from core.models import AuditEvent, BoardChange, OutboxMessage, PersonKey
from hospitals.states import IntakeStatus
from tests.factories import hospitals as factory

pytestmark = pytest.mark.django_db
BY = service("test", "测试")
AT = datetime(2026, 6, 23, 2, 40, tzinfo=UTC)
delivered: list[Event] = []


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    """A fact of these tests."""

    kind: ClassVar[str] = "test.happened"

    number: int = 0
    is_a_life: bool = False

    @property
    def is_urgent(self) -> bool:
        """As the test says."""
        return self.is_a_life


@dataclass(frozen=True, kw_only=True)
class Poisoned(Event):
    """A fact whose service always fails."""

    kind: ClassVar[str] = "test.poisoned"


def take(event: Happened) -> None:
    """Stand for a service of a higher app."""
    delivered.append(event)


def poison(event: Poisoned) -> None:
    """Stand for a service that always fails."""
    raise ValueError("poison")


def test_advance_writes_status_version_and_audit_together() -> None:
    intake = factory.make_intake()

    advance(intake, IntakeStatus.IN_TREATMENT, by=BY, at=AT)

    intake.refresh_from_db()
    assert (intake.status, intake.version) == (IntakeStatus.IN_TREATMENT, 2)
    event = AuditEvent.objects.get(model="hospitals.intake", verb="intake.in_treatment")
    assert (event.old_status, event.new_status, event.case_ref) == ("arrived", "in_treatment", intake.case_ref)


def test_advance_of_a_stale_row_loses_the_race() -> None:
    """INV-10: the status is changed on condition of the one that was read."""
    first = factory.make_intake()
    second = type(first).objects.get(pk=first.pk)
    advance(first, IntakeStatus.IN_TREATMENT, by=BY, at=AT)

    with pytest.raises(Conflict) as caught:
        advance(second, IntakeStatus.IN_TREATMENT, by=BY, at=AT)

    assert caught.value.code == "state.lost_race"


def test_database_refuses_an_unlisted_move_by_raw_sql() -> None:
    """INV-10: the trigger is made from the same table."""
    intake = factory.make_intake()
    advance(intake, IntakeStatus.ADMITTED, by=BY, at=AT)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE hospitals_intake SET status = 'transferred' WHERE id = %s", [intake.pk])


@pytest.mark.parametrize("statement", ["UPDATE core_auditevent SET reason = 'x'", "DELETE FROM core_auditevent"])
def test_audit_rows_cannot_be_changed(statement: str) -> None:
    """INV-33."""
    audit.record("test.done", by=BY, at=AT)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_sealed_value_reads_back_and_is_not_in_the_row() -> None:
    """INV-31: sensitive columns hold ciphertext bound to table, column and row."""
    person = sealed.create_person_key()
    place = "table.column.row"

    blob = sealed.seal("15412345678", person, place)

    assert b"15412345678" not in blob
    assert sealed.unseal(blob, person, place) == "15412345678"
    assert sealed.unseal(blob, person, "table.column.other") == sealed.UNREADABLE


def test_destroyed_key_makes_the_value_unreadable_and_stops_nobody() -> None:
    person = sealed.create_person_key()
    blob = sealed.seal("secret", person, "p")
    PersonKey.objects.filter(pk=person).delete()
    sealed.forget()

    assert sealed.unseal(blob, person, "p") == sealed.UNREADABLE


def test_blind_index_finds_equal_values_only() -> None:
    assert sealed.blind_index("phone", "1") == sealed.blind_index("phone", "1")
    assert sealed.blind_index("phone", "1") != sealed.blind_index("id_no", "1")


def test_outbox_hands_a_message_over_once() -> None:
    """INV-36."""
    delivered.clear()
    fact = Happened(case_ref=uuid.uuid4(), at=AT, number=7)
    outbox.put(fact)

    while outbox.deliver_next({Happened: (take,)}):
        pass

    assert delivered == [fact]


def test_everybody_registered_hears_a_fact_or_nobody_has() -> None:
    """Two handlers are one delivery: where the second fails, what the first wrote is taken back."""
    outbox.put(Happened(at=AT))

    outbox.deliver_next({Happened: (lambda _event: audit.record("test.first", by=BY, at=AT), poison)})

    assert not AuditEvent.objects.filter(verb="test.first").exists()
    assert OutboxMessage.objects.get().delivered_at is None


def test_a_fact_nobody_is_registered_for_is_not_delivered() -> None:
    """INV-36: it waits, says why, and is named by the checker when it has waited for five minutes."""
    outbox.put(Happened(at=AT))

    assert outbox.deliver_next({})

    waiting = OutboxMessage.objects.get()
    assert (waiting.delivered_at, waiting.error) == (None, "Unheard")


def test_a_fact_for_the_record_is_delivered_to_nobody() -> None:
    outbox.put(Happened(at=AT))

    outbox.deliver_next({Happened: ()})

    assert OutboxMessage.objects.get().delivered_at


def test_a_fact_of_another_version_is_read() -> None:
    """Old and new code side by side: a key this version does not know is passed over."""
    delivered.clear()
    message = outbox.put(Happened(at=AT, number=7))
    OutboxMessage.objects.filter(pk=message.pk).update(payload=message.payload | {"of_tomorrow": 1})

    outbox.deliver_next({Happened: (take,)})

    assert delivered == [Happened(at=AT, number=7)]


def poison_at_the_end(event: Poisoned) -> None:
    """Stand for a service whose row the database refuses only when the transaction ends: its user is gone."""
    Post.objects.create(user_id=uuid.uuid4(), role="guard", place_kind="gate", place_code="G", place_label="门")


@pytest.mark.parametrize(
    ("service_", "tried", "error"),
    [(poison, 0, "ValueError"), (poison, 32767, "ValueError"), (poison_at_the_end, 0, "IntegrityError")],
    ids=["fails", "has failed for weeks", "fails at the commit"],
)
def test_poison_message_does_not_stop_the_one_behind_it(service_: outbox.Handler, tried: int, error: str) -> None:
    """INV-36: whatever way it fails and however often, what is behind it is handed over."""
    delivered.clear()
    OutboxMessage.objects.filter(pk=outbox.put(Poisoned(at=AT)).pk).update(attempts=tried)
    outbox.put(Happened(at=AT))

    while outbox.deliver_next({Poisoned: (service_,), Happened: (take,)}):
        pass

    assert len(delivered) == 1
    waiting = OutboxMessage.objects.get(delivered_at__isnull=True)
    assert (waiting.kind, waiting.error) == ("test.poisoned", error)
    assert 0 < waiting.attempts <= 32767


def test_a_life_is_handed_over_before_all_that_waits() -> None:
    """R-000-2: an emergency behind a morning's requests; within a rank the order of the facts stays."""
    delivered.clear()
    for number in range(3):
        outbox.put(Happened(at=AT, number=number))
    outbox.put(Happened(at=AT, is_a_life=True, number=3))
    outbox.put(Happened(at=AT, is_a_life=True, number=4))

    while outbox.deliver_next({Happened: (take,)}):
        pass

    assert [event.number for event in delivered] == [3, 4, 0, 1, 2]


def test_clock_follows_the_stored_offset() -> None:
    clock.set_offset(timedelta(days=-100))
    try:
        assert abs((datetime.now(UTC) - clock.now()).days - 100) <= 1
    finally:
        clock.forget()


@pytest.mark.parametrize("turn", ["one", "the other"])
def test_no_test_hands_its_clock_to_the_next(turn: str) -> None:
    """A page that polled once more after its test's end left that test's time to the next one, for five seconds."""
    assert clock.offset() == timedelta()

    clock.set_offset(timedelta(days=-100))
    assert clock.offset() == timedelta(days=-100), turn


def test_local_day_ends_at_sixteen_utc() -> None:
    assert clock.local_day(datetime(2026, 6, 22, 15, 59, tzinfo=UTC)).day == 22
    assert clock.local_day(datetime(2026, 6, 22, 16, 0, tzinfo=UTC)).day == 23


def test_board_is_another_one_after_each_change() -> None:
    marks = [boards.version("a")]
    for changed in (("b", "a"), ("a",)):
        boards.touch(*changed)
        marks.append(boards.version("a"))

    assert len(set(marks)) == 3
    assert boards.version("b") != marks[0]


def test_old_board_changes_are_dropped() -> None:
    boards.touch("a")
    BoardChange.objects.update(changed_at=datetime.now(UTC) - timedelta(hours=1))
    boards.touch("a")

    boards.prune(at=AT)

    assert BoardChange.objects.count() == 1
