"""The live stream: one process, one Redis subscription, one small queue per open page.

An event says only «board X changed, version n»; the page asks for its fragment again. A lost event costs nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

import redis.asyncio as redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import Error, connection
from structlog import get_logger

from accounts.middleware import SESSION_POST
from accounts.models import Post, User
from accounts.selectors import post_of
from accounts.sessions import SessionStore
from core import clock
from core.live_feed import CHANNEL

log = get_logger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

QUEUE = 16
KEEP_ALIVE_S = 15
MAX_BOARDS = 8
LATER_S = 2


class Hub:
    """Fan out what the relay published to the queues of the open pages."""

    def __init__(self) -> None:
        self.pages: dict[asyncio.Queue[str], frozenset[str]] = {}
        self._task: asyncio.Task[None] | None = None

    def join(self, boards: frozenset[str]) -> asyncio.Queue[str]:
        """Open a queue for a page that shows these boards."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        self.pages[queue] = boards
        return queue

    def leave(self, queue: asyncio.Queue[str]) -> None:
        """Forget a page that went away."""
        self.pages.pop(queue, None)

    async def _listen(self) -> None:
        """Subscribe once; when Redis goes away, try again while pages are open (they poll meanwhile)."""
        while True:
            try:
                async with redis.from_url(settings.REDIS_URL) as client, client.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self._spread(message["data"].decode())
            except (redis.RedisError, OSError) as error:
                log.warning("live.redis_away", error=type(error).__name__)
            await asyncio.sleep(LATER_S)

    def _spread(self, data: str) -> None:
        board = json.loads(data)["board"]
        for queue, boards in self.pages.items():
            if board in boards:
                if queue.full():
                    queue.get_nowait()  # the oldest is the least use
                queue.put_nowait(data)


hub = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve /events/?board=…; everything else lives in the pages' process."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"].rstrip("/") == "/events" and scope["method"] == "GET":
        await _stream(scope, receive, send)
    elif scope["path"] == "/health/live":
        await _answer(send, 200, b'{"live": true}')
    else:
        await _answer(send, 404, b"")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _stream(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    asked = frozenset(parse_qs(scope["query_string"].decode()).get("board", [])[:MAX_BOARDS])
    try:
        boards = await sync_to_async(_boards_of)(headers.get("cookie", ""), asked)
    except Error:
        await _answer(send, 503, b"")
        return
    if boards is None:
        await _answer(send, 401, b"")
        return
    queue = hub.join(boards)
    gone = asyncio.create_task(_until_gone(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _headers(headers.get("origin", ""))})
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
        await _pump(queue, gone, send)
    finally:
        hub.leave(queue)
        gone.cancel()


async def _pump(queue: asyncio.Queue[str], gone: asyncio.Task[None], send: Send) -> None:
    while not gone.done():
        try:
            data = await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
            body = f"event: board\ndata: {data}\n\n"
        except TimeoutError:
            body = ": still here\n\n"
        await send({"type": "http.response.body", "body": body.encode(), "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers(origin: str) -> list[tuple[bytes, bytes]]:
    """Answer one origin only, the pages'; behind a proxy both share it and no cross-origin header is needed."""
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"Origin"),
    ]
    if origin and origin == settings.PAGE_ORIGIN:
        headers += [
            (b"access-control-allow-origin", origin.encode()),
            (b"access-control-allow-credentials", b"true"),
        ]
    return headers


async def _answer(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


def _boards_of(cookie: str, asked: frozenset[str]) -> frozenset[str] | None:
    """Return the boards of `asked` that this person's post may follow; None without a sign-in.

    The database connection is given back at once: a stream lives for hours.
    """
    try:
        jar = SimpleCookie(cookie)
        morsel = jar.get(settings.SESSION_COOKIE_NAME)
        session = SessionStore(session_key=morsel.value) if morsel else {}
        key = session.get(SESSION_KEY)
        user = User.objects.filter(pk=key, is_active=True).first() if key else None
        post = post_of(user, session.get(SESSION_POST), at=clock.now()) if user else None
        return _in_scope(post, asked) if post else None
    finally:
        connection.close()


def _in_scope(post: Post, asked: frozenset[str]) -> frozenset[str]:
    """Keep the boards of the post's own place; a gate's place lies in its community."""
    own = {post.place_code, post.place_code[:12]}
    return frozenset(board for board in asked if board.partition(":")[2] in own)
