"""Writers that go on while something breaks, and what the tables say afterwards."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from core.management.commands.check_invariants import all_invariants
from ops.process import wait_until
from ops.servers import Stack
from tests.factories.town import PASSWORD
from tests.faults.client import Person, register
from tests.faults.history import OK, UNKNOWN, History


class Writers:
    """Clients that register residents one after another; what was not answered is tried again with its key."""

    def __init__(self, address: str, history: History, *, patience: float = 6.0) -> None:
        self.history, self.stopping = history, threading.Event()
        person = Person(address, patience=30)
        person.sign_in("staff1", PASSWORD)
        person.patience = patience
        self.first = person
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []
        self.sorry: list[str] = []  # what people read while it was down

    def start(self, count: int) -> None:
        """Let so many begin."""
        self.threads = [threading.Thread(target=self._write, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Let each finish what it began; raise what went wrong in any."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        if self.errors:
            raise self.errors[0]

    def _write(self) -> None:
        try:
            while not self.stopping.is_set():
                self.create(uuid.uuid4().hex)
        except BaseException as error:
            self.errors.append(error)

    def create(self, key: str, *, tries: int = 1, pause: float = 0.1) -> str:
        """Register somebody named by the key; return the last outcome."""
        outcome = UNKNOWN
        for _ in range(tries):
            answer = register(self.first, f"故{key}", key=key)
            outcome = answer.outcome
            self.history.note(key, outcome, answer.location if outcome == OK else "", answer.status)
            if answer.status >= 500:
                self.sorry.append(f"{answer.status} {answer.text}")
            if outcome == OK:
                break
            time.sleep(pause)
        return outcome

    def settle(self) -> None:
        """Repeat everything unanswered until it is answered."""
        for key, outcome in self.history.last_outcome().items():
            if outcome != OK:
                last = self.create(key, tries=40, pause=0.25)
                if last != OK:
                    raise AssertionError(f"{key} is still {last} after the fault has passed")


@contextmanager
def writing(address: str, history: History, count: int) -> Iterator[Writers]:
    """Have writers at work for a while."""
    writers = Writers(address, history)
    writers.start(count)
    try:
        yield writers
    finally:
        writers.stop()


def stored(stack: Stack, history: History) -> list[tuple[str, str]]:
    """Return (key, id) of every resident that these clients may have registered since they began."""
    query = "SELECT substr(name, 2), id::text FROM access_resident WHERE name LIKE '故%%' AND registered_at >= %s"
    with stack.connect() as connection:
        return [(key, ident) for key, ident in connection.execute(query, [history.since]).fetchall()]


def broken(stack: Stack, *, is_relay_running: bool = False) -> list[str]:
    """Return the ids of broken invariants; messages may wait while no relay runs."""
    with stack.connect() as connection:
        found = [each.ident for each in all_invariants() if each.sql and connection.execute(each.sql).fetchone()]  # type: ignore[arg-type]
    return [ident for ident in found if is_relay_running or ident != "INV-36"]


def ready(stack: Stack, name: str = "relay") -> None:
    """Start a relay and wait until it works."""
    child = stack.run(name)
    if not wait_until(lambda: b"relay.started" in child.log.read_bytes()[child.log_starts_at :], 90, child=child):
        raise RuntimeError(f"The relay did not come:\n{child.last_words()}")


def percentile(seconds: list[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
