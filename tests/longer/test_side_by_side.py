"""The version before and this one at work on one database, from before its migration on.

The old version's database and demo city are migrated by this version while people work; then both answer the same
people for `SIDE_BY_SIDE_S` seconds, 60 by default.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
import pytest

from accounts.demo import DEMO_PASSWORD
from ops.prepare import Preparation
from ops.process import wait_until
from ops.servers import Stack
from tests.faults.client import Person
from tests.faults.load import broken, percentile, ready
from tests.longer.crowd import Crowd, clerk, dispatcher, guard
from tests.longer.old_code import OldCode, before, lacks_history

FIRST_MIGRATION = "core/migrations/0005_installation.py"  # of those this version brings; the history has all of them
SECONDS = float(os.environ.get("SIDE_BY_SIDE_S", "60"))
AT_WORK = (clerk, clerk, clerk, guard, dispatcher)
DONE = ("registration", "search", "request", "edit", "place", "scan", "code", "one number twice")
WRONG = re.compile(r'"level": "(?:error|critical)"|Traceback|\[(?:ERROR|CRITICAL)\]')
# nobody plans here, so people wait; and a number of two records is named until somebody has sorted it out (ADR 0019)
OWED = {"INV-37", "INV-08-number"}
WITHOUT_INDEX = "SELECT count(*) FROM access_resident WHERE search_text = '' OR search_tokens = '{}'"
NUMBERS = (
    "SELECT id_index, count(*), count(*) FILTER (WHERE id_fault = '') FROM access_resident"
    " WHERE archived_at IS NULL AND id_index <> '' GROUP BY id_index HAVING count(*) > 1"
)


@dataclass
class Both:
    """What was at work, and what people saw."""

    stack: Stack
    crowd: Crowd
    migrated_s: float


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Let people work on the old version, migrate under them, and let them work on both."""
    if reason := lacks_history():
        pytest.fail(f"{reason}; clone the whole repository")
    stack = Stack(tmp_path_factory.mktemp("installation"))
    try:
        old = OldCode(before(FIRST_MIGRATION), tmp_path_factory.mktemp("old"), stack)
        stack.places.prepare()
        stack.start_databases()
        for words in (["migrate", "-v", "0"], ["grant_app_role"], ["load_city", str(old.folder / "demo/dandong"), "--demo"]):  # fmt: skip
            old.manage(*words)
        crowd = Crowd({"old": old.web()}, DEMO_PASSWORD)
        with crowd.at_work(*AT_WORK):
            time.sleep(5)
            began = time.monotonic()
            Preparation(stack.setup).database()
            Preparation(stack.setup).installation()
            migrated_s = time.monotonic() - began
            address = stack.web()
            ready(stack)
            stack.beat()
            crowd.sides["new"] = address
            time.sleep(SECONDS)
        yield Both(stack, crowd, migrated_s)
    finally:
        stack.stop()


def test_two_versions_at_work_on_one_database(both: Both) -> None:
    """No request fails at either, and what one writes the other finds."""
    crowd = both.crowd
    for side, seconds in crowd.seconds.items():
        p50, p95 = percentile(seconds, 0.5) * 1000, percentile(seconds, 0.95) * 1000
        sys.stdout.write(f"\n{side}: {len(seconds)} requests, p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    sys.stdout.write(f"\nmigrated under load in {both.migrated_s:.1f} s; {dict(sorted(crowd.answers.items()))}\n")

    assert sorted(set(crowd.faults))[:20] == []
    assert {what: count for what in DONE if min(count := crowd.count(what).values()) < 3} == {}
    for name in ("old-web", "web", "beat"):  # the relay says that nobody plans, which is so here
        log = (both.stack.places.log / f"{name}.log").read_text(errors="replace")
        assert [line for line in log.splitlines() if WRONG.search(line)] == [], name


def test_whoever_the_old_version_wrote_is_found_by_all_that_is_remembered(both: Both) -> None:
    """Housekeeping writes the index of what the old version left; then any four digits find everybody."""
    assert wait_until(lambda: _number(both.stack, WITHOUT_INDEX) == 0, 90)
    person = Person(both.crowd.sides["new"], patience=20)
    person.sign_in("shequ", DEMO_PASSWORD)
    written = [(ident, one) for side, ident, one in both.crowd.registered if side == "old" and one.number % 3]

    assert len(written) > 20
    for ident, one in written[-20:]:
        for words in (f"{one.name} {one.phone[4:9]}", one.name[:2] + " " + one.phone[5:10], one.id_no):
            assert ident in person.get(f"/residents/?q={quote(words)}").text, words


def test_promises_and_guards_hold_on_what_both_wrote(both: Both) -> None:
    """check_invariants is green, no status moves against its table, and one record holds each number (E9, INV-01)."""
    doubled = {row[0]: row[1:] for row in _rows(both.stack, NUMBERS)}

    named = both.stack.manage("check_invariants", check=False)
    assert set(broken(both.stack, is_relay_running=True)) <= OWED, named
    assert len(doubled) >= len(both.crowd.doubles) > 0
    assert set(doubled.values()) == {(2, 1)}
    with both.stack.connect() as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("UPDATE access_accessrequest SET status = 'draft' WHERE status = 'approved'")


def _rows(stack: Stack, query: str) -> list[tuple[object, ...]]:
    with stack.connect() as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def _number(stack: Stack, query: str) -> int:
    return int(_rows(stack, query)[0][0])  # type: ignore[call-overload]
