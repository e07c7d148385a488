"""Which hospital receives whom: the zone → facility matrix, each facility with why, why not, and its free times. Pure.

Source: rules.md 1.5 no. 2 (R-002-1a to 1d), nearest first (R-001-9), life floor (R-000-8), decisions.md C11 and F37.
For a critical patient the engine asks here as well, so that both ways name the same house (E22).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any

from core.clock import CHINA
from core.geo import Point, road_km, travel_min
from core.vocabulary import INFECTIOUS, ZoneClass
from dispatch.hand.zone_roles import CRITICAL, care_zone, facility, need_of, offered, saves
from dispatch.limits import LIMITS, MINUTE, Limits
from dispatch.shapes import Check
from hospitals.states import ServiceStatus, ZoneRole, is_shut
from matching import problem as engine
from matching.bars import refusal

DOUBT_MIN = 10.0  # a house that is shut, limited or silent must be this much nearer to be a critical patient's first
# a woman in labour: how much farther the house of her zone or infection may be than the nearest that can deliver
DESIGNATED_MIN, ROLE_MIN = 60.0, 15.0
CARE = "care"  # the houses looked at all have the service asked for
_DOUBTS = {"closed", "limited", "diverting", "stale"}


@dataclass(frozen=True)
class Times:
    """One bookable time."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    shift: str
    free: int


@dataclass(frozen=True)
class Receiver:
    """One facility's service with its times of the day asked for."""

    code: str
    name: str
    zone_role: str
    point: Point
    status: str
    status_until: datetime | None = None
    confirmed_at: datetime | None = None
    has_machines: bool = True  # set apart for whoever asks, where the class needs its own (E20)
    has_places: bool = True  # at some hour of the span planned, whoever's machines
    times: tuple[Times, ...] = ()


@dataclass(frozen=True)
class CareAsk:
    """What the patient asks of a hospital."""

    zone_class: str
    infection_class: str
    is_critical: bool
    home: Point
    usual_code: str = ""
    arrive_at: datetime | None = None
    is_labour: bool = False
    planned: tuple[datetime, datetime] | None = None  # the first and the last hour that is planned; None: any

    @property
    def is_closed_loop(self) -> bool:
        """Say whether they are treated as the sealed zone is."""
        return care_zone(self.zone_class, self.infection_class) == ZoneClass.SEALED

    @cached_property
    def as_asked(self) -> engine.Request:
        """What the engine is asked of a house; its places and machines are looked at apart."""
        return engine.Request(
            id="",
            need=need_of(CARE, self.infection_class, is_critical=self.is_critical),
            home="",
            zone=self.zone_class,
            care_zone=care_zone(self.zone_class, self.infection_class),
            infection=self.infection_class,
            usual_facility=self.usual_code or None,
            is_critical=self.is_critical,
        )

    def is_planned(self, times: Times) -> bool:
        """Say whether the plan would take that hour by itself."""
        return self.planned is None or self.planned[0] <= times.starts_at <= self.planned[1]


@dataclass(frozen=True)
class Option:
    """A facility looked at: possible or not, why, and its best free times first."""

    receiver: Receiver
    is_possible: bool
    checks: tuple[Check, ...]
    times: tuple[Times, ...]
    ride_min: int


def options(receivers: Iterable[Receiver], ask: CareAsk, *, now: datetime, limits: Limits = LIMITS) -> list[Option]:
    """Judge every facility and order them: possible ones best first, then the others by distance.

    A house of the right kind beyond `limits.reach` counts as none: nobody is refused for want of one that far.
    """
    known = list(receivers)
    is_lacking = not any(_offers(each, ask, limits) for each in known)
    judged = [_judge(each, ask, now=now, is_lacking=is_lacking, limits=limits) for each in known]
    return sorted(judged, key=lambda each: _order(each, ask))


def _offers(receiver: Receiver, ask: CareAsk, limits: Limits) -> bool:
    """Say whether a house of the role that is meant for them has the service, near enough, with a place at all."""
    is_near = travel_min(ask.home, receiver.point) <= limits.reach or _is_named(receiver, ask)
    return is_near and receiver.has_machines and receiver.has_places and _bar(receiver, ask) is None


def _bar(receiver: Receiver, ask: CareAsk, *, through_buffer: bool = False) -> str | None:
    """Ask the engine which rule keeps a patient out of a house whatever its places; None if it may receive them."""
    needs = {offered(CARE, receiver.zone_role)} - ({CARE} if receiver.zone_role == ZoneRole.NONE else set())
    if saves(receiver.zone_role):
        needs.add(CARE + CRITICAL)
    house = facility(receiver.code, receiver.zone_role, place="", needs=frozenset(needs))
    reason = refusal(house, ask.as_asked, through_buffer=through_buffer)
    return reason.code if reason else None


def _order(option: Option, ask: CareAsk) -> tuple[Any, ...]:
    receiver = option.receiver
    if ask.is_critical:
        return (not option.is_possible, critical_min(option, ask), receiver.code)
    keeps_usual = receiver.code == ask.usual_code and not ask.is_critical
    doubts = sum(
        1 for check in option.checks if check.verdict == "but" and check.code not in {"role_buffer", "role_only"}
    )
    return (not option.is_possible, not keeps_usual, doubts, option.ride_min, receiver.code)


def critical_min(option: Option, ask: CareAsk) -> float:
    """Return the minutes to a house as they count for a critical patient: the nearest able to save comes first."""
    doubts = sum(1 for check in option.checks if check.code in _DOUBTS)
    minutes = option.ride_min + DOUBT_MIN * doubts
    role = option.receiver.zone_role
    if not ask.is_labour:
        return minutes
    if ask.infection_class in INFECTIOUS:
        return minutes if role == ZoneRole.DESIGNATED else minutes + DESIGNATED_MIN
    fits = role == ZoneRole.YELLOW if ask.is_closed_loop else role != ZoneRole.DESIGNATED
    return minutes if fits else minutes + ROLE_MIN


def _judge(receiver: Receiver, ask: CareAsk, *, now: datetime, is_lacking: bool, limits: Limits) -> Option:
    minutes, km = ceil(travel_min(ask.home, receiver.point)), round(road_km(ask.home, receiver.point), 1)
    free = [each for each in receiver.times if each.free > 0 and each.starts_at > now and not _bars(receiver, each)]
    free.sort(key=lambda each: (_off(each, ask, now=now, minutes=minutes), each.starts_at))
    checks = [_role(receiver, ask, is_lacking=is_lacking)]
    if receiver.code == ask.usual_code:
        checks.append(Check("usual", "yes"))
    checks += _service(receiver, now=now, limits=limits, is_barred=not free and not ask.is_critical)
    if not receiver.has_machines:
        checks.append(Check("no_machine", "no"))
    elif not free and not ask.is_critical:
        checks.append(Check("full", "no"))
    bars = [check for check in checks if check.bars]
    if not bars:
        if free:
            checks.append(Check("places", "yes", {"free": free[0].free}))
        checks.append(Check("ride", "yes", {"min": minutes, "km": km}))
        if travel_min(ask.home, receiver.point) > limits.reach and not _is_named(receiver, ask):
            checks.append(Check("far", "but", {"min": minutes}))
        if free and not ask.is_critical and not any(map(ask.is_planned, free)):
            checks.append(Check("other_hours", "but"))
    return Option(receiver, not bars, tuple(bars or checks), tuple(free), minutes)


def _is_named(receiver: Receiver, ask: CareAsk) -> bool:
    """Say whether a house is looked at however far it is."""
    return ask.is_critical or receiver.code == ask.usual_code


def _bars(receiver: Receiver, times: Times) -> bool:
    return is_shut(receiver.status, receiver.status_until, times.starts_at)


def _off(times: Times, ask: CareAsk, *, now: datetime, minutes: int) -> timedelta:
    """Return how far a time is from the one asked for; without one, from the soonest that can be reached."""
    if ask.arrive_at:
        return abs(times.starts_at - ask.arrive_at)
    reachable = now + timedelta(minutes=minutes + 20)
    late = times.starts_at - reachable
    return late if late >= timedelta(0) else timedelta(days=1) - late


def _role(receiver: Receiver, ask: CareAsk, *, is_lacking: bool) -> Check:
    """Say whether the matrix sends this patient here."""
    bar = _bar(receiver, ask)
    if bar == "zone_role" and is_lacking and _bar(receiver, ask, through_buffer=True) is None:
        return Check("role_buffer" if ask.is_closed_loop else "role_only", "but")
    if bar == "zone_role":
        return Check("role_ordinary" if ask.is_closed_loop else "role_yellow", "no")
    if bar and receiver.zone_role == ZoneRole.NONE:
        return Check("closed", "no", {"status": "closed"})
    if ask.is_critical:
        return (
            Check("role_designated", "no")
            if bar
            else Check("role_delivers" if ask.is_labour else "role_nearest", "yes")
        )
    if ask.infection_class in INFECTIOUS:
        return Check("role_infected", "no") if bar else Check("role_designated", "yes")
    if bar:
        return Check("role_designated", "no")
    if ask.is_closed_loop:
        return Check("role_yellow", "yes")
    return Check("role_ordinary", "yes", {"zone": ask.zone_class})


def _service(receiver: Receiver, *, now: datetime, limits: Limits, is_barred: bool) -> list[Check]:
    """Say how the service stands and how fresh that is; a closure bars nobody critical (R-002-3d)."""
    checks = []
    if is_shut(receiver.status, receiver.status_until, now):
        until = f"{receiver.status_until.astimezone(CHINA):%m-%d %H:%M}" if receiver.status_until else ""
        checks.append(Check("closed", "no" if is_barred else "but", {"status": receiver.status, "until": until}))
    elif receiver.status == ServiceStatus.LIMITED:
        checks.append(Check("limited", "but"))
    if receiver.confirmed_at is None:
        checks.append(Check("stale", "but", {"h": 0}))
    elif now - receiver.confirmed_at > limits.fresh * MINUTE:
        checks.append(Check("stale", "but", {"h": int((now - receiver.confirmed_at).total_seconds() // 3600)}))
    return checks
