"""The press gives the pick-up that was read, or says both times: it is never another one in silence."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.errors import Conflict
from core.vocabulary import hhmm

SAME = timedelta(minutes=2)  # so much later is placed and said: between reading and pressing a minute passes


def require(read: datetime | None, pickup: datetime, *, plate: str, is_critical: bool = False) -> None:
    """Raise Conflict with both times where the car now comes later than was read; never of a critical patient.

    For them the car goes, and the words of the answer say when.
    """
    if read is None or is_critical or pickup - read <= SAME:
        return
    words = {"plate": plate, "read": hhmm(read), "now": hhmm(pickup)}
    text = _("还没有排。您看到的是 %(plate)s %(read)s 接到人，现在要到 %(now)s 才能接到。可以就再按一次。")
    raise Conflict("placement.later", text % words)


def moved(read: datetime | None, pickup: datetime | None) -> str:
    """Say that the pick-up is at another minute than was read; "" where it is the same."""
    if read is None or pickup is None or hhmm(read) == hhmm(pickup):
        return ""
    return _("接人的时间是 %(now)s，刚才看到的是 %(read)s。") % {"now": hhmm(pickup), "read": hhmm(read)}
