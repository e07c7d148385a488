"""Where a journey stands in the words of the status vocabulary (ui.md section 4), with one sentence and a note."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from access import journey
from access.journey import Facts
from access.models import AccessRequest
from access.selectors.case_parts import CaseParts
from access.selectors.waits import WaitLimits
from access.states import CloseOutcome, NotGoneReason, RequestStatus, TransportMode
from core import lateness
from core.phrases import label
from core.vocabulary import hhmm
from hospitals.states import AppointmentStatus, IntakeStatus
from transport.states import RunStatus, TripStatus
from transport.whereabouts import car_words

NO_CAR_AFTER = timedelta(minutes=15)  # without a car for so long, a near time turns amber
SOON = timedelta(hours=2)
HAND_OVER = timedelta(minutes=15)  # R-002-3
HAND_OVER_WARN = timedelta(minutes=10)
# places in a list: out without a car first, then critical, then whose promise is broken by far, then by a little
WITHOUT_CAR, CRITICAL, FAR_TOO_LATE, TOO_LATE = 0, 1, 2, 4

# closed is not home: each end has its own word
_ENDS: dict[str, str] = {
    CloseOutcome.HOME: "home",
    CloseOutcome.ADMITTED: "admitted",
    CloseOutcome.TRANSFERRED: "transferred",
    CloseOutcome.DIED: "died",
    CloseOutcome.NOT_GONE: "not_gone",
}


@dataclass(frozen=True)
class Standing:
    """`word` is a key of the status vocabulary, `level` "", "over" or "late"; lower `urgency` comes first in lists."""

    word: str
    level: str
    summary: str
    note: str
    urgency: int
    is_over: bool = False


def standing_of(request: AccessRequest, facts: Facts, parts: CaseParts, *, at: datetime) -> Standing:
    """Say where a journey stands: the first of the questions below that has an answer.

    In every answer but the last word somebody critical stands above all who are not.
    """
    found = (
        _again(facts)
        or _over(request, facts, parts)
        or _going_home(request, facts, parts, at)
        or _between(request, facts, parts, at)
        or _inside(request, facts, parts, at)
        or _on_the_way(request, facts, parts, at)
        or _before(request, facts, parts, at)
    )
    return replace(found, urgency=min(found.urgency, CRITICAL)) if request.is_critical and not found.is_over else found


def _again(facts: Facts) -> Standing | None:
    """Say of whoever is out on the pass of a closed case that they are; nothing is left to do about the request."""
    if not journey.is_out_again(facts):
        return None
    return Standing("left_compound", "over", out_again_words(facts), _("没有人排返程车"), 0, is_over=True)


def out_again_words(facts: Facts) -> str:
    """Say how somebody is out although the case is closed."""
    if not journey.left_after_the_end(facts):
        return _("结案了，人还在外面")
    return _("%(at)s 拿旧证出了门，那一趟已经结了") % {"at": hhmm(facts.exited_at)}


def _over(request: AccessRequest, facts: Facts, parts: CaseParts) -> Standing | None:
    if has_died(request, parts):
        words = _("%(at)s 去世") % {"at": hhmm(facts.kept_at)} if facts.kept_at else request.get_outcome_display()
        return Standing("died", "", words, "", 80, is_over=True)
    if facts.kept_at:
        return Standing("admitted", "", _("%(at)s 住院或转交") % {"at": hhmm(facts.kept_at)}, "", 80, is_over=True)
    home = min((m for name in journey.HOME_EVIDENCE if (m := getattr(facts, name))), default=None)
    if home is None and facts.hand_closed_at:  # two people's word that nobody is out: nobody saw them home
        return Standing("closed", "", _("%(at)s 两人销案") % {"at": hhmm(facts.hand_closed_at)}, "", 90, is_over=True)
    if home:
        left = min((m for name in journey.OUT_EVIDENCE if (m := getattr(facts, name))), default=None)
        note = _("全程 %(length)s") % {"length": _length(home - left)} if left and home > left else ""
        return Standing("home", "", _("%(at)s 已到家") % {"at": hhmm(home)}, note, 90, is_over=True)
    if journey.is_out(facts):
        return None
    if request.status == RequestStatus.CLOSED:
        why = label(NotGoneReason, request.not_gone_reason)
        return Standing(_ENDS.get(request.outcome, "closed"), "", request.get_outcome_display(), why, 90, is_over=True)
    if facts.cancelled_at:
        return Standing("cancelled", "", request.get_cancel_reason_display(), "", 95, is_over=True)
    return None


def has_died(request: AccessRequest, parts: CaseParts) -> bool:
    """Say whether the case ended with a death: by the house's record, also before the case is closed (E28)."""
    by_house = parts.intake is not None and parts.intake.status == IntakeStatus.DIED
    return by_house or request.outcome == CloseOutcome.DIED


def _going_home(request: AccessRequest, facts: Facts, parts: CaseParts, at: datetime) -> Standing | None:
    trip = parts.inbound
    car = car_words(trip.run if trip else None)
    if facts.boarded_back_at:
        arrives = trip.dropoff_planned_at if trip else None
        if late := _late(_("%(at)s 就该到家，过了 %(length)s 还没到"), arrives, request, at):
            return Standing("returning", late.level, late.words, car, late.urgency)
        words = _("回家路上，%(at)s 到家") % {"at": hhmm(arrives)} if arrives else _("回家路上")
        return Standing("returning", "", words, car, 40)
    waited = journey.waited(facts, at=at)
    if waited is None:
        if facts.cancelled_at and journey.is_out(facts) and not journey.has_way_home(facts):
            words = _("申请取消了，人还在外面")
            return Standing("awaiting_return", "over", words, _("还没有返程车，在调度台等车的名单里"), WITHOUT_CAR)
        return None
    has_ride = journey.has_way_home(facts)
    level = {"": "", "wait": "over", "danger": "late"}[WaitLimits().level(waited, has_ride=has_ride)]
    words = _("看完了，等返程车 %(n)s 分钟") % {"n": max(int(waited.total_seconds() // 60), 0)}
    if not has_ride or trip is None:
        return Standing("awaiting_return", level, words, _("还没有返程车，在调度台等车的名单里"), WITHOUT_CAR)
    level = lateness.worse(level, _level(trip.pickup_planned_at, request, at))
    note = _("%(car)s，%(at)s 到") % {"car": car, "at": hhmm(trip.pickup_planned_at)}
    return Standing("awaiting_return", level, words, note, _urgency(level, otherwise=20))


@dataclass(frozen=True)
class _Late:
    """A broken promise: how late, in words, and where it stands in a list."""

    level: str
    words: str
    urgency: int


def _late(words: str, promised: datetime | None, request: AccessRequest, at: datetime) -> _Late | None:
    """Say that something promised is late; `words` take the moment and how long ago it was. None while it is not."""
    level = _level(promised, request, at)
    if not level or promised is None:
        return None
    said = words % {"at": hhmm(promised), "length": _length(at - promised)}
    return _Late(level, said, _urgency(level, otherwise=TOO_LATE))


def _level(promised: datetime | None, request: AccessRequest, at: datetime) -> str:
    return lateness.level_of(promised, at=at, is_critical=request.is_critical)


def _urgency(level: str, *, otherwise: int) -> int:
    return {lateness.LATE: FAR_TOO_LATE, lateness.OVER: TOO_LATE}.get(level, otherwise)


def _between(request: AccessRequest, facts: Facts, parts: CaseParts, at: datetime) -> Standing | None:
    """Say where the way to another hospital stands, until that one has received."""
    trip = parts.between
    if trip is None or not facts.arrived_at or (parts.intake and parts.intake.facility_id == trip.to_code):
        return None
    to, car = {"to": trip.to_label}, car_words(trip.run)
    if trip.status == TripStatus.COMPLETED:
        return Standing("on_the_way", "", _("转院：车已到%(to)s门口，等接诊台接下") % to, car, 6)
    if trip.status == TripStatus.ON_BOARD:
        words = _("转院：去%(to)s的路上，%(at)s 到") % {**to, "at": hhmm(trip.dropoff_planned_at)}
        level = _level(trip.dropoff_planned_at, request, at)
        return Standing("on_the_way", level, words, car, _urgency(level, otherwise=30))
    if trip.run:
        words = _("转院去%(to)s，%(at)s 车来接") % {**to, "at": hhmm(trip.pickup_planned_at)}
        level = _level(trip.pickup_planned_at, request, at)
        return Standing("in_treatment", level, words, car, _urgency(level, otherwise=30))
    minutes = max(int((at - (trip.ready_at or at)).total_seconds() // 60), 0)
    words = _("转院去%(to)s，等车 %(n)s 分钟") % {**to, "n": minutes}
    return Standing("in_treatment", "over", words, _("在调度台等车的人里"), WITHOUT_CAR)


def _inside(request: AccessRequest, facts: Facts, parts: CaseParts, at: datetime) -> Standing | None:
    if not facts.arrived_at:
        return None
    back = _way_back_note(request, parts)
    if facts.handed_over_at or facts.treatment_at:
        ends = parts.intake.expected_ready_at if parts.intake else None
        ends = ends or (facts.treatment_at or facts.handed_over_at or at) + timedelta(minutes=request.session_min)
        return Standing("in_treatment", "", _("治疗中，约 %(at)s 结束") % {"at": hhmm(ends)}, back, 50)
    waited = at - facts.arrived_at
    level = "late" if waited >= HAND_OVER else "over" if waited >= HAND_OVER_WARN else ""
    words = _("到院 %(n)s 分钟，正在交接") % {"n": max(int(waited.total_seconds() // 60), 0)}
    return Standing("handover", level, words, back, 5 if level else 30)


def _on_the_way(request: AccessRequest, facts: Facts, parts: CaseParts, at: datetime) -> Standing | None:
    if not journey.is_out(facts):
        return None
    trip = parts.outbound
    car = car_words(trip.run if trip else None)
    if facts.dropped_at:
        return Standing("on_the_way", "", _("车已到医院门口，等接诊台确认"), car, 30)
    arrives = trip.dropoff_planned_at if trip else None
    place = _place(parts)
    to = _("%(at)s 到%(place)s") % {"at": hhmm(arrives), "place": place} if arrives else place
    if facts.boarded_at:
        if late := _late(_("%(at)s 就该到医院，过了 %(length)s 还没到"), arrives, request, at):
            return Standing("on_the_way", late.level, late.words, car, late.urgency)
        words = _("已上车，%(to)s") % {"to": to} if to else _("已上车，在路上")
        return Standing("on_the_way", "", words, car, 35)
    if overdue := _overdue(request, parts, at):
        return replace(overdue, word="left_compound")
    return Standing("left_compound", "", _("已出小区门"), car, 35)


def _before(request: AccessRequest, facts: Facts, parts: CaseParts, at: datetime) -> Standing:
    trip = parts.outbound
    if request.not_gone_at:
        why = {"why": label(NotGoneReason, request.not_gone_reason)}
        return Standing("not_gone", "over", _("说了没有去：%(why)s") % why, _("点错了就撤回"), TOO_LATE)
    if trip and trip.status in {TripStatus.NO_SHOW, TripStatus.MISSED, TripStatus.INTERRUPTED}:
        return Standing("no_show", "over", label(TripStatus, trip.status), _("要重新排车，在调度台等车的名单里"), 3)
    if facts.approved_at is None:
        return Standing("submitted", "", _("等社区核准"), silence_words(request), 15)
    if facts.scheduled_at:
        return _overdue(request, parts, at) or _planned(request, parts)
    if parts.appointment and parts.appointment.status == AppointmentStatus.PROPOSED:
        return Standing("awaiting_hospital", "", _("等%(place)s回") % {"place": _place(parts)}, "", 12)
    waited = at - facts.approved_at
    is_soon = request.arrive_at is None or request.arrive_at - at < SOON
    is_late = waited >= NO_CAR_AFTER and is_soon
    words = _("已申请 %(length)s，调度还没排车") % {"length": _length(waited)}
    if request.is_critical:
        return Standing("submitted", "late", words, _place(parts, request), CRITICAL)
    return Standing("submitted", "over" if is_late else "", words, _place(parts, request), 3 if is_late else 10)


def _overdue(request: AccessRequest, parts: CaseParts, at: datetime) -> Standing | None:
    """Say that somebody is not aboard although it is time; None while it is in time, or where nobody is fetched."""
    trip = parts.outbound
    if trip is None or not request.needs_vehicle:
        return None
    late = _late(_("%(at)s 就该上车，过了 %(length)s 还没上车，打给司机问"), trip.pickup_planned_at, request, at)
    if late is None:
        return None
    word = "car_coming" if trip.run and trip.run.status == RunStatus.UNDER_WAY else "planned"
    return Standing(word, late.level, late.words, car_words(trip.run), late.urgency)


def _planned(request: AccessRequest, parts: CaseParts) -> Standing:
    trip = parts.outbound
    if not request.needs_vehicle:
        by = _("自己开车，门口凭证放行") if request.mode == TransportMode.OWN_CAR else _("走着去，门口凭证放行")
        return Standing("planned", "", by, _("无需用车"), 60)
    if trip is None:
        return Standing("planned", "", _("已排好"), "", 60)
    comes = _("%(at)s 车到楼下") % {"at": hhmm(trip.pickup_planned_at)}
    words = _("通行证已发，%(comes)s") % {"comes": comes} if parts.gate_pass else comes
    if trip.run and trip.run.status == RunStatus.UNDER_WAY:
        return Standing("car_coming", "", words, car_words(trip.run), 45)
    return Standing("planned", "", words, car_words(trip.run), 60)


def _way_back_note(request: AccessRequest, parts: CaseParts) -> str:
    trip = parts.inbound
    if not request.needs_vehicle:
        return _("无需用车")
    planned = (trip.pickup_planned_at or trip.reserved_from) if trip else None
    return _("返程车已排 %(at)s") % {"at": hhmm(planned)} if planned else _("返程车还没排")


def _place(parts: CaseParts, request: AccessRequest | None = None) -> str:
    if parts.appointment:
        return parts.appointment.facility.name
    return request.facility.name if request and request.facility else ""


def silence_words(request: AccessRequest) -> str:
    """Say who asked, and when it passes by itself: the one text for the silent approval (C13)."""
    if request.passes_at is None:
        return request.submitted_by
    words = _("%(who)s提的。%(at)s 前社区没有回，就自动通过。")
    return words % {"who": request.submitted_by, "at": hhmm(request.passes_at)}


def _length(length: timedelta) -> str:
    hours, minutes = divmod(max(int(length.total_seconds() // 60), 0), 60)
    if hours:
        return _("%(h)s 小时 %(m)s 分") % {"h": hours, "m": minutes}
    return _("%(m)s 分钟") % {"m": minutes}
