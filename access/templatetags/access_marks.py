"""How needs and lists of requests are drawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import template
from django.utils.translation import gettext as _

from access.forms.requests import ICONS
from access.models import AccessRequest
from access.selectors.due import Due
from core import clock, lateness
from core.vocabulary import hhmm

register = template.Library()
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@register.filter
def need_icon(kind: str) -> str:
    """Return the icon of a need kind."""
    return ICONS.get(kind, "pulse")


@register.filter
def way_word(request: AccessRequest) -> str:
    """Say how a party travels: 坐轮椅, or 自己开车."""
    return str(request.get_mobility_display() if request.needs_vehicle else request.get_mode_display())


@register.filter
def wanted_at(request: AccessRequest) -> str:
    """Say the day and the hour that were asked for: 6月28日 星期二 13:00 要到医院."""
    moment = request.arrive_at
    if moment is None:
        asked = clock.local_day(request.submitted_at)
        return _("%(m)s月%(d)s日提的，越快越好") % {"m": asked.month, "d": asked.day}
    day = clock.local_day(moment)
    words = {"m": day.month, "d": day.day, "w": weekday(day), "at": hhmm(moment)}
    return _("%(m)s月%(d)s日 %(w)s %(at)s 要到医院") % words


@register.filter
def how_soon(moment: datetime | None, now: datetime) -> str:
    """Say how far off a time is: 两小时后, 今天, 明天."""
    if moment is None:
        return _("越快越好")
    ahead = moment - now
    if ahead < timedelta(0):
        return _("时间已过")
    if ahead < timedelta(hours=1):
        return _("%(m)s 分钟后") % {"m": int(ahead.total_seconds() // 60)}
    if ahead < timedelta(hours=4):
        return _("%(h)s 小时后") % {"h": int(ahead.total_seconds() // 3600)}
    days = (clock.local_day(moment) - clock.local_day(now)).days
    return {0: _("今天"), 1: _("明天")}.get(days, _("%(n)s 天后") % {"n": days})


@register.filter
def due_level(due: Due, now: datetime) -> str:
    """Return the level of a row of whoever is due and not asked for: "", wait or danger."""
    return {lateness.OVER: "wait", lateness.LATE: "danger"}.get(due.level_at(now), "")


@register.filter
def sex_word(sex: str) -> str:
    """Say 女 or 男; nothing while nobody knows."""
    return {"F": _("女"), "M": _("男")}.get(sex, "")


@register.filter
def weekday(day: date) -> str:
    """Say 周三."""
    return _(WEEKDAYS[day.weekday()])
