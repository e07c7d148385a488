"""Who has the same person open: said by their living pages, kept in Valkey for a moment, never a lock on work.

It is a courtesy between colleagues. Where Valkey is away nobody is named, and placing goes on as ever: the rows are
locked by whoever writes them, and the loser of a race reads what the other did.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic
from uuid import UUID

from django.conf import settings
from redis import Redis, RedisError
from structlog import get_logger

from core.actors import Actor

log = get_logger(__name__)
LIFE = timedelta(seconds=25)  # a page asks every five seconds; whoever closed it is gone so soon
TIMEOUT_S = 0.5
AWAY_S = 30.0  # a store that did not answer is left alone for so long, so that no page waits for it
_AWAY = (RedisError, OSError)
_away_until = 0.0


@dataclass(frozen=True)
class Looker:
    """A colleague with the same person open: their name, and since when."""

    name: str
    since: datetime


@lru_cache
def _store() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, decode_responses=True, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )


def look(who: UUID, *, by: Actor, at: datetime) -> tuple[Looker, ...]:
    """Note that `by` has `who` open, and return which colleagues of the same place have too, the first one first."""
    global _away_until
    if monotonic() < _away_until:
        return ()
    key = f"looking:{by.role}:{by.place_code}:{who}"
    try:
        found = {str(name): _entry(value) for name, value in _store().hgetall(key).items()}
        fresh = {name: each for name, each in found.items() if each and timedelta() <= at - each[1] <= LIFE}
        since = fresh[by.key][0].since if by.key in fresh else at
        mine = json.dumps([by.label, since.isoformat(), at.isoformat()])
        with _store().pipeline() as pipe:
            pipe.hset(key, by.key, mine)
            pipe.expire(key, LIFE)
            pipe.execute()
    except _AWAY as error:
        _away_until = monotonic() + AWAY_S
        log.warning("looking.store_away", error=type(error).__name__)
        return ()
    others = (each[0] for name, each in fresh.items() if each and name != by.key)
    return tuple(sorted(others, key=lambda each: (each.since, each.name)))


def _entry(value: bytes | str) -> tuple[Looker, datetime] | None:
    try:
        name, since, seen = json.loads(value)
        return Looker(str(name), datetime.fromisoformat(since)), datetime.fromisoformat(seen)
    except (ValueError, TypeError):  # of another version
        return None
