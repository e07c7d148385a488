"""Who rides on a run: joining one, being put on it, leaving it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils.translation import gettext as _

from calls.states import CallKind
from core import audit
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from core.gathering import step
from core.stored import stored
from transport.fit import Aboard, bar_of, bar_together
from transport.models import Run, Stop, Trip
from transport.services import alarms, follow, stop_list, ways
from transport.services.kept import amend, leave_behind, put_aside
from transport.services.outing import RunTimes, as_conflict, refuse
from transport.services.room import give_room_back
from transport.states import RunStatus, StopKind, TripStatus

T, R = TripStatus, RunStatus
JOINABLE = (R.DRAFT, R.OFFERED, R.ACCEPTED, R.UNDER_WAY)
RIDING = (T.SCHEDULED, T.ON_BOARD)
UNPLANNED: dict[str, Any] = {"run": None, "pickup_planned_at": None, "dropoff_planned_at": None, "taken": None}
ONE_MORE = stored("多接一位：%(rider)s，%(place)s")
ONE_LESS = stored("少接一位：%s 不用接了")
NOT_GOING = stored("%s 的这一趟取消了，不用去了")


@step
def join(  # noqa: PLR0913 - the facts of one act, by name
    run: Run,
    trip: Trip,
    *,
    pickup_at: datetime,
    dropoff_at: datetime,
    free_at: datetime,
    by: Actor,
    at: datetime,
    explanation: dict[str, Any] | None = None,
) -> Run:
    """Let a waiting trip ride along with others of the same direction and class (E18), under the run's row lock.

    A run kept for others sets out with it. Raises Conflict when the run is over, when classes or directions differ,
    when places run out at any moment, or when the longer run meets the next one.
    """
    run, others, known = _admit(run, trip, pickup_at=pickup_at, dropoff_at=dropoff_at, free_at=free_at)
    if run.status == R.DRAFT:
        put_aside(run)
        known = []
        advance(run, R.OFFERED, by=by, at=at, verb="run.offered")
    else:
        run.told_change = (ONE_MORE % {"rider": trip.rider, "place": trip.from_label})[:120]
        Run.objects.filter(pk=run.pk).update(told_change=run.told_change)
    stop_list.add(run, trip, pickup_at=pickup_at, dropoff_at=dropoff_at, known=known)
    assign(trip, run, pickup_at=pickup_at, dropoff_at=dropoff_at, explanation=explanation, by=by, at=at)
    follow.touch([trip, *others], run)
    return run


@step
def keep_on(  # noqa: PLR0913 - the facts of one act, by name
    run: Run,
    trip: Trip,
    *,
    pickup_at: datetime,
    dropoff_at: datetime,
    free_at: datetime,
    window_until: datetime,
    by: Actor,
    at: datetime,
    explanation: dict[str, Any] | None = None,
) -> Run:
    """Keep a place for a way home on a car that is kept for others as well (R-000-12); raises as `join` does."""
    if trip.status != T.WILL_CALL or trip.reserved_run_id:
        raise Conflict("trip.not_waiting", _("返程已经叫过车了，请直接排车。"))
    run, others, known = _admit(run, trip, pickup_at=pickup_at, dropoff_at=dropoff_at, free_at=free_at)
    if run.status == R.DRAFT:
        stop_list.add(run, trip, pickup_at=pickup_at, dropoff_at=dropoff_at, known=known)
    window = {"reserved_run": run, "reserved_from": pickup_at, "reserved_until": window_until}
    window["dropoff_planned_at"] = dropoff_at
    amend(trip, **window, explanation=explanation or {})
    audit.record("trip.reserved", trip, by=by, at=at, detail={"run": str(run.pk), "vehicle": run.vehicle_id})
    follow.touch([trip, *others], run)
    return run


def _admit(
    run: Run, trip: Trip, *, pickup_at: datetime, dropoff_at: datetime, free_at: datetime
) -> tuple[Run, list[Trip], list[Stop]]:
    """Lock a run, make sure that a trip fits, and take the time it needs.

    Return the run, who else counts on it, its stops.
    """
    run = Run.objects.select_for_update(of=("self",)).select_related("vehicle", "driver").get(pk=run.pk)
    if run.status not in JOINABLE:
        raise Conflict("run.over", _("这一趟已经结束或取消了，请另派一趟。"))
    if run.soiled_as:
        raise Conflict("run.class", _("这一趟车上有人的情况变了，消毒以前不能再接人。请另派一趟。"))
    with_us = Q(run=run, status__in=RIDING) | Q(reserved_run=run)
    others = list(Trip.objects.filter(with_us).exclude(pk=trip.pk))
    if any(other.direction != trip.direction for other in others):
        raise Conflict("run.direction", _("这一趟是另一个方向的，不能拼。请另派一趟。"))
    refuse(bar_of(run.vehicle, trip))
    stops = list(run.stops.all())
    aboard = [aboard_of(run, stops, other) for other in others]
    refuse(bar_together(run.vehicle, aboard, Aboard(trip, pickup_at, dropoff_at)))
    occupied = DateTimeTZRange(min(run.occupied.lower, pickup_at), max(run.occupied.upper, free_at), "[)")
    ride = RunTimes(run.vehicle, run.driver, occupied.lower, pickup_at, dropoff_at, occupied.upper)
    if occupied != run.occupied:
        with as_conflict(ride, besides=run):
            Run.objects.filter(pk=run.pk).update(occupied=occupied)
        run.occupied = occupied
    return run, others, stops


@step
def take_off(trip: Trip, *, by: Actor, at: datetime, reason: str) -> Trip:
    """Take a scheduled trip off its run; it waits for a car again, and a run left empty is cancelled."""
    run = trip.run
    advance(trip, T.UNSCHEDULED, by=by, at=at, verb="trip.taken_off", reason=reason, **UNPLANNED)
    if run:
        leave_run(run, trip, by=by, at=at, reason=reason)
    follow.touch([trip], run)
    return trip


def leave_run(run: Run, trip: Trip, *, by: Actor, at: datetime, reason: str, tell: bool = True) -> None:
    """Clear a run of a trip that no longer rides with it; a run with nobody left ends.

    `tell` puts a line on the sheet of a driver who had taken the run; not when the driver did it.
    """
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    stop_list.drop_undone(run, trip)
    if run.status == R.UNDER_WAY:
        alarms.over([trip.pk], [CallKind.PERSON_NOT_FOUND], words=stored("不坐这趟了"), by=by, at=at)
    if run.status not in JOINABLE:
        return
    tell = tell and run.status in (R.ACCEPTED, R.UNDER_WAY) and not run.soiled_as  # what is aboard matters more
    is_kept = run.status == R.DRAFT and run.reserved_trips.exists()
    if is_kept or run.trips.filter(status__in=RIDING).exists():
        if tell:
            words = ONE_LESS % trip.rider
            Run.objects.filter(pk=run.pk).update(told_change=words)
        return
    leave_behind(run, by=by, at=at, reason=reason)
    end = R.CANCELLED
    if run.status == R.UNDER_WAY:
        end = R.COMPLETED if run.trips.filter(status=T.COMPLETED).exists() else R.ABORTED
    words = NOT_GOING % trip.rider if tell else ""
    alarms.over([run.pk], [CallKind.LATE_CAR], words=stored("这一趟没有人坐了"), by=by, at=at)
    advance(run, end, by=by, at=at, reason=reason, told_change=words)
    if end == R.CANCELLED:
        give_room_back(run, by=by, at=at)


def assign(  # noqa: PLR0913 - the facts of one act, by name
    trip: Trip,
    run: Run,
    *,
    pickup_at: datetime,
    dropoff_at: datetime,
    explanation: dict[str, Any] | None,
    by: Actor,
    at: datetime,
    **more: Any,
) -> None:
    """Move a waiting trip to scheduled on `run`, with its planned times."""
    planned: dict[str, Any] = {"pickup_planned_at": pickup_at, "dropoff_planned_at": dropoff_at}
    planned |= {"run": run, "explanation": explanation or {}, "taken": ways.alone(trip, pickup_at, dropoff_at)}
    with ways.as_conflict(trip):
        advance(trip, T.SCHEDULED, by=by, at=at, **planned, **more)


def aboard_of(run: Run, stops: Iterable[Stop], trip: Trip) -> Aboard:
    """Say from when to when a party is aboard; whoever is not called yet may be all the time."""
    planned = {stop.kind: stop for stop in stops if stop.trip_id == trip.pk}
    if len(planned) < len(StopKind):
        return Aboard(trip, run.occupied.lower, run.occupied.upper)
    pickup, dropoff = planned[StopKind.PICKUP], planned[StopKind.DROPOFF]
    return Aboard(trip, min(pickup.planned_at, pickup.departed_at or pickup.planned_at), dropoff.planned_at)
