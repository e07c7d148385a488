"""Who waits, by urgency, with the reason of the colour: emergency return > overdue > due soon > submitted (ui.md 8.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from access.selectors import WaitLimits
from django.utils.translation import gettext as _

from access.models import AccessRequest
from access.states import RequestStatus, TransportMode
from core.names import sort_key
from core.templatetags.components import duration
from dispatch.words import hhmm
from transport.models import Trip
from transport.states import TripDirection

ANSWER_MIN = 15  # a car is named this long after approval (ui.md 8.6); our choice for the amber of an old request
SOON = timedelta(minutes=60)  # the way there begins within this: due soon
AGE_COUNTS = timedelta(hours=4)  # an old request is amber only when its hour is this near
ENDING = timedelta(minutes=45)  # treatment that ends within this: prepare the way home


@dataclass(frozen=True)
class Waiting:
    """One person on the board's left. `kind`: out (needs slot and cars), own (needs a slot), back (needs a car home)."""

    request: AccessRequest
    kind: str
    rank: int
    level: str
    due_at: datetime
    headline: str
    route: str
    side: str
    reason: str
    icon: str
    trip: Trip | None = None

    @property
    def order(self) -> tuple[int, datetime, str]:
        """Sort key: the most pressing first."""
        return (self.rank, self.due_at, sort_key(self.request.name))


@dataclass(frozen=True)
class Ending:
    """Somebody whose treatment ends soon."""

    name: str
    place: str
    at: datetime


def waiting_people(
    rows: Iterable[AccessRequest], trips: dict[object, dict[str, Trip]], limits: WaitLimits, *, at: datetime
) -> list[Waiting]:
    """Return everybody who waits for a slot or a car, most pressing first."""
    found = [_waiting(row, trips.get(row.case_ref, {}), limits, at) for row in rows]
    return sorted((each for each in found if each), key=lambda each: each.order)


def ending_soon(rows: Iterable[AccessRequest], *, at: datetime) -> list[Ending]:
    """Return those in treatment who will need their way home soon, earliest first."""
    found = []
    for row in rows:
        if not row.treatment_at or row.ready_at or row.kept_at or not row.is_out:
            continue
        ends = row.treatment_at + timedelta(minutes=row.session_min)
        if ends - at <= ENDING:
            found.append(Ending(row.name, row.facility.name if row.facility else "", ends))
    return sorted(found, key=lambda each: each.at)


def _waiting(row: AccessRequest, trips: dict[str, Trip], limits: WaitLimits, at: datetime) -> Waiting | None:
    rides = row.mode in {TransportMode.VEHICLE, TransportMode.AMBULANCE}
    if row.is_out and (row.ready_at or row.cancelled_at) and not row.back_ride_at and not row.boarded_back_at and rides:
        return _back(row, trips.get(TripDirection.INBOUND), limits, at)
    is_open = row.status in {RequestStatus.APPROVED, RequestStatus.UNMET}
    if not is_open or row.scheduled_at or row.boarded_at or row.arrived_at or (row.is_out and not row.is_critical):
        return None
    if row.ready_at or row.kept_at or row.entered_at or row.home_marked_at:
        return None
    return _out(row, trips.get(TripDirection.OUTBOUND), at, kind="out" if rides else "own")


def _back(row: AccessRequest, trip: Trip | None, limits: WaitLimits, at: datetime) -> Waiting:
    since = row.ready_at or row.cancelled_at or at
    waited = at - since
    minutes = max(0, int(waited.total_seconds() // 60))
    level = limits.level(waited, has_ride=False)
    passed = max(
        (limit for limit in (limits.amber, limits.no_car, limits.target, limits.street) if minutes >= limit), default=0
    )
    place = trip.from_label if trip else (row.facility.name if row.facility else _("外面"))
    return Waiting(
        request=row,
        kind="back",
        rank=1 if level == "danger" else 3 if level else 4,
        level=level,
        due_at=since,
        headline=_("已等 %(t)s") % {"t": duration(minutes)},
        route=f"{place} → {row.community.name}",
        side=_("返程"),
        reason=_("返程超 %(n)s 分钟") % {"n": passed} if passed else _("等返程车"),
        icon="clock",
        trip=trip,
    )


def _out(row: AccessRequest, trip: Trip | None, at: datetime, *, kind: str) -> Waiting:
    rank, level, reason, icon = _urgency(row, trip, at)
    to = trip.to_label if trip else row.facility.name if row.facility else _("医院待定")
    return Waiting(
        request=row,
        kind=kind,
        rank=rank,
        level=level,
        due_at=row.arrive_at or row.approved_at or at,
        headline=_("%(t)s 到") % {"t": _day_time(row.arrive_at, at)} if row.arrive_at else _("越快越好"),
        route=f"{row.community.name} → {to}",
        side=_side(row, at, kind),
        reason=reason,
        icon=icon,
        trip=trip,
    )


def _urgency(row: AccessRequest, trip: Trip | None, at: datetime) -> tuple[int, str, str, str]:
    """Return rank, colour, reason and icon of somebody not yet on the way."""
    approved = row.approved_at or row.submitted_at
    age = int((at - approved).total_seconds() // 60)
    if row.is_critical:
        return 0, "danger", _("急危重症，120 优先"), "siren"
    if row.arrive_at and row.arrive_at <= at:
        return 2, "danger", _("已过 %(t)s，还没有车") % {"t": hhmm(row.arrive_at)}, "stop"
    if trip and trip.attempt > 1:
        return 3, "wait", _("原来的车来不了，要换车"), "alert"
    if row.arrive_at and row.arrive_at - at <= SOON:
        return 3, "wait", _("不到 1 小时就要到"), "alert"
    if age >= ANSWER_MIN and (row.arrive_at is None or row.arrive_at - at <= AGE_COUNTS):
        return 5, "wait", _("申请 %(t)s了") % {"t": duration(age)}, "alert"
    if row.source == "hotline":
        return 6, "", _("热线 %(t)s") % {"t": hhmm(row.submitted_at)}, "phone"
    return 6, "", _("待安排"), "ring"


def _side(row: AccessRequest, at: datetime, kind: str) -> str:
    if kind == "own":
        return _("自己去，要约号")
    if row.arrive_at and row.arrive_at > at:
        return _("还有 %(t)s") % {"t": duration(int((row.arrive_at - at).total_seconds() // 60))}
    return ""


def _day_time(moment: datetime, at: datetime) -> str:
    days = (moment.astimezone().date() - at.astimezone().date()).days
    return (
        hhmm(moment)
        if days == 0
        else _("明天 %(t)s") % {"t": hhmm(moment)}
        if days == 1
        else f"{moment:%m-%d} {hhmm(moment)}"
    )
