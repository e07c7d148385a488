"""What a dispatcher who takes the first of every list on the board would press, for days that are played in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from access.models import AccessRequest
from access.selectors.rescue import place_of
from core.actors import Actor
from core.errors import Conflict
from dispatch.hand import offers, placement, receiving, snapshot
from dispatch.hand.offers import Errand, Pair
from dispatch.hand.placement import HORIZON_H, PlacementChoice
from dispatch.hand.receiving import Option, Times
from dispatch.limits import limits
from transport.models import Trip
from transport.states import TripDirection

HELPS = timedelta(hours=2)  # of a car for a critical patient
HOSPITALS, TIMES = 3, 2  # so many of the lists are tried before a person gives up


def place_first(request: AccessRequest, *, by: Actor, at: datetime, favourite: str = "") -> AccessRequest:
    """Place a request by hand as `first_choice` says; raises Conflict when nothing fits, or somebody was faster."""
    choice = first_choice(request, at=at, favourite=favourite)
    if choice is None:
        raise Conflict("placement.nothing_fits")
    return placement.place(request, choice=choice, by=by, at=at)


def first_choice(request: AccessRequest, *, at: datetime, favourite: str = "") -> PlacementChoice | None:
    """Return the first hospital and time with a car there and a car back; None when the first few have none.

    A car named in `favourite` is taken before the others where it can.
    """
    known = limits(place=place_of(request), at=at)
    found = receiving.options(
        snapshot.receivers(request, now=at), snapshot.care_ask(request, now=at), now=at, limits=known
    )
    until = max(request.arrive_at or at, at) + timedelta(minutes=request.session_min, hours=HORIZON_H)
    fleet = snapshot.fleet(request.dispatch_area, since=at - snapshot.LOOK_BACK, until=until)
    there = Trip.objects.live().filter(case_ref=request.case_ref, direction=TripDirection.OUTBOUND).first()
    home = snapshot.home_of(request)
    party = snapshot.ask(request, ambulance_by=snapshot.ambulance_by(request, now=at))
    for option, time in _places(found, is_critical=request.is_critical):
        place = PlacementChoice(slot_id=time.slot_id if time else None, facility_code=option.receiver.code)
        if not request.needs_vehicle:
            return place
        by_slot = time.starts_at if time and not request.is_critical else None
        start = there.origin.point if there else home
        way = Errand(start, home, option.receiver.point, by_slot, request.session_min, known)
        pairs = offers.pairs(fleet.cars, party, way, now=at, besides=favourite)
        if request.is_critical:  # a car hours away helps nobody, and whoever has one is not looked at again
            pairs = [pair for pair in pairs if pair.there.ride and pair.there.ride.pickup_at <= at + HELPS]
        if pair := _first(pairs, favourite):
            back = pair.back.car.code if pair.back else ""
            return replace(place, out_vehicle=pair.there.car.code, back_vehicle=back)
    return None


def _places(found: list[Option], *, is_critical: bool) -> Iterator[tuple[Option, Times | None]]:
    """Yield hospitals with times, the best first; an emergency goes without one."""
    for option in [each for each in found if each.is_possible][:HOSPITALS]:
        times: tuple[Times | None, ...] = option.times[:TIMES]
        yield from ((option, time) for time in times or ((None,) if is_critical else ()))


def _first(pairs: list[Pair], favourite: str) -> Pair | None:
    possible = [pair for pair in pairs if pair.is_possible]
    liked = (pair for pair in possible if pair.there.car.code == favourite)
    return next(liked, possible[0] if possible else None)
