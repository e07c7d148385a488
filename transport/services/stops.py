"""The steps of a driver at a stop. A step that happened is evidence: it is stored first and argued about later."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.utils.translation import gettext as _

from calls import selectors
from calls.models import OpenCall
from calls.states import CallKind, CallStatus
from communities.services import rulebook
from core import audit, outbox
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from core.stored import stored
from core.vocabulary import PlaceKind
from transport import policies
from transport.events import AtFacilityDoor, Boarded, DoorUndone, RiderUnwell, TripCompleted, TripFailed
from transport.models import Run, Stop, Trip
from transport.selectors import stranded_of
from transport.services import alarms, follow, runs
from transport.services.kept import leave_behind
from transport.services.riders import leave_run
from transport.states import RunStatus, StopKind, TripStatus

T, R = TripStatus, RunStatus
UNDO_WITHIN = timedelta(minutes=10)


@transaction.atomic
def arrive(stop: Stop, *, by: Actor, at: datetime) -> Stop:
    """Note that the car stands at a stop; at a facility this is the drop-off's evidence. Safe to press twice."""
    policies.check_drive(by, stop.run)
    if stop.arrived_at is not None:
        return stop
    _set_off(stop, by=by, at=at)
    _stamp(stop, arrived_at=at)
    trip = stop.trip
    if stop.kind == StopKind.DROPOFF and trip.to_kind == PlaceKind.FACILITY and trip.status == T.ON_BOARD:
        Trip.objects.filter(pk=trip.pk, dropped_off_at__isnull=True).update(dropped_off_at=at)
        outbox.put(AtFacilityDoor(case_ref=trip.case_ref, at=at, trip_id=str(trip.pk)))
    audit.record("stop.arrived", stop, by=by, at=at, case_ref=trip.case_ref)
    follow.touch([trip], stop.run)
    return stop


@transaction.atomic
def depart(stop: Stop, *, by: Actor, at: datetime) -> Stop:
    """Note that the rider is aboard (pick-up), or handed over or home (drop-off). Safe to press twice."""
    policies.check_drive(by, stop.run)
    if stop.departed_at is not None:
        return stop
    _set_off(stop, by=by, at=at)
    if stop.kind == StopKind.PICKUP:
        _board(stop, by=by, at=at)
    else:
        _hand_over(stop, by=by, at=at)
    follow.touch([stop.trip], stop.run)
    return stop


def _board(stop: Stop, *, by: Actor, at: datetime) -> None:
    trip = stop.trip
    list(stop.run.reserved_trips.select_for_update().order_by("pk"))  # whoever joins now does so before the car leaves
    advance(trip, T.ON_BOARD, by=by, at=at, picked_up_at=at)
    _stamp(stop, arrived_at=stop.arrived_at or at, departed_at=at, searching_since=None)
    outbox.put(Boarded(case_ref=trip.case_ref, at=at, trip_id=str(trip.pk)))
    alarms.over([trip.pk], [CallKind.PERSON_NOT_FOUND], words=stored("人上车了"), by=by, at=at)
    if not stop.run.stops.filter(kind=StopKind.PICKUP, departed_at__isnull=True).exists():
        leave_behind(stop.run, by=by, at=at, reason=stored("车先走了"))


def _hand_over(stop: Stop, *, by: Actor, at: datetime) -> None:
    trip = stop.trip
    if trip.status == T.SCHEDULED:
        raise Conflict("stop.not_aboard", _("还没有点“人已上车”。请先补上这一步。"))
    if stop.arrived_at is None and trip.to_kind == PlaceKind.FACILITY:  # one press for both steps
        outbox.put(AtFacilityDoor(case_ref=trip.case_ref, at=at, trip_id=str(trip.pk)))
    advance(trip, T.COMPLETED, by=by, at=at, dropped_off_at=trip.dropped_off_at or at)
    _stamp(stop, arrived_at=stop.arrived_at or at, departed_at=at)
    outbox.put(TripCompleted(case_ref=trip.case_ref, at=at, trip_id=str(trip.pk)))
    alarms.over([trip.pk, trip.case_ref], alarms.ABOARD, words=stored("送到了，交接了"), by=by, at=at)
    if not stop.run.stops.filter(departed_at__isnull=True).exists():
        runs.complete(stop.run, by=by, at=at)


def wait_rule(trip: Trip, *, at: datetime) -> timedelta:
    """Return how long a driver waits for nobody before whoever plans decides (E4); the rulebook says."""
    home = trip.from_code if trip.from_kind == PlaceKind.COMMUNITY else trip.to_code
    ruling = rulebook.value("driver.wait_min", place=home, at=at, zone=trip.zone_class)
    return timedelta(minutes=int(ruling.value))


def wait_until(stop: Stop, rule: timedelta) -> datetime:
    """Return until when a driver waits for nobody: from the arrival, but never from before the time promised (E4)."""
    return max(stop.arrived_at or stop.planned_at, stop.planned_at) + rule


def search_for(stop: Stop) -> OpenCall | None:
    """Return the newest call to look for the rider of a stop."""
    return selectors.newest(CallKind.PERSON_NOT_FOUND, [str(stop.trip_id)]).get(str(stop.trip_id))


def said_of(stop: Stop) -> str:
    """Say how the search for the rider of a stop stands: whose it is, who took it up, what they found."""
    return selectors.said_of(search_for(stop))


@transaction.atomic
def search(stop: Stop, *, by: Actor, at: datetime) -> Stop:
    """Note that nobody is at the pick-up and call whoever is to look for them; pressed twice it is one call (E4)."""
    policies.check_drive(by, stop.run)
    _check_waiting(stop)
    if stop.searching_since is None:
        _set_off(stop, by=by, at=at)
        _stamp(stop, searching_since=at, arrived_at=stop.arrived_at or at)
        audit.record("stop.nobody_yet", stop, by=by, at=at, case_ref=stop.trip.case_ref)
    call = search_for(stop)
    if call is None or call.status == CallStatus.ENDED:  # whoever was asked has answered, and nobody has come
        alarms.person_not_found(stop, until=wait_until(stop, wait_rule(stop.trip, at=at)), by=by, at=at)
        follow.touch([stop.trip], stop.run)
    return stop


@transaction.atomic
def no_show(stop: Stop, *, by: Actor, at: datetime) -> None:
    """Drive on without the rider once the waiting rule is met; others in the car go on, whoever plans decides (E4)."""
    policies.check_drive(by, stop.run)
    _check_waiting(stop)
    if stop.searching_since is None:
        raise Conflict("stop.search_first", _("请先点“找不到人”，报给要去找的人；到点还没有再走。"))
    left = wait_until(stop, wait_rule(stop.trip, at=at)) - at
    if left > timedelta():
        minutes = ceil(left.total_seconds() / 60)
        raise Conflict(
            "stop.wait", _("再等 %(n)s 分钟。%(search)s") % {"n": minutes, "search": said_of(stop)}, minutes=minutes
        )
    trip, run = stop.trip, stop.run
    advance(trip, T.NO_SHOW, by=by, at=at, reason=stored("等过了，没接到人"))
    alarms.over([trip.pk], [CallKind.PERSON_NOT_FOUND], words=stored("等过了，车先走了"), by=by, at=at)
    leave_run(run, trip, by=by, at=at, reason=stored("没接到人"), tell=False)
    outbox.put(TripFailed(case_ref=trip.case_ref, at=at, trip_id=str(trip.pk)))
    follow.touch([trip], run)


@transaction.atomic
def unwell(run: Run, *, by: Actor, at: datetime) -> list[Trip]:
    """Raise the alarm for whoever is aboard, or else for the rider the car stands before; recorded before any question.

    With nobody aboard or at the car it is a call for help alone: no rider's way is touched by it.
    """
    policies.check_drive(by, run)
    riders = list(run.trips.filter(status=T.ON_BOARD)) or [stop.trip for stop in stranded_of(run)]
    if not riders:
        coming = run.stops.filter(departed_at__isnull=True).select_related("trip").first()
        is_met = coming is not None and coming.arrived_at is not None and coming.searching_since is None
        riders = [coming.trip] if coming and is_met else []
    for trip in riders:
        audit.record("trip.emergency", trip, by=by, at=at)
        outbox.put(RiderUnwell(case_ref=trip.case_ref, at=at, trip_id=str(trip.pk)))
        alarms.unwell(run, trip, by=by, at=at)
    if not riders:
        audit.record("run.emergency", run, by=by, at=at)
        alarms.unwell(run, None, by=by, at=at)
    follow.touch(riders, run)
    return riders


def last_step(run: Run) -> Stop | None:
    """Return the stop of the latest step of a run, or None when nothing was done at any."""
    done = [stop for stop in run.stops.select_related("trip") if stop.arrived_at]
    return max(done, key=lambda stop: (stop.departed_at or stop.arrived_at, stop.position), default=None)


@transaction.atomic
def undo_last(run: Run, *, by: Actor, at: datetime) -> Stop:
    """Take the last step back within ten minutes when nothing followed.

    A hand-over is final (INV-10): the other side has already acted on it. A boarding goes back in one listed move
    (`TRIP_UNDO`, ADR 0005): nothing that did not happen is written. Raises Conflict.
    """
    policies.check_drive(by, run)
    stop = last_step(run)
    moment = (stop.departed_at or stop.arrived_at) if stop else None
    if stop is None or moment is None or run.status != R.UNDER_WAY:
        raise Conflict("stop.nothing_to_undo", _("没有可以撤回的了。"))
    if at - moment > UNDO_WITHIN:
        raise Conflict("stop.too_late", _("过了 10 分钟，撤不回了。请打给调度台。"))
    if stop.departed_at is not None and stop.kind == StopKind.DROPOFF:
        raise Conflict("stop.final", _("已经交接，撤不回了。点错了请打给调度台。"))
    if stop.departed_at is not None:
        advance(stop.trip, T.SCHEDULED, by=by, at=at, verb="trip.boarding_undone", picked_up_at=None)
        _stamp(stop, departed_at=None)
    else:
        Trip.objects.filter(pk=stop.trip_id, status=T.ON_BOARD).update(dropped_off_at=None)
        if stop.kind == StopKind.DROPOFF and stop.trip.to_kind == PlaceKind.FACILITY:
            outbox.put(DoorUndone(case_ref=stop.trip.case_ref, at=at, trip_id=str(stop.trip_id)))
        _stamp(stop, arrived_at=None, searching_since=None)
        alarms.over([stop.trip_id], [CallKind.PERSON_NOT_FOUND], words=stored("司机撤回了"), by=by, at=at)
    audit.record("stop.undone", stop, by=by, at=at, case_ref=stop.trip.case_ref)
    follow.touch([stop.trip], run)
    return stop


def _check_waiting(stop: Stop) -> None:
    if stop.kind != StopKind.PICKUP or stop.departed_at is not None:
        raise Conflict("stop.past", _("人已经上车了，这一步做不了。"))


def _set_off(stop: Stop, *, by: Actor, at: datetime) -> None:
    """Start a run whose driver forgot to press 出发."""
    if stop.run.status in (R.OFFERED, R.ACCEPTED):
        runs.start(stop.run, by=by, at=at)
    if stop.run.status != R.UNDER_WAY:
        raise Conflict("run.over", _("这一趟已经结束或改派了，请刷新看现在这一趟。"))


def _stamp(stop: Stop, **times: datetime | int | None) -> None:
    Stop.objects.filter(pk=stop.pk).update(**times)
    for name, value in times.items():
        setattr(stop, name, value)
