"""The web process dies, or the wire is cut, after the commit and before the answer (INV-08, F29, F30, F31)."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import uuid
from contextlib import suppress

from ops.process import wait_until
from ops.servers import Stack, descendants
from tests.faults.client import register
from tests.faults.conftest import LONG
from tests.faults.history import OK, UNKNOWN, History
from tests.faults.load import Writers, broken, stored, writing
from tests.faults.proxy import Wire


def test_an_answer_lost_on_the_wire_is_given_again(stack: Stack) -> None:
    """The effect is there once, and the repeated form leads to the same place."""
    history = History()
    with Wire(stack.setup.port) as wire:
        writers = Writers(wire.address, history)
        keys = [uuid.uuid4().hex for _ in range(10)]
        wire.cut = True
        lost = [writers.create(key) for key in keys]
        before = sorted(stored(stack, history))
        wire.cut = False
        again = [writers.create(key) for key in keys for _ in range(2)]

    assert lost == [UNKNOWN] * 10
    assert wire.swallowed == 10
    assert len(before) == 10, "the server had committed each before its answer was lost"
    assert again == [OK] * 20
    assert sorted(stored(stack, history)) == before
    assert history.faults(before) == []


def test_a_form_pressed_many_times_at_once_acts_once(stack: Stack, address: str) -> None:
    history = History()
    writers = Writers(address, history)
    key = uuid.uuid4().hex
    answers: list[tuple[int, str]] = []

    def press() -> None:
        answer = register(writers.first, f"故{key}", key=key)
        answers.append((answer.status, answer.location))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    [(_, ident)] = stored(stack, history)
    assert set(answers) <= {(302, f"/residents/{ident}/"), (409, "")}
    assert (302, f"/residents/{ident}/") in answers


def test_web_workers_killed_under_load_lose_and_double_nothing(stack: Stack, address: str) -> None:
    """Workers die at random moments; the master brings new ones; every create is there once."""
    history, dice = History(), random.Random(20220628)
    master = stack.children["web"].pid
    with writing(address, history, 8) as writers:
        for _ in range(int(6 * LONG)):
            time.sleep(dice.uniform(0.3, 0.9))
            victims = descendants(master)
            with suppress(ProcessLookupError):
                os.kill(dice.choice(victims), signal.SIGKILL)
            assert wait_until(lambda: len(descendants(master)) >= 2, 30)
    writers.settle()

    assert history.count(UNKNOWN) > 0, "no worker died at work: the test proved nothing"
    assert history.count(OK) > 10
    assert history.faults(stored(stack, history)) == []
    assert set(history.last_outcome().values()) == {OK}
    assert broken(stack) == []
