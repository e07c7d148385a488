"""A unit test asks nothing of any server, so that it says the same on every machine and never waits."""

from __future__ import annotations

import socket

import pytest

WAYS_OUT = ("connect", "connect_ex", "sendto", "bind")


def _refuse(asked: socket.socket, *_words: object) -> None:
    """Fail the test; not by an exception that code under test could take for a server's silence."""
    asked.close()
    pytest.fail("A unit test may not open a network socket: a test that needs a server belongs to tests/integration.")


@pytest.fixture(autouse=True)
def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shut Python's sockets; pytest-django shuts the database, which psycopg would reach past them."""
    for way in WAYS_OUT:
        monkeypatch.setattr(socket.socket, way, _refuse)
