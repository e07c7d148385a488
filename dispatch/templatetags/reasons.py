"""Why a car was chosen, in words, from what was stored with the ride when it was made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.translation import gettext as _

from access.models import AccessRequest
from access.selectors.case_parts import CaseParts
from access.services.one_way import critical_of
from core import clock
from core.vocabulary import hhmm
from dispatch.limits import EVENING_AT
from dispatch.models import AreaSetting
from dispatch.planning import turns
from dispatch.shapes import Check
from dispatch.words import SOURCES, change_words, sentence, unmet_words
from transport.models import Trip

register = template.Library()
SAME_HOUR = timedelta(minutes=15)
OTHER_HOUR = {"later_hour", "earlier_hour"}  # the engine's codes of an hour that was not asked for


@register.simple_tag
def ride_reasons(trip: Trip) -> list[dict[str, Any]]:
    """List the rules a ride met, as `why_list` draws them; nothing for a ride put in without an explanation."""
    stored = trip.explanation.get("out") or trip.explanation.get("checks") or []
    return [_reason(Check(row["code"], row["verdict"], row.get("figures") or {})) for row in stored]


@register.simple_tag
def hospital_reasons(trip: Trip | None) -> list[dict[str, Any]]:
    """List what the engine weighed about the hospital; nothing for a placement by hand."""
    stored = trip.explanation.get("hospital") or [] if trip else []
    return [_reason(Check(row["code"], row["verdict"], row.get("figures") or {})) for row in stored]


@register.simple_tag
def other_hour(request: AccessRequest, parts: CaseParts) -> str:
    """Say which hour was asked for, which one it became and why; "" while they are the same or nothing is booked."""
    wanted, booked = request.arrive_at, parts.appointment
    given = booked.slot.starts_at if booked else None
    if wanted is None or given is None or abs(given - wanted) < SAME_HOUR:
        return ""
    words = {"wanted": hhmm(wanted), "given": hhmm(given), "why": _why_other_hour(parts)}
    if clock.local_day(given) != clock.local_day(wanted):
        words |= {"wanted": _day_hour(wanted), "given": _day_hour(given)}
    return _("您要 %(wanted)s，排到 %(given)s，%(why)s。") % words


def _day_hour(moment: datetime) -> str:
    day = clock.local_day(moment)
    return _("%(m)s月%(d)s日 %(at)s") % {"m": day.month, "d": day.day, "at": hhmm(moment)}


def _why_other_hour(parts: CaseParts) -> str:
    stored = (parts.outbound.explanation.get("hospital") or []) if parts.outbound else []
    why = next((row["figures"].get("why") for row in stored if row["code"] in OTHER_HOUR), None)
    found = {"full": _("因为那个钟点的号满了"), "cars": _("因为那个钟点的车不够")}
    return found.get(str(why), _("这是调度员定的"))


@register.simple_tag
def waiting_reasons(request: AccessRequest) -> list[dict[str, Any]]:
    """Say why no plan fitted, and the nearest change that would help."""
    if not request.needs_person_reason:
        return []
    detail = request.needs_person_detail
    found = [{"kind": "no", "text": unmet_words(request.needs_person_reason, detail), "source": ""}]
    if words := change_words(detail):
        found.append({"kind": "but", "text": words, "source": ""})
    return found


@register.simple_tag
def waiting_sentence(request: AccessRequest) -> str:
    """Say what truly happens next for a wish without a car: by whom, or when, it is planned."""
    at = clock.now()
    if request.is_critical:
        return ""
    if critical_of(request.person_key):
        return _("这个人叫了 120，这一趟先放着，120 那一趟完了自动再排。")
    setting = AreaSetting.objects.filter(area=request.dispatch_area).first() or AreaSetting()
    if not setting.is_engine_on:
        return _("这一片的自动排车关着，由调度员来排。")
    if setting.proposes_only:
        return _("这一片的自动排车只提方案，由调度员来定。")
    if request.arrive_at and request.arrive_at >= turns.rolling_span(at).until:
        evening = clock.at_local(clock.local_day(request.arrive_at) - timedelta(days=1), EVENING_AT)
        words = {"m": evening.astimezone(clock.CHINA).month, "d": evening.astimezone(clock.CHINA).day}
        return _("%(m)s月%(d)s日 %(at)s 起自动排那一天的车。") % {**words, "at": EVENING_AT}
    if request.needs_person_reason:
        return _("自动排车没排上，要调度员来定。")
    return _("自动排车在给这一趟找车。")


def _reason(check: Check) -> dict[str, Any]:
    return {"kind": check.verdict, "text": sentence(check), "source": SOURCES.get(check.code, "")}
