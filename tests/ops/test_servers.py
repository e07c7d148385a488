"""The private installations that the tests of faults break."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ops.postgres import APP
from ops.process import wait_until
from ops.servers import Stack
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


def test_stop_leaves_no_process(tmp_path: Path, prepared: Path) -> None:
    with Stack(tmp_path, template=prepared) as stack:
        stack.relay()
        stack.freeze("relay")
        assert len(processes_of(tmp_path)) > 3
        assert stack.children["relay"].stop_signal == signal.SIGTERM

    assert processes_of(tmp_path) == []
