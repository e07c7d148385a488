"""How pressing it is that somebody gets a car: rank, colour and reason, nearest to harm first (ui.md 8.8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from access.models import AccessRequest
from core import clock
from core.templatetags.components import duration
from core.vocabulary import hhmm
from transport.models import Trip
from transport.states import ELSEWHERE

ANSWER_MIN = 15  # a car is named this long after approval (ui.md 8.6); our choice for the amber of an old request
SOON = timedelta(minutes=60)  # the way there begins within this: due soon
AGE_COUNTS = timedelta(hours=4)  # an old request is amber only when its hour is this near


def stranded(trip: Trip, at: datetime) -> str:
    """Say how long somebody has stood beside the car that broke down; "" of everybody else."""
    if trip.from_kind != ELSEWHERE:
        return ""
    minutes = max(0, int((at - (trip.ready_at or trip.status_at)).total_seconds() // 60))
    return _("车坏在路上，人在车边等了 %(t)s") % {"t": duration(minutes)}


def urgency(row: AccessRequest, trip: Trip | None, at: datetime, *, nobody: str = "") -> tuple[int, str, str, str]:
    """Return rank, colour, reason and icon of somebody not yet on the way; `nobody`: their last car found nobody."""
    approved = row.approved_at or row.submitted_at
    age = int((at - approved).total_seconds() // 60)
    if row.is_critical:
        return 0, "danger", _("急危重症，120 优先"), "siren"
    if trip and (words := stranded(trip, at)):
        return 1, "danger", words, "stop"
    if row.arrive_at and row.arrive_at <= at:
        late = _("已过 %(t)s，还没有车") % {"t": hhmm(row.arrive_at)}
        return 2, "danger", "；".join(filter(None, (late, nobody))), "stop"
    if trip and trip.attempt > 1:
        return 3, "wait", nobody or _("原来的车来不了，要换车"), "alert"
    if row.arrive_at and row.arrive_at - at <= SOON:
        return 3, "wait", _("不到 1 小时就要到"), "alert"
    if age >= ANSWER_MIN and (row.arrive_at is None or row.arrive_at - at <= AGE_COUNTS):
        return 5, "wait", _("申请 %(t)s了") % {"t": duration(age)}, "alert"
    if row.source == "hotline":
        return 6, "", _("热线 %(t)s") % {"t": hhmm(row.submitted_at)}, "phone"
    return 6, "", _("待安排"), "ring"


def is_of_another_day(due_at: datetime, at: datetime) -> bool:
    """Say whether it is due on a day to come, and not in the hours around midnight."""
    return clock.local_day(due_at) > clock.local_day(at) and due_at - at > AGE_COUNTS


def side_of(row: AccessRequest, at: datetime, kind: str) -> str:
    """Say how far off the hour is, or that somebody goes by themselves."""
    if kind == "own":
        return _("自己去，要约号")
    if row.arrive_at and row.arrive_at > at:
        minutes = int((row.arrive_at - at).total_seconds() // 60)
        if minutes < 100:
            return _("%(n)s 分钟后") % {"n": minutes}
        return _("%(n)s 小时后") % {"n": round(minutes / 60)}
    return ""


def day_time(moment: datetime, at: datetime) -> str:
    """Say a moment, with its day where it is not today's."""
    days = (clock.local_day(moment) - clock.local_day(at)).days
    return (
        hhmm(moment)
        if days == 0
        else _("明天 %(t)s") % {"t": hhmm(moment)}
        if days == 1
        else f"{moment.astimezone(clock.CHINA):%m-%d} {hhmm(moment)}"
    )
