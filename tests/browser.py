"""A browser and a server for the tests that look at screens; nothing of one test reaches into the next."""

from __future__ import annotations

import os
import socket
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection
from playwright.sync_api import Browser, Error
from pytest_django.live_server_helper import LiveServer

ANSWERED_WITHIN_S = 30
# Playwright's synchronous interface runs an event loop in this thread; the tests' own queries are not inside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


class PatientServer(ThreadedWSGIServer):
    """The live server, able to say when it has nothing in hand."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.in_hand: list[Thread] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread as Django does, and remember the thread."""
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self.in_hand.append(thread)
        thread.start()

    def finish(self, *, until: float) -> list[Thread]:
        """Wait for everything asked before this call; return what is still in hand at `until`.

        Connections are accepted in their order, so when an empty one of our own is over, all before it have a thread.
        """
        with socket.create_connection(self.server_address[:2], timeout=ANSWERED_WITHIN_S) as own:
            own.shutdown(socket.SHUT_WR)
            own.recv(1)
        for thread in self.in_hand:
            thread.join(max(0.0, until - time.monotonic()))
        self.in_hand = [thread for thread in self.in_hand if thread.is_alive()]
        return self.in_hand


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the Chromium that ./dev test found."""
    return {"executable_path": os.environ["CHROMIUM"], "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """Serve the product to the browser from a thread of this process."""
    server = LiveServer("localhost", start=False)
    server.thread.server_class = PatientServer
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def all_answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """Before a test's rows are thrown away, close its pages and let the server finish what they asked.

    A page that polls would otherwise be answered while the tables are emptied, and the two can lock each other out.
    """
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    server = request.getfixturevalue("live_server")
    browser = request.getfixturevalue("browser")
    yield
    _close(browser)
    until = time.monotonic() + ANSWERED_WITHIN_S
    late = server.thread.httpd.finish(until=until)
    assert not late, "Still in hand:\n" + "\n".join(map(_where, late))
    while busy := _others_at_work():
        assert time.monotonic() < until, f"Still at work in the database: {busy}"
        time.sleep(0.02)


def _close(browser: Browser) -> None:
    """Close every page, then its context. A page that still asks or sounds is left first: closed at once, Chromium
    sometimes never answered, and nothing bounds that wait."""
    for context in browser.contexts:
        for page in context.pages:
            with suppress(Error):
                page.goto("about:blank", timeout=5000)
            page.close()
        context.close()


def _where(thread: Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    return "".join(traceback.format_stack(frame)) if frame else "ended"


def _others_at_work() -> list[str]:
    """Return what others (a relay that was told to stop) still have open on this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state || ': ' || query FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return [row[0] for row in cursor.fetchall()]
