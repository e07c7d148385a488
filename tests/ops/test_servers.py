"""The private installations that the tests of faults break."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from ops.postgres import APP, OWNER
from ops.prepare import NOT_OURS
from ops.process import wait_until
from ops.say import last_line
from ops.servers import Stack
from ops.services import PLANNING_NICENESS
from tests.ops.newcomer import processes_of


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), template=prepared) as started:
        yield started


def test_killed_database_keeps_what_was_committed(stack: Stack) -> None:
    with stack.connect() as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('said')")

    stack.kill("postgres")
    stack.restart("postgres")

    with stack.connect() as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("said",)]


def test_frozen_server_does_not_answer_and_goes_on_when_thawed(stack: Stack) -> None:
    valkey = stack.databases.valkey
    assert valkey is not None

    stack.freeze("valkey")
    assert not valkey.answers()
    stack.thaw("valkey")

    assert wait_until(valkey.answers, 5)


def test_app_role_cannot_change_tables(stack: Stack) -> None:
    with stack.connect(APP) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (word text)")


def test_the_worker_that_plans_gives_way_to_the_urgent_one(stack: Stack) -> None:
    """Where the machine is full, a page and an emergency do not wait for everybody's day to be planned."""
    stack.worker(), stack.urgent()

    nice = {
        name: {os.getpriority(os.PRIO_PROCESS, pid) for pid in stack.pids(name)} for name in ("worker", "worker-urgent")
    }

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert nice == {"worker": {own + PLANNING_NICENESS}, "worker-urgent": {own}}


@pytest.mark.parametrize("role", [OWNER, APP])
def test_time_outs_are_the_roles_own(stack: Stack, role: str) -> None:
    """Whoever connects has them, with nothing in the address: a pooler would not hand options on (faults.md 2)."""
    with stack.connect(role) as connection:
        asked = "SELECT name, setting::int FROM pg_settings WHERE name = ANY(%s)"
        found = dict(connection.execute(asked, [list(settings.DATABASE_LIMITS)]).fetchall())

    assert found == settings.DATABASE_LIMITS
    assert found["statement_timeout"] == 15000
    assert "options" not in settings.DATABASES["default"]["OPTIONS"]


def test_stop_leaves_no_process(tmp_path: Path, prepared: Path) -> None:
    with Stack(tmp_path, template=prepared) as stack:
        stack.relay()
        stack.freeze("relay")
        assert len(processes_of(tmp_path)) > 3
        assert stack.children["relay"].stop_signal == signal.SIGTERM

    assert processes_of(tmp_path) == []


def test_no_process_works_on_a_database_of_another_kind(tmp_path: Path, prepared: Path) -> None:
    """The twin: every other test here starts them on a database that is theirs."""
    with Stack(tmp_path, template=prepared) as stack:
        with stack.connect() as connection:
            connection.execute("INSERT INTO core_installation VALUES (1, 'production', '{}', now())")

        assert_nothing_starts(stack, ("web", "live", "worker", "relay"), "belongs to a production installation")


def test_no_process_works_with_keys_of_another_database(tmp_path: Path, prepared: Path) -> None:
    """A backup restored beside other secrets: nothing reads as unreadable, because nothing starts."""
    with Stack(tmp_path, template=prepared) as stack:
        stack.manage("remember_installation")
        stack.extra["SECRETS_DIR"] = str(tmp_path / "other-secrets")

        assert_nothing_starts(
            stack, ("web", "worker"), "The secret field_kek is not the one that this database was made with"
        )


def assert_nothing_starts(stack: Stack, names: Sequence[str], sentence: str) -> None:
    """Each process ends by itself with the sentence as its last line."""
    for child in [stack.run(name, stack.setup.port + (name == "live")) for name in names]:
        assert child.wait(60), child.name
        assert child.exit_code == NOT_OURS, child.last_words()
        assert sentence in last_line(child.log)
    assert sentence in stack.manage("check_invariants", check=False)
