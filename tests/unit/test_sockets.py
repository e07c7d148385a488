"""The twin of `_no_sockets`: whatever way out a unit test tries, it is refused with a sentence."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable

import pytest
from django.db import connection
from redis import Redis

from matching.travel_http import HttpTravel
from tests.unit.matching.small import PLACES

NOBODY = ("127.0.0.1", 9)


def _send() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as ours:
        ours.sendto(b"", NOBODY)


def _try() -> None:
    with socket.socket() as ours:
        ours.connect_ex(NOBODY)


def _listen() -> None:
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))


@pytest.mark.parametrize(
    "way_out",
    [
        _send,
        _try,
        _listen,
        lambda: socket.create_connection(NOBODY),
        lambda: urllib.request.urlopen("http://127.0.0.1:9"),
        lambda: Redis(*NOBODY).ping(),
        lambda: HttpTravel("http://127.0.0.1:9").matrices(PLACES),
    ],
    ids=["datagram", "quiet connect", "listen", "connect", "http", "valkey", "our own code, which would fall back"],
)
def test_no_unit_test_opens_a_socket(way_out: Callable[[], object]) -> None:
    with pytest.raises(pytest.fail.Exception, match="may not open a network socket"):
        way_out()


def test_no_unit_test_reaches_the_database() -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.ensure_connection()
