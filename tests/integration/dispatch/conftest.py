"""The board's hour, and who sits before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from core import clock
from tests import walkers
from tests.walkers import AT


@pytest.fixture
def at_ten_forty() -> Iterator[None]:
    """Let it be 10:40 on a Tuesday."""
    clock.forget()
    with time_machine.travel(AT, tick=False):
        yield
    clock.forget()


@pytest.fixture
def dispatcher() -> Client:
    """A dispatcher, signed in."""
    client = Client()
    client.force_login(walkers.dispatcher_user())
    return client
