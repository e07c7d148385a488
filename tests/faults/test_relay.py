"""The relay dies between a message and its effect, or runs twice: each effect is there once (INV-36, F18, F23)."""

from __future__ import annotations

import uuid

from ops.process import wait_until
from ops.servers import Stack
from tests.factories.town import PASSWORD
from tests.faults.client import Person
from tests.faults.history import OK, History
from tests.faults.load import broken, ready, stored, writing

WAITING = "SELECT count(*) FROM core_outboxmessage WHERE delivered_at IS NULL"
REQUESTS = (
    "SELECT count(*) FROM communities_scan s JOIN access_accessrequest r ON r.case_ref = s.case_ref"
    " WHERE s.decision = 'emergency'"
)
TAKEN_UP_TWICE = (
    "SELECT case_ref FROM access_accessrequest GROUP BY case_ref HAVING count(*) > 1"
    " UNION ALL SELECT case_ref FROM core_auditevent WHERE verb = 'request.submit' OR verb LIKE 'request.emergency%'"
    " GROUP BY case_ref, verb HAVING count(*) > 1"
)


def one(stack: Stack, query: str) -> int:
    with stack.connect() as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    return row[0] if row else -1


def emergencies(stack: Stack, count: int) -> None:
    """Let the guard release so many."""
    guard = Person(f"http://127.0.0.1:{stack.setup.port}", patience=30)
    guard.sign_in("guard1", PASSWORD)
    for _ in range(count):
        assert guard.post("/gate/emergency/", {"event_id": str(uuid.uuid4())}).status == 302


def settled(stack: Stack) -> None:
    assert wait_until(lambda: one(stack, WAITING) == 0, 60)
    with stack.connect() as connection:
        assert connection.execute(TAKEN_UP_TWICE).fetchall() == []  # type: ignore[arg-type]
    assert broken(stack, is_relay_running=True) == []


def test_a_relay_killed_in_the_middle_delivers_again_and_acts_once(stack: Stack) -> None:
    """Held in the middle of its effect by a lock, killed there, and started again."""
    ready(stack)
    assert wait_until(lambda: one(stack, WAITING) == 0, 60)
    before = one(stack, REQUESTS)
    with stack.connect() as lock:
        lock.execute("LOCK TABLE access_accessrequest IN EXCLUSIVE MODE")
        emergencies(stack, 1)
        blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        assert wait_until(lambda: one(stack, blocked) >= 1, 30), "the relay stands in the middle of its effect"
        stack.kill("relay")
        lock.rollback()
    assert one(stack, REQUESTS) == before
    assert one(stack, WAITING) >= 1

    ready(stack)

    settled(stack)
    assert one(stack, REQUESTS) == before + 1


def test_two_relays_at_once_hand_each_message_over_once(stack: Stack) -> None:
    before = one(stack, REQUESTS)
    last = one(stack, "SELECT max(id) FROM core_outboxmessage")
    ready(stack)
    stack.children["relay-first"] = stack.children.pop("relay")
    stack.freeze("relay-first")
    ready(stack)
    stack.freeze("relay")
    emergencies(stack, 30)
    stack.thaw("relay-first")
    stack.thaw("relay")

    settled(stack)

    assert one(stack, REQUESTS) == before + 30
    assert one(stack, f"SELECT max(attempts) FROM core_outboxmessage WHERE id > {last}") == 1


def test_a_message_delivered_twice_acts_once(stack: Stack) -> None:
    """What a relay that died after the effect of an older version would do: hand the same fact over again."""
    emergencies(stack, 3)
    ready(stack)
    assert wait_until(lambda: one(stack, WAITING) == 0, 60)
    before = one(stack, "SELECT count(*) FROM access_accessrequest")
    with stack.connect() as connection:
        connection.execute("UPDATE core_outboxmessage SET delivered_at = NULL, next_try_at = now()")

    settled(stack)

    assert one(stack, "SELECT count(*) FROM access_accessrequest") == before


def test_everything_killed_at_once_comes_back_whole(stack: Stack, address: str) -> None:
    """F41: a power cut under load; the same files, started again in another order."""
    ready(stack)
    assert wait_until(lambda: one(stack, WAITING) == 0, 60)
    requests, history = one(stack, REQUESTS), History()
    with writing(address, history, 6) as writers:
        emergencies(stack, 5)
        assert wait_until(lambda: history.count(OK) > 10, 60)
        for name in ("web", "postgres", "relay", "valkey"):
            stack.kill(name)
        for name in ("relay", "postgres", "web", "valkey"):
            stack.restart(name)
        revived = history.count(OK)
        assert wait_until(lambda: history.count(OK) > revived, 60), "people can work again"
    writers.settle()

    assert history.faults(stored(stack, history)) == []
    assert set(history.last_outcome().values()) == {OK}
    settled(stack)
    assert one(stack, REQUESTS) == requests + 5
