"""What a dispatcher is offered for one request: hospitals with times, cars there with a car back. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.geo import Point
from dispatch.hand.candidates import fit, rank, way_back, way_there
from dispatch.limits import LIMITS, MINUTE, Limits
from dispatch.shapes import Ask, Car, Check, Fit, RidePlan, Way


@dataclass(frozen=True)
class Errand:
    """From where to where, when to be there, and when it is likely over. `start` is home, or where a ride broke off."""

    start: Point
    home: Point
    facility: Point
    arrive_by: datetime | None
    session_min: int
    limits: Limits = LIMITS

    def ready_at(self, there: RidePlan) -> datetime:
        """Return when the party can leave again, if treatment starts on time (or at once on arrival)."""
        begins = self.arrive_by or there.dropoff_at
        return max(begins, there.dropoff_at) + timedelta(minutes=self.session_min)

    def way_there(self, now: datetime) -> Way:
        """Return the way to the hospital."""
        return way_there(self.start, self.facility, now=now, arrive_by=self.arrive_by, limits=self.limits)

    def way_back(self, there: RidePlan, now: datetime) -> Way:
        """Return the way home after one way there."""
        return way_back(self.facility, self.home, ready_at=self.ready_at(there), now=now, limits=self.limits)


@dataclass(frozen=True)
class Pair:
    """A car there and a car back, or why this car cannot."""

    there: Fit
    back: Fit | None
    checks: tuple[Check, ...]

    @property
    def is_possible(self) -> bool:
        """Say whether both ways stand."""
        return self.there.is_possible and (self.back is not None or self.needs_no_back)

    @property
    def needs_no_back(self) -> bool:
        """Say whether the way there may go before a way back is found: only for the critical (life floor)."""
        return any(check.code == "back_later" for check in self.checks)


def pairs(
    cars: Iterable[Car], ask: Ask, errand: Errand, *, now: datetime, enough: int = 3, besides: str = ""
) -> list[Pair]:
    """Judge every car for the way there, the best ones with the best car back: possible pairs first, then barred ones.

    The way back is looked for until `enough` pairs stand (and for the car `besides`); cars beyond those are left out.
    """
    fleet = list(cars)
    out = errand.way_there(now)
    backs: dict[datetime, list[Fit]] = {}
    possible: list[Pair] = []
    barred: list[Pair] = []
    for there in rank((fit(car, ask, out) for car in fleet), ask):
        if there.is_possible and len(possible) >= enough and there.car.code != besides:
            continue
        pair = _pair(there, fleet, ask, errand, out, backs, now)
        (possible if pair.is_possible else barred).append(pair)
    return possible + barred


def _pair(  # noqa: PLR0913 - one reading of the board
    there: Fit, fleet: list[Car], ask: Ask, errand: Errand, out: Way, backs: dict[datetime, list[Fit]], now: datetime
) -> Pair:
    """Find the way back for one way there: the same car when it is free then, else the best other one."""
    if there.ride is None:
        return Pair(there, None, there.checks)
    calm = replace(ask, is_critical=False)
    ready, home = errand.ready_at(there.ride), errand.way_back(there.ride, now)
    same = fit(there.car.with_run(there.ride, out, ask), calm, home)
    if same.is_possible and not there.car.is_ambulance and not same.is_late_back:
        return Pair(there, same, (*there.checks, *_back_words(same, there)))
    if ready not in backs:
        backs[ready] = rank((fit(car, calm, home) for car in fleet), calm)
    other = next((each for each in backs[ready] if each.is_possible and each.car.code != there.car.code), None)
    if other and (not same.is_possible or _is_better(other, than=same)):
        return Pair(there, other, (*there.checks, *_back_words(other, there)))
    if same.is_possible:
        return Pair(there, same, (*there.checks, *_back_words(same, there)))
    if ask.is_critical:
        return Pair(there, None, (*there.checks, Check("back_later", "but")))
    return Pair(there, None, (Check("no_way_back", "no", {"cause": same.checks[0]} if same.checks else {}),))


def _is_better(other: Fit, *, than: Fit) -> bool:
    """Say whether another car comes back rather than the one that is an ambulance, or would be late at its base."""
    return not other.car.is_ambulance and (than.car.is_ambulance or not other.is_late_back)


def _back_words(back: Fit, there: Fit) -> list[Check]:
    """Say which car comes home, and whether its driver would be late for it."""
    is_same = back.car.code == there.car.code
    which = Check("back_same", "yes") if is_same else Check("back_other", "yes", {"plate": back.car.plate})
    return [which, *(check for check in back.checks if check.code == "late_back" and not there.is_late_back)]


def between(cars: Iterable[Car], ask: Ask, way: Way) -> list[Fit]:
    """Rank the cars for somebody whom another hospital takes over: 120 first for the critical, free of others else."""
    return rank((fit(car, ask, way) for car in cars), ask) if ask.is_critical else returns(cars, ask, way)


def returns(cars: Iterable[Car], ask: Ask, way: Way) -> list[Fit]:
    """Rank the cars for somebody who is ready to go home.

    Ambulances stay free (R-000-11) unless every other car comes late: at night they may be the only ones on duty.
    """
    calm = replace(ask, is_critical=False)
    ranked = rank((fit(car, calm, way) for car in cars), calm)
    possible = [each for each in ranked if each.ride]

    def key(each: Fit) -> tuple[bool, bool, datetime, bool]:
        comes = each.ride.pickup_at if each.ride else way.pickup_from
        is_late = comes - way.pickup_from > way.limits.wait * MINUTE  # they would stand in a corridor at night
        return is_late, each.car.is_ambulance, comes, each.is_late_back

    possible.sort(key=key)
    return possible + [each for each in ranked if each.ride is None]


def pair_of(cars: Iterable[Car], ask: Ask, errand: Errand, *, out: str, back: str, now: datetime) -> Pair:
    """Judge one chosen car there with one chosen car back ("" for the best by rule)."""
    fleet = list(cars)
    way = errand.way_there(now)
    car = next((each for each in fleet if each.code == out), None)
    if car is None:
        raise Invalid("placement.vehicle", _("这辆车今天没有班，请换一辆。"), field="out_vehicle")
    there = fit(car, ask, way)
    if there.ride is None:
        return Pair(there, None, there.checks)
    if not back:
        return _pair(there, fleet, ask, errand, way, {}, now)
    calm = replace(ask, is_critical=False)
    home = errand.way_back(there.ride, now)
    chosen = next((each for each in fleet if each.code == back), None)
    if chosen is None:
        raise Invalid("placement.vehicle", _("接返程的车今天没有班，请换一辆。"), field="back_vehicle")
    found = fit(chosen.with_run(there.ride, way, ask) if back == out else chosen, calm, home)
    if not found.is_possible:
        return Pair(Fit(chosen, None, found.checks), None, found.checks)
    return Pair(there, found, (*there.checks, *_back_words(found, there)))
