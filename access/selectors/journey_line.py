"""The six stops of a journey with planned and actual times, their evidence, and where things stand in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from access import journey
from access.journey import Facts
from access.models import AccessRequest
from access.selectors.case_parts import CaseParts, parts_of
from access.selectors.facts import facts_of
from access.selectors.standing import Standing, has_died, standing_of
from access.states import TransportMode
from core.phrases import label
from core.vocabulary import hhmm
from transport.models import Trip
from transport.states import TripStatus
from transport.whereabouts import car_words

BROKEN = {TripStatus.NO_SHOW, TripStatus.MISSED, TripStatus.INTERRUPTED}
KEYS = ("gate", "board", "door", "treatment", "return", "home")


@dataclass
class JourneyStop:
    """One of the six stops; `time` is when it happened, else when it is planned."""

    key: str
    time: datetime | None = None
    lines: list[str] = field(default_factory=list)
    state: str = "todo"
    is_actual: bool = False


@dataclass
class JourneyLine:
    """A journey as it is drawn, and what it says in words."""

    stops: list[JourneyStop]
    standing: Standing

    @property
    def summary(self) -> str:
        """Say in one sentence where the journey stands."""
        return self.standing.summary


def journey_line(request: AccessRequest, *, at: datetime, parts: CaseParts | None = None) -> JourneyLine:
    """Draw one journey; `request` was read by `with_facts`. Without `parts` they are read here."""
    if parts is None:
        parts = parts_of([request.case_ref])[request.case_ref]
    facts = facts_of(request)
    standing = standing_of(request, facts, parts, at=at)
    stops = [_gate(request, facts, parts), _board(request, facts, parts), _door(facts, parts)]
    stops += [_treatment(request, facts, parts), _return(request, facts, parts), _home(facts, parts)]
    _set_states(stops, facts, parts, standing)
    return JourneyLine(stops, standing)


def journey_lines(requests: Sequence[AccessRequest], *, at: datetime) -> list[JourneyLine]:
    """Draw many journeys; the number of queries does not grow with theirs."""
    parts = parts_of([row.case_ref for row in requests])
    return [journey_line(row, at=at, parts=parts[row.case_ref]) for row in requests]


def home_time(facts: Facts) -> datetime | None:
    """Return when the person was first known to be home."""
    return min((moment for name in journey.HOME_EVIDENCE if (moment := getattr(facts, name))), default=None)


def _gate(request: AccessRequest, facts: Facts, parts: CaseParts) -> JourneyStop:
    planned = _planned(parts.outbound) or (parts.gate_pass.exit_from if parts.gate_pass else None)
    lines = []
    if facts.exited_at:
        how = _("紧急放行") if getattr(request, "is_emergency_exit", False) else _("扫码放行")
        lines.append(f"{getattr(request, 'exit_gate', '') or ''}{how}")
        lines += _late(facts.exited_at, planned)
    elif facts.arrived_at:
        lines.append(_("门口没有记录"))
    elif parts.gate_pass:
        lines.append(_("通行证已发"))
    return JourneyStop("gate", facts.exited_at or planned, lines, is_actual=bool(facts.exited_at))


def _board(request: AccessRequest, facts: Facts, parts: CaseParts) -> JourneyStop:
    if not request.needs_vehicle:
        return JourneyStop(
            "board", facts.exited_at, [label(TransportMode, request.mode)], is_actual=bool(facts.exited_at)
        )
    trip = parts.outbound
    lines = [car_words(trip.run)] if trip and trip.run else []
    if trip and trip.status in BROKEN:
        lines.append(label(TripStatus, trip.status))
    elif trip and trip.status == TripStatus.SCHEDULED:
        lines.append(str(trip.run.get_status_display()) if trip.run else "")
    return JourneyStop("board", facts.boarded_at or _planned(trip), lines, is_actual=bool(facts.boarded_at))


def _door(facts: Facts, parts: CaseParts) -> JourneyStop:
    place = parts.intake.facility if parts.intake else parts.appointment.facility if parts.appointment else None
    planned = parts.outbound.dropoff_planned_at if parts.outbound else None
    planned = planned or (parts.appointment.slot.starts_at if parts.appointment else None)
    lines = [place.name] if place else []
    if facts.dropped_at and not facts.arrived_at:
        lines.append(_("车已到门口"))
    return JourneyStop("door", facts.arrived_at or facts.dropped_at or planned, lines, is_actual=bool(facts.arrived_at))


def _treatment(request: AccessRequest, facts: Facts, parts: CaseParts) -> JourneyStop:
    planned = parts.appointment.slot.starts_at if parts.appointment else None
    lines = [_("约 %(length)s") % {"length": _length(request.session_min)}]
    if facts.ready_at:
        lines = [_("%(at)s 结束") % {"at": hhmm(facts.ready_at)}]
    elif facts.kept_at and parts.intake:
        lines = [str(parts.intake.get_status_display())]
    if trip := parts.between:
        lines.append(_("转院：%(from)s → %(to)s") % {"from": trip.from_label, "to": trip.to_label})
    return JourneyStop(
        "treatment", facts.treatment_at or planned, lines, is_actual=bool(facts.ready_at or facts.kept_at)
    )


def _return(request: AccessRequest, facts: Facts, parts: CaseParts) -> JourneyStop:
    trip = parts.inbound
    if facts.kept_at:
        return JourneyStop("return", None, [_("不用返程车") if has_died(request, parts) else _("住院，返程先不排")])
    if not request.needs_vehicle:
        return JourneyStop("return", facts.ready_at, [label(TransportMode, request.mode)], is_actual=False)
    lines = []
    if trip and trip.run:
        lines.append(car_words(trip.run))
    elif trip and trip.reserved_run:
        same = parts.outbound and parts.outbound.run and parts.outbound.run.vehicle_id == trip.reserved_run.vehicle_id
        lines.append(_("已预留同一辆车") if same else car_words(trip.reserved_run))
        lines.append(_("医院点结束就出发"))
    elif facts.ready_at:
        lines.append(_("还没有车"))
    planned = _planned(trip) or (trip.reserved_from if trip else None)
    return JourneyStop("return", facts.boarded_back_at or planned, lines, is_actual=bool(facts.boarded_back_at))


def _home(facts: Facts, parts: CaseParts) -> JourneyStop:
    home = home_time(facts)
    planned = _planned_home(parts)
    lines = []
    if facts.entered_at:
        lines.append(_("门口登记进门"))
    if facts.dropped_home_at:
        lines.append(_("司机送到"))
    if facts.home_marked_at:
        lines.append(_("人工确认到家"))
    if facts.hand_closed_at:
        lines.append(_("两人确认销案"))
    planned = None if facts.hand_closed_at else planned
    return JourneyStop("home", home or planned, lines, is_actual=bool(home))


def _planned_home(parts: CaseParts) -> datetime | None:
    """Return when the way home should end; for a reservation, as long after it as the way there takes."""
    there, back = parts.outbound, parts.inbound
    if back is None or back.dropoff_planned_at or not back.reserved_from:
        return back.dropoff_planned_at if back else None
    if there is None or not there.pickup_planned_at or not there.dropoff_planned_at:
        return None
    return back.reserved_from + (there.dropoff_planned_at - there.pickup_planned_at)


def _set_states(stops: list[JourneyStop], facts: Facts, parts: CaseParts, standing: Standing) -> None:
    """Mark what is done, where the journey is now, and what went wrong."""
    furthest = max((number for number, stop in enumerate(stops) if stop.is_actual), default=-1)
    for number, stop in enumerate(stops):
        stop.state = "done" if number <= furthest else "todo"
    if facts.kept_at or standing.is_over or (facts.cancelled_at and not journey.is_out(facts)):
        return
    if journey.is_out(facts) and furthest + 1 < len(stops):
        stops[furthest + 1].state = "now"
        if standing.level:
            stops[furthest + 1].state = "risk"
    for number, trip in ((1, parts.outbound), (4, parts.inbound)):
        if trip and trip.status in BROKEN and number >= furthest:
            stops[number].state = "fail"


def _planned(trip: Trip | None) -> datetime | None:
    return trip.pickup_planned_at if trip else None


def _late(actual: datetime | None, planned: datetime | None) -> list[str]:
    if not actual or not planned:
        return []
    minutes = round((actual - planned) / timedelta(minutes=1))
    if minutes > 0:
        return [_("比约定晚 %(n)s 分") % {"n": minutes}]
    return [_("比约定早 %(n)s 分") % {"n": -minutes}] if minutes < 0 else [_("准时")]


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return _("%(h)s 小时 %(m)s 分") % {"h": hours, "m": rest}
    return _("%(h)s 小时") % {"h": hours} if hours else _("%(m)s 分钟") % {"m": rest}
