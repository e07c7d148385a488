"""The live stream: who may follow which board, and what arrives."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Post, User
from config.live import application, hub

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cookie(client: Client) -> str:
    user = User.objects.create_user("15400000009", "a-long-password", name="韩冰")
    Post.objects.create(user=user, role="dispatch", place_kind="dispatch_area", place_code="main", place_label="主城区")
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


async def follow(cookie: str, query: str, news: list[str], origin: str = "") -> list[dict]:
    """Open a stream, let `news` be published, close; return what was sent."""
    sent: list[dict] = []
    closed = asyncio.Event()
    headers = [(b"cookie", cookie.encode()), (b"origin", origin.encode())]
    scope = {"type": "http", "method": "GET", "path": "/events/", "query_string": query.encode(), "headers": headers}

    async def receive() -> dict:
        await closed.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    task = asyncio.create_task(application(scope, receive, send))
    while not task.done() and len(sent) < 2:
        await asyncio.sleep(0.01)
    for board in news:
        hub._spread(json.dumps({"board": board, "version": 7}))
    for _ in range(20):
        await asyncio.sleep(0.005)
    closed.set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if hub._task:
        hub._task.cancel()
        await asyncio.gather(hub._task, return_exceptions=True)
        hub._task = None  # each test has a loop of its own
    return sent


def followed(*words: object) -> list[dict]:
    """Run a stream in a thread and loop of its own: a browser test before may have left one running in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(follow(*words))).result(30)  # type: ignore[arg-type]


def bodies(sent: list[dict]) -> str:
    return b"".join(each.get("body", b"") for each in sent).decode()


def test_a_change_of_the_own_board_arrives(cookie: str) -> None:
    sent = followed(cookie, "board=area:main", ["area:main"])

    assert sent[0]["status"] == 200
    assert 'data: {"board": "area:main", "version": 7}' in bodies(sent)


def test_a_board_of_another_place_stays_silent(cookie: str) -> None:
    sent = followed(cookie, "board=area:other&board=area:main", ["area:other"])

    assert "area:other" not in bodies(sent)


def test_without_a_sign_in_there_is_no_stream() -> None:
    assert followed("", "board=area:main", [])[0]["status"] == 401


@pytest.mark.parametrize(("origin", "allowed"), [("http://pages.test", True), ("http://elsewhere.test", False)])
def test_only_the_pages_origin_may_read_it(cookie: str, settings, origin: str, allowed: bool) -> None:
    settings.PAGE_ORIGIN = "http://pages.test"

    headers = dict(followed(cookie, "board=area:main", [], origin)[0]["headers"])

    assert (headers.get(b"access-control-allow-origin") == origin.encode()) is allowed
