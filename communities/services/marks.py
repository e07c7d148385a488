"""The short mark of somebody without a name: 身份不明 甲, one for each in a day, read alike by everybody."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from core import clock, names
from core.vocabulary import hhmm

_NEXT = """
INSERT INTO communities_strangercounter (day, last) VALUES (%s, 1)
ON CONFLICT (day) DO UPDATE SET last = communities_strangercounter.last + 1 RETURNING last
"""


def next_mark(place: str, *, at: datetime) -> str:
    """Return the words for the next stranger: the mark of the day, the time, and where they were first seen.

    Counted in one statement, so that two gates at once never give one mark.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [clock.local_day(at)])
        number = cursor.fetchone()[0]
    return names.stranger(names.stem(number), hhmm(at), place)[:40]
