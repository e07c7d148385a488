"""The car kept for a way home: sent when somebody is ready, as kept if it can, moved in time if it must (C15)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import AccessRequest
from access.selectors.rescue import place_of
from core.actors import RELAY, Actor
from core.errors import Conflict, Invalid
from core.stored import stored
from dispatch.hand import promised, rides, snapshot, way_home
from dispatch.hand.arrangement import AsKept, Drive
from dispatch.hand.candidates import fit, way_back
from dispatch.hand.offers import returns as rank_returns
from dispatch.hand.placement import HORIZON_H
from dispatch.home import company
from dispatch.limits import limits
from dispatch.shapes import Fit, Way
from dispatch.words import sentence
from transport.models import Run, Trip, Vehicle
from transport.selectors import kept_alone
from transport.services import scheduling
from transport.services.scheduling import RunTimes
from transport.states import RunStatus, StopKind

SHIFT_AT_MOST = timedelta(minutes=45)  # the kept time moves along with who is ready later
WON = timedelta(minutes=10)  # a car that comes so much earlier than the one kept is sent instead
HOLDS = (1.0, 0.75, 0.5, 0.25, 0.0)
AUTO_LATEST = timedelta(minutes=45)  # a reserved car that comes later than this is left for a person to judge


def fleet(request: AccessRequest, *, at: datetime, besides: UUID | None) -> snapshot.Fleet:
    """Read the cars of the request's area, as if the run `besides` were not."""
    since, until = at - snapshot.LOOK_BACK, at + timedelta(hours=HORIZON_H)
    return snapshot.fleet(request.dispatch_area, since=since, until=until, besides=besides)


def home_way(trip: Trip, at: datetime) -> Way:
    """Describe the way home of somebody who waits."""
    ready = trip.ready_at or at
    return way_back(trip.origin.point, trip.destination.point, ready_at=ready, now=at, is_firm=True)


def chosen(
    code: str, trip: Trip, request: AccessRequest, way: Way, *, at: datetime, read: datetime | None = None
) -> Fit:
    """Judge the car a person chose for a way, under its lock.

    Raises Invalid where it has no shift, Conflict in the words of the first rule that bars it, or with both times where
    it comes later than was `read`.
    """
    list(Vehicle.objects.select_for_update().filter(pk=code))
    car = fleet(request, at=at, besides=kept_alone(trip)).car(code)
    if car is None:
        raise Invalid("placement.vehicle", _("请选一辆今天有班的车。"), field="vehicle")
    found = fit(car, snapshot.ask_of_trip(trip, request), way)
    if found.ride is None:
        words = {"plate": car.plate, "why": sentence(found.checks[0])}
        raise Conflict("vehicle.taken", _("不能排 %(plate)s：%(why)s。请换一辆。") % words)
    promised.require(read, found.ride.pickup_at, plate=car.plate, is_critical=request.is_critical)
    return found


def lock(case_ref: UUID) -> None:
    """Lock the car kept for a way home before its trip is read: of several it is kept for, one is called at a time."""
    kept = Trip.objects.filter(case_ref=case_ref, reserved_run__isnull=False)
    list(Vehicle.objects.select_for_update().filter(pk__in=kept.values("reserved_run__vehicle")))


def call(trip: Trip, request: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Move the reserved car to when the person is ready; a car that could only come much later is left to a person."""
    run = trip.reserved_run
    if run is None:
        return
    if run.status != RunStatus.DRAFT:  # it goes for others already, and has no seat that fits
        scheduling.release_reservation(trip, by=by, at=at, reason=stored("车已经接别人走"))
        return
    ready, hold = max(trip.ready_at or at, at), company.hold_for_others(trip, at=at)
    if not hold and _comes_earlier(trip, run, request, ready=ready, by=by, at=at):
        return
    for part in HOLDS:  # as long as the car's next outing allows
        if _comes_as_kept(trip, run, request, start=ready + part * hold, by=by, at=at):
            return
        if not hold:
            break
    seen = fleet(request, at=at, besides=run.pk)
    car = seen.car(run.vehicle_id)
    found = fit(car, snapshot.ask_of_trip(trip, request), home_way(trip, at)) if car else None
    if found is None or found.ride is None or found.ride.pickup_at - ready > AUTO_LATEST:
        return
    sent = rides.own_run(found)
    _written(trip, request, AsKept(sent.ride, sent.why), by=by, at=at)


def _comes_earlier(trip: Trip, run: Run, request: AccessRequest, *, ready: datetime, by: Actor, at: datetime) -> bool:
    """Send a car that wins ten minutes on the one kept: the same, or another that stands idle; False while none does.

    Nobody else may count on the kept one; the one that a person chose comes itself, or as kept. Ambulances stay free.
    """
    kept_at = run.stops.filter(trip=trip, kind=StopKind.PICKUP).values_list("planned_at", flat=True).first()
    if kept_at is None or kept_at - ready < WON or kept_alone(trip) is None:
        return False
    seen, ask, way = fleet(request, at=at, besides=run.pk), snapshot.ask_of_trip(trip, request), home_way(trip, at)

    def wins(each: Fit) -> bool:
        return each.ride is not None and kept_at - each.ride.pickup_at >= WON and not each.is_late_back

    same = seen.car(run.vehicle_id)
    own = fit(same, ask, way) if same else None
    if own is not None and wins(own):
        sent = rides.own_run(own)
        return _written(trip, request, AsKept(sent.ride, sent.why), by=by, at=at)
    if run.is_pinned:
        return False
    others = (each for each in rank_returns(seen.cars, ask, way) if wins(each) and not each.car.is_ambulance)
    other = next(others, None)
    return other is not None and _written(trip, request, rides.own_run(other), by=by, at=at)


def _comes_as_kept(trip: Trip, run: Run, request: AccessRequest, *, start: datetime, by: Actor, at: datetime) -> bool:
    """Let the car come at the time it was kept for, or as much later as they are ready; False when it cannot."""
    planned = {stop.kind: stop.planned_at for stop in run.stops.filter(trip=trip)}
    pickup = planned.get(StopKind.PICKUP)
    latest = max(trip.ready_at or at, at) + company.HOLD_KEPT
    if pickup is None or not start - SHIFT_AT_MOST <= pickup <= latest:
        return False
    later = max(start - pickup, timedelta())
    home = planned[StopKind.DROPOFF]
    leaves, free = run.occupied.lower, run.occupied.upper
    ride = RunTimes(run.vehicle, run.driver, leaves + later, pickup + later, home + later, free + later)
    return _written(trip, request, AsKept(ride, trip.explanation), by=by, at=at)


def _written(trip: Trip, request: AccessRequest, way: Drive | AsKept, *, by: Actor, at: datetime) -> bool:
    """Call the car kept, or another; False when it has something else then, and the way home is looked for anew."""
    try:
        with transaction.atomic():
            way_home.write(trip, request, way, is_pinned=False, by=by, at=at)
    except Conflict:
        trip.refresh_from_db()
        return False
    return True


def move(trip: Trip, request: AccessRequest, *, ready: datetime, at: datetime) -> None:
    """Keep a car for a later end: the same one when it is free then, else the best one.

    Who shares a car and will be ready too late for the others is planned anew.
    """
    if trip.reserved_run_id and kept_alone(trip) is None:
        if trip.reserved_from and ready - trip.reserved_from > company.HOLD_KEPT:
            scheduling.part(trip, ready_at=ready, by=RELAY, at=at, reason=stored("到得晚，另留一辆车"))
        return
    seen = fleet(request, at=at, besides=trip.reserved_run_id)
    known = limits(place=place_of(request), at=at)
    way = way_back(trip.origin.point, trip.destination.point, ready_at=ready, now=at, limits=known)
    ask = snapshot.ask_of_trip(trip, request)
    kept = trip.reserved_run.vehicle_id if trip.reserved_run else ""
    same = seen.car(kept)
    found = fit(same, ask, way) if same else None
    if found is None or not found.is_possible:
        found = next((each for each in rank_returns(seen.cars, ask, way) if each.is_possible), None)
    elif found.is_late_back:  # rather a car whose shift goes on, but no ambulance for it (R-000-11)
        others = (each for each in rank_returns(seen.cars, ask, way) if each.is_possible and not each.is_late_back)
        found = next((each for each in others if not each.car.is_ambulance), found)
    if found:
        is_pinned = trip.reserved_run is not None and trip.reserved_run.is_pinned  # whom a person chose, a person keeps
        way_home.write(trip, request, rides.own_run(found), is_pinned=is_pinned, by=RELAY, at=at)
