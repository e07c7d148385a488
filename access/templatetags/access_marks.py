"""How needs and lists of requests are drawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import template
from django.utils.translation import gettext as _

from access.forms.requests import ICONS
from access.models import AccessRequest
from core import clock

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
def sex_word(sex: str) -> str:
    """Say 女 or 男; nothing while nobody knows."""
    return {"F": _("女"), "M": _("男")}.get(sex, "")


@register.filter
def weekday(day: date) -> str:
    """Say 周三."""
    return _(WEEKDAYS[day.weekday()])
