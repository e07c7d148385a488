"""Locks by name, for what has no row to hold yet: a person nobody knows, a number about to be registered (ADR 0019).

Whoever asks "is there one already" and writes when there is none holds, from before the question until the commit, what
stands for the thing: the row of the community, of the resident, of the case, where there is one, else a name here. The
question comes in a statement after the lock, so that it sees what the one before has committed.

Order, always: number and name of a record → community → resident → person → need → standing order → request → slot →
cars (by code) → run → driver → pass. Who holds something further on never waits for something before it; names of one
call are held by kind, then by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.db import connection


class LockKind(IntEnum):
    """What is named, in the order it is held in; the number keeps names of different kinds apart."""

    NUMBER = 118  # an identity number, as its blind index
    ALIKE = 119  # a name in a community: somebody very alike may stand there
    PERSON = 120  # by the person's key: 120 is called for them, whether anybody knows who it is or not
    ADMINISTRATOR = 121  # the first one of an installation


@dataclass(frozen=True, order=True)
class Name:
    """One thing to hold."""

    kind: LockKind
    words: str


def name(kind: LockKind, *words: Any) -> Name:
    """Name a thing by the words that tell it from others of its kind."""
    return Name(kind, "|".join(map(str, words)))


def hold(*names: Name) -> None:
    """Wait until nobody else holds these, and hold them until the transaction ends; empty words name nothing.

    One statement, in the one order, so that two who hold several never wait for each other in a ring.
    """
    wanted = sorted({each for each in names if each.words.strip("|")})
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(words, kind))"
            " FROM unnest(%s::text[], %s::bigint[]) AS held(words, kind)",
            [[each.words for each in wanted], [int(each.kind) for each in wanted]],
        )
