"""PostgreSQL dies under writers (INV-08, F01): what was promised is there, once; while it is down nobody is lied to."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from ops.process import wait_until
from ops.servers import Stack
from tests.faults.client import Answer, Person
from tests.faults.conftest import LONG
from tests.faults.history import OK, UNKNOWN, History
from tests.faults.load import broken, stored, writing


def test_killed_database_keeps_every_promise(stack: Stack, address: str) -> None:
    history = History()
    with writing(address, history, 8) as writers:
        for _ in range(int(2 * LONG)):
            time.sleep(2.5)
            stack.kill("postgres")
            time.sleep(1.5)
            stack.restart("postgres")
            time.sleep(1.0)
    before_retry = stored(stack, history)
    assert history.faults(before_retry) == []

    writers.settle()

    assert history.count(OK) > 10
    assert history.count(UNKNOWN) > 0, "nobody was writing when it died: the test proved nothing"
    assert history.faults(stored(stack, history)) == []
    assert set(history.last_outcome().values()) == {OK}
    assert writers.sorry
    assert all(text.startswith("503 ") and ("没存上" in text) for text in writers.sorry), writers.sorry[:2]
    assert broken(stack) == []
    logs = [log for log in stack.places.log.glob("*.log") if "故" in log.read_text(errors="replace")]
    assert logs == [], "no log holds a name, whatever failed"


def test_while_the_database_is_away_every_page_says_so(stack: Stack, address: str, seed: dict[str, Any]) -> None:
    """503 with words a person can act on; 503 in the API's own form; health tells alive from ready."""
    person = Person(address)
    person.sign_in("staff1", "a-long-test-password")
    stack.kill("postgres")

    pages = ["/", "/sign-in/", "/residents/", "/residents/new/", f"/residents/{seed['resident']}/", "/passes/"]
    form = {"username": "staff1", "password": "a-long-test-password"}
    asks: dict[str, Callable[[], Answer]] = {path: partial(person.get, path) for path in pages}
    asks |= {
        "sign in": partial(person.post, "/sign-in/", form),
        "register": partial(person.post, "/residents/new/", {"name": "王小"}),
        "prefer": partial(person.post, "/prefer/", {"large": "1"}),
        "api": partial(person.get, "/api/gate/sync"),
    }
    with ThreadPoolExecutor(5) as pool:  # each waits some seconds for the database before it gives up
        answers = list(zip(asks, pool.map(lambda ask: ask(), asks.values()), strict=True))
    api = answers.pop()[1]

    assert [(path, answer.status) for path, answer in answers] == [(path, 503) for path, _ in answers]
    assert [path for path, answer in answers if "没存上" not in answer.text] == []
    assert (api.status, '"unavailable"' in api.text) == (503, True)
    assert person.get("/health/live").status == 200
    assert person.get("/health/ready").status == 503

    stack.restart("postgres")
    assert wait_until(lambda: person.get("/residents/").status == 200, 30)
