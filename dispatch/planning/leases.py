"""Leases: one worker plans an area at a time, and a worker that wakes after its lease passed on writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import Conflict

LEASE_S = 60

_TAKE = """
INSERT INTO dispatch_arealease (area, token, holder, expires_at)
VALUES (%(area)s, %(token)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (area) DO UPDATE SET token = EXCLUDED.token, holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
WHERE dispatch_arealease.expires_at < clock_timestamp()
RETURNING token
"""
_HOLD = """
UPDATE dispatch_arealease SET expires_at = clock_timestamp() + make_interval(secs => %s)
WHERE area = %s AND token = %s AND expires_at > clock_timestamp()
"""
_EXTEND = """
UPDATE dispatch_arealease SET expires_at = clock_timestamp() + make_interval(secs => %s)
WHERE area = (SELECT area FROM dispatch_arealease WHERE area = %s FOR UPDATE SKIP LOCKED)
AND token = %s AND expires_at > clock_timestamp()
"""
_GIVE = "UPDATE dispatch_arealease SET expires_at = clock_timestamp() WHERE area = %s AND token = %s"


def take(area: str, *, holder: str, seconds: int = LEASE_S) -> uuid.UUID | None:
    """Take the lease of an area; return its token, or None while somebody else holds it."""
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"area": area, "token": token, "holder": holder[:80], "seconds": seconds})
        return token if cursor.fetchone() else None


def require(area: str, token: uuid.UUID, *, seconds: int = LEASE_S) -> None:
    """Make sure, inside the transaction that writes, that the lease is still held, and renew it; raise Conflict else.

    The row lock keeps the lease from passing on until this transaction ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [seconds, area, token])
        if cursor.rowcount != 1:
            raise Conflict("lease.lost", _("这个片区已由别的进程在排，本次不写。"), area=area)


def extend(area: str, token: uuid.UUID, *, seconds: int = LEASE_S) -> bool:
    """Keep the lease for longer; False when it is lost, or when a transaction of its holder renews it right now."""
    with connection.cursor() as cursor:
        cursor.execute(_EXTEND, [seconds, area, token])
        return bool(cursor.rowcount == 1)


def give_back(area: str, token: uuid.UUID) -> None:
    """End the lease."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE, [area, token])


@contextmanager
def held(area: str, *, holder: str, seconds: int = LEASE_S) -> Iterator[uuid.UUID | None]:
    """Hold the lease of an area for a block; the value is None when somebody else has it."""
    token = take(area, holder=holder, seconds=seconds)
    try:
        yield token
    finally:
        if token:
            give_back(area, token)
