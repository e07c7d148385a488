"""Trips onto vehicles and off again. PostgreSQL decides who gets a car; the loser reads which car, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict, Invalid
from core.gathering import step
from core.stored import stored
from transport.events import RunGivenUp
from transport.fit import bar_of
from transport.models import Run, Shift, Trip
from transport.services import follow, stop_list
from transport.services.kept import NOT_KEPT, amend, put_aside
from transport.services.outing import RunTimes, claim, refuse
from transport.services.riders import assign, join, keep_on, leave_run, take_off
from transport.services.room import give_room_back, take_time
from transport.states import RunStatus, TripStatus

T, R = TripStatus, RunStatus
__all__ = [
    "RunTimes",
    "activate",
    "amend",
    "join",
    "keep_on",
    "leave_run",
    "part",
    "release_reservation",
    "reserve",
    "schedule",
    "take_off",
    "use_reservation",
]


@step
def schedule(
    trip: Trip,
    *,
    ride: RunTimes,
    by: Actor,
    at: datetime,
    is_pinned: bool,
    explanation: dict[str, Any] | None = None,
) -> Run:
    """Put a waiting trip on a car of its own run and offer it to the driver.

    Raises Conflict when the car (`vehicle.taken`) or driver (`driver.taken`) has another run then, when a hard
    rule bars the car, or when the driver is off shift (`driver.off_shift`).
    """
    _check(trip, ride)
    run = _new_run(trip, ride, R.OFFERED, by=by, at=at, is_pinned=is_pinned)
    stop_list.add(run, trip, pickup_at=ride.pickup_at, dropoff_at=ride.dropoff_at, known=())
    assign(trip, run, pickup_at=ride.pickup_at, dropoff_at=ride.dropoff_at, explanation=explanation, by=by, at=at)
    follow.touch([trip], run)
    return run


@step
def reserve(  # noqa: PLR0913 - the facts of one act, by name
    trip: Trip,
    *,
    ride: RunTimes,
    window_from: datetime,
    window_until: datetime,
    by: Actor,
    at: datetime,
    is_pinned: bool = False,
    explanation: dict[str, Any] | None = None,
) -> Run:
    """Keep a car for a way home that will be called for (R-000-12): a run in draft; raises as `schedule` does."""
    if trip.status != T.WILL_CALL:
        raise Conflict("trip.not_waiting", _("返程已经叫过车了，请直接排车。"))
    if trip.reserved_run_id:
        release_reservation(trip, by=by, at=at, reason=stored("换一辆车预留"))
    _check(trip, ride)
    run = _new_run(trip, ride, R.DRAFT, by=by, at=at, is_pinned=is_pinned)
    stop_list.add(run, trip, pickup_at=ride.pickup_at, dropoff_at=ride.dropoff_at, known=())
    window = {"reserved_run": run, "reserved_from": window_from, "reserved_until": window_until}
    window["dropoff_planned_at"] = ride.dropoff_at
    amend(trip, **window, explanation=explanation or {})
    audit.record("trip.reserved", trip, by=by, at=at, detail={"run": str(run.pk), "vehicle": run.vehicle_id})
    follow.touch([trip], run)
    return run


@transaction.atomic
def activate(trip: Trip, *, ready_at: datetime, by: Actor, at: datetime) -> Trip:
    """Call for a way home: the person is ready from `ready_at`. Safe to repeat once called."""
    if trip.status == T.WILL_CALL:
        advance(trip, T.UNSCHEDULED, by=by, at=at, verb="trip.called", ready_at=ready_at)
        follow.touch([trip])
    return trip


@transaction.atomic
def use_reservation(
    trip: Trip,
    *,
    ride: RunTimes,
    by: Actor,
    at: datetime,
    explanation: dict[str, Any] | None = None,
) -> Run:
    """Move the reserved run to its real time and offer it; raises as `schedule` does.

    The others it is kept for stay so, until it leaves the door: whoever is ready by then joins it.
    """
    run = trip.reserved_run
    if run is None or run.status != R.DRAFT:
        raise Conflict("trip.no_reservation", _("没有给他预留的车了，请另排一辆。"))
    _check(trip, ride)
    moved = {"occupied": ride.occupied, "vehicle": ride.vehicle, "driver": ride.driver}

    def offer() -> None:
        advance(run, R.OFFERED, by=by, at=at, verb="run.offered", **moved)

    take_time(offer, ride, trip.destination.point, by=by, at=at, besides=run)
    stop_list.drop_undone(run, trip)
    later = ride.dropoff_at - (trip.dropoff_planned_at or ride.dropoff_at)
    stop_list.add(run, trip, pickup_at=ride.pickup_at, dropoff_at=ride.dropoff_at)
    assign(
        trip,
        run,
        pickup_at=ride.pickup_at,
        dropoff_at=ride.dropoff_at,
        explanation=explanation,
        by=by,
        at=at,
        reserved_run=None,
    )
    put_aside(run, later)
    follow.touch([trip], run)
    return run


@step
def release_reservation(trip: Trip, *, by: Actor, at: datetime, reason: str) -> None:
    """Give the reserved car back, or the place in it where it is kept for others as well; safe to repeat."""
    run = trip.reserved_run
    if run is None:
        return
    amend(trip, **NOT_KEPT)
    if run.reserved_trips.exists():
        stop_list.drop_undone(run, trip)
    elif run.status == R.DRAFT:
        advance(run, R.CANCELLED, by=by, at=at, reason=reason)
        give_room_back(run, by=by, at=at)
    follow.touch([trip], run)


@step
def part(trip: Trip, *, ready_at: datetime, by: Actor, at: datetime, reason: str) -> None:
    """Give up the place in a car kept for several whom one will be ready too late for, and pass the fact up."""
    run = trip.reserved_run
    release_reservation(trip, by=by, at=at, reason=reason)
    amend(trip, ready_at=ready_at)
    outbox.put(RunGivenUp(at=at, run_id=str(run.pk) if run else "", trip_ids=(str(trip.pk),)))


def _check(trip: Trip, ride: RunTimes) -> None:
    """Refuse what no one can force, and a driver off shift."""
    if not ride.leave_at <= ride.pickup_at < ride.dropoff_at <= ride.free_at:
        raise Invalid("ride.order", _("时间顺序不对：出发、接人、送到、空出来要一个比一个晚。"))
    vehicle = ride.vehicle if ride.is_claimed else claim(ride.vehicle)
    refuse(bar_of(vehicle, trip))
    shifts = Shift.objects.filter(vehicle=vehicle, driver=ride.driver)
    if not shifts.filter(starts_at__lte=ride.leave_at, ends_at__gte=ride.dropoff_at).exists():
        raise Conflict(
            "driver.off_shift",
            _("%(driver)s（%(plate)s）那时不当班。请换一辆。") % {"driver": ride.driver.name, "plate": vehicle.plate},
        )


def _new_run(trip: Trip, ride: RunTimes, status: RunStatus, *, by: Actor, at: datetime, is_pinned: bool) -> Run:
    run = Run(
        vehicle=ride.vehicle,
        driver=ride.driver,
        occupied=ride.occupied,
        status=status,
        status_at=at,
        zone_class=trip.zone_class,
        infection_class=trip.infection_class,
        is_pinned=is_pinned,
        made_by=by.label[:120],
    )
    take_time(lambda: run.save(force_insert=True), ride, trip.destination.point, by=by, at=at)
    audit.record(f"run.{status}", run, by=by, at=at, case_ref=trip.case_ref, new_status=status)
    return run
