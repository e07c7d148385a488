"""Who waits, by urgency, with the reason of the colour: emergency return > overdue > due soon > submitted
(ui.md 8.8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from access.journey import has_way_home, is_out, is_over
from access.models import AccessRequest
from access.selectors import WaitLimits, facts_of
from access.states import RequestStatus
from core.names import sort_key
from core.phrases import label
from core.templatetags.components import duration
from core.vocabulary import Mobility
from dispatch.board.no_shows import met_nobody
from dispatch.board.urgency import (
    ANSWER_MIN,
    SOON,
    day_time,
    is_of_another_day,
    side_of,
    stranded,
    urgency,
)
from dispatch.hand.snapshot import Fleet
from transport.models import Trip
from transport.states import ELSEWHERE, TripDirection

ENDING = timedelta(minutes=45)  # treatment that ends within this: prepare the way home
# what the panel is headed, and where its button goes, by the kind of waiting; {name} is the person's
TITLES = {
    "out": lazy("给 %(name)s 派车"),
    "own": lazy("给 %(name)s 约号"),
    "back": lazy("接 %(name)s 回家"),
    "between": lazy("送 %(name)s 转院"),
    "stranded": lazy("去坏车旁接 %(name)s"),
    "move": lazy("%(name)s 已排好，换车、改时间"),
    "move_back": lazy("%(name)s 返程已排好，换车"),
}
PRESSES = {
    "out": "dispatch:place",
    "own": "dispatch:place",
    "back": "dispatch:place_return",
    "between": "dispatch:place_transfer",
    "stranded": "dispatch:place_stranded",
    "move": "dispatch:move",
    "move_back": "dispatch:move_return",
}


@dataclass(frozen=True)
class Waiting:
    """One person on the board's left.

    `kind`: out (needs slot and cars), own (needs a slot), back (needs a car home), between (needs one to another
    hospital), stranded (stands beside a broken car on the way there), move and move_back
    (have a car, there or home, that may be another one).
    """

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

    def is_later(self, at: datetime) -> bool:
        """Say whether it is of another day, and not of the hours around midnight: today's come first, apart."""
        return self.rank > 0 and is_of_another_day(self.due_at, at)

    @property
    def title(self) -> str:
        """Head the panel: what is arranged for whom."""
        return TITLES[self.kind] % {"name": self.request.name}

    @property
    def press_url(self) -> str:
        """Name the address the panel's button sends to."""
        return PRESSES[self.kind]


@dataclass(frozen=True)
class WaitingRow:
    """One person as the list of the board draws them: all that the row's template shows."""

    pk: UUID
    number: int
    name: str
    zone_class: str
    mobility: str
    mobility_word: str
    level: str
    headline: str
    route: str
    side: str
    reason: str
    icon: str
    query: str
    press: str | None  # the words of the panel's button, for the one chosen


def row_of(each: Waiting, number: int, *, query: str, press: str | None) -> WaitingRow:
    """Return how somebody stands in the list."""
    request = each.request
    return WaitingRow(
        pk=request.pk,
        number=number,
        name=request.name,
        zone_class=request.zone_class,
        mobility=request.mobility,
        mobility_word=label(Mobility, request.mobility),
        level=each.level,
        headline=each.headline,
        route=each.route,
        side=each.side,
        reason=each.reason,
        icon=each.icon,
        query=query,
        press=press,
    )


@dataclass(frozen=True)
class Ending:
    """Somebody whose treatment ends soon."""

    name: str
    place: str
    at: datetime


def waiting_people(rows: Iterable[AccessRequest], fleet: Fleet, limits: WaitLimits, *, at: datetime) -> list[Waiting]:
    """Return everybody who waits for a slot or a car, most pressing first."""
    nobody = met_nobody(trip for ways in fleet.waiting.values() for trip in ways.values())
    found = [_waiting(row, fleet, limits, nobody, at) for row in rows]
    return sorted((each for each in found if each), key=lambda each: each.order)


def ending_soon(rows: Iterable[AccessRequest], fleet: Fleet, *, at: datetime) -> list[Ending]:
    """Return those in treatment who will need their way home soon, earliest first."""
    found = []
    for row in rows:
        facts = facts_of(row)
        if not facts.treatment_at or facts.ready_at or not is_out(facts):
            continue
        ends = facts.treatment_at + timedelta(minutes=row.session_min)
        if ends - at <= ENDING:
            found.append(Ending(row.name, _hospital(row, fleet), ends))
    return sorted(found, key=lambda each: each.at)


def _hospital(row: AccessRequest, fleet: Fleet) -> str:
    trip = fleet.waiting.get(row.case_ref, {}).get(TripDirection.INBOUND)
    return trip.from_label if trip else row.facility.name if row.facility else ""


def _waiting(
    row: AccessRequest, fleet: Fleet, limits: WaitLimits, nobody: dict[UUID, str], at: datetime
) -> Waiting | None:
    """Say what a case waits for now, if anything."""
    trips, facts = fleet.waiting.get(row.case_ref, {}), facts_of(row)
    if is_over(facts):
        return None
    if between := trips.get(TripDirection.BETWEEN):
        return _between(row, between, at)
    wants_home = is_out(facts) and (facts.ready_at or facts.cancelled_at) and row.needs_vehicle
    if wants_home and not has_way_home(facts):
        since = facts.ready_at or facts.cancelled_at or at
        home = trips.get(TripDirection.INBOUND)
        return _back(row, home, limits, since, at, nobody=nobody.get(home.pk, "") if home else "")
    is_open = row.status in {RequestStatus.APPROVED, RequestStatus.UNMET}
    if not is_open or facts.scheduled_at or facts.boarded_at or facts.arrived_at or facts.ready_at:
        return None
    if row.case_ref in fleet.riding:
        return None if row.is_critical else _keep(row, trips.get(TripDirection.INBOUND), at)
    there = trips.get(TripDirection.OUTBOUND)
    is_stranded = there is not None and there.from_kind == ELSEWHERE and not row.is_critical
    kind = "stranded" if is_stranded else "out" if row.needs_vehicle else "own"
    return _out(row, there, at, kind=kind, nobody=nobody.get(there.pk, "") if there else "")


def _keep(row: AccessRequest, trip: Trip | None, at: datetime) -> Waiting | None:
    """Somebody whose car there stands and whose car back was lost: it is kept again before they leave (R-000-12).

    Hours ahead it harms nobody yet: whoever stands outside now comes before it.
    """
    if trip is None:
        return None
    is_near = (trip.ready_at or at) - at <= SOON
    return Waiting(
        request=row,
        kind="back",
        rank=4 if is_near else 5,
        level="wait" if is_near else "",
        due_at=trip.ready_at or at,
        headline=_("约 %(t)s") % {"t": day_time(trip.ready_at or at, at)},
        route=f"{trip.from_label} → {home_name(row)}",
        side=_("返程"),
        reason=_("去程有车，返程没有"),
        icon="alert",
        trip=trip,
    )


def home_name(row: AccessRequest) -> str:
    """Name where home is."""
    return row.community.name if row.community else _("还不知道住哪")


def _back(
    row: AccessRequest, trip: Trip | None, limits: WaitLimits, since: datetime, at: datetime, *, nobody: str
) -> Waiting:
    waited = at - since
    minutes = max(0, int(waited.total_seconds() // 60))
    level = limits.level(waited, has_ride=False)
    passed = max(
        (limit for limit in (limits.amber, limits.no_car, limits.target, limits.street) if minutes >= limit), default=0
    )
    broken = stranded(trip, at) if trip else ""
    level = "danger" if broken else level
    waits = _("返程超 %(n)s 分钟") % {"n": passed} if passed else _("等返程车")
    place = trip.from_label if trip else (row.facility.name if row.facility else _("外面"))
    return Waiting(
        request=row,
        kind="back",
        rank=1 if level == "danger" else 3 if level else 4,
        level=level,
        due_at=since,
        headline=_("已等 %(t)s") % {"t": duration(minutes)},
        route=f"{place} → {home_name(row)}",
        side=_("返程"),
        reason="；".join(filter(None, (broken or waits, nobody))),
        icon="stop" if broken else "clock",
        trip=trip,
    )


def _between(row: AccessRequest, trip: Trip, at: datetime) -> Waiting:
    """Somebody whom another hospital has accepted: whoever may die there goes before everybody."""
    since = trip.ready_at or trip.status_at
    minutes = max(0, int((at - since).total_seconds() // 60))
    is_long = minutes >= ANSWER_MIN
    return Waiting(
        request=row,
        kind=TripDirection.BETWEEN,
        rank=0 if row.is_critical else 1 if is_long else 3,
        level="danger" if row.is_critical or is_long else "wait",
        due_at=since,
        headline=_("已等 %(t)s") % {"t": duration(minutes)},
        route=f"{trip.from_label} → {trip.to_label}",
        side=_("转院"),
        reason=_("急危重症等转院车，120 优先") if row.is_critical else _("等转院车"),
        icon="siren" if row.is_critical else "clock",
        trip=trip,
    )


def _out(row: AccessRequest, trip: Trip | None, at: datetime, *, kind: str, nobody: str) -> Waiting:
    rank, level, reason, icon = urgency(row, trip, at, nobody=nobody)
    to = trip.to_label if trip else row.facility.name if row.facility else _("医院待定")
    return Waiting(
        request=row,
        kind=kind,
        rank=rank,
        level=level,
        due_at=row.arrive_at or row.approved_at or at,
        headline=_("%(t)s 到") % {"t": day_time(row.arrive_at, at)} if row.arrive_at else _("越快越好"),
        route=f"{trip.from_label if trip else home_name(row)} → {to}",
        side=side_of(row, at, kind),
        reason=reason,
        icon=icon,
        trip=trip,
    )
