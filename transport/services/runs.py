"""The life of an outing: offered, accepted or declined, under way, over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from calls.states import CallKind
from core import audit, outbox
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from core.stored import stored
from core.vocabulary import INFECTIOUS
from transport import policies
from transport.events import RunGivenUp, TripFailed
from transport.models import Driver, Run, Trip
from transport.selectors import unclean_before
from transport.services import alarms, fleet, follow, stop_list
from transport.services.kept import leave_behind
from transport.services.riders import UNPLANNED
from transport.services.room import give_room_back
from transport.states import ELSEWHERE, RunStatus, StopKind, TripStatus
from transport.whereabouts import NEAR

T, R = TripStatus, RunStatus


@transaction.atomic
def accept(run: Run, *, by: Actor, at: datetime) -> Run:
    """Take an offered run; pressing twice is the same as once."""
    policies.check_drive(by, run)
    if run.status != R.ACCEPTED:
        advance(run, R.ACCEPTED, by=by, at=at, told_change="")
        follow.touch(run.trips.all(), run)
    return run


@transaction.atomic
def decline(run: Run, *, by: Actor, at: datetime, reason: str) -> Run:
    """Give an offered run back: its trips wait for a car again, and whoever plans is told (E3)."""
    policies.check_drive(by, run)
    advance(run, R.DECLINED, by=by, at=at, reason=reason)
    give_room_back(run, by=by, at=at)
    _release(run, by=by, at=at, reason=reason)
    return run


@transaction.atomic
def start(run: Run, *, by: Actor, at: datetime) -> Run:
    """Set off.

    An infectious or soiled outing before must have been disinfected; another one of the driver must be over.
    """
    policies.check_drive(by, run)
    if run.status == R.UNDER_WAY:
        return run
    list(Driver.objects.select_for_update(no_key=True).filter(pk=run.driver_id))  # two phones at once
    other = Run.objects.filter(driver_id=run.driver_id, status=R.UNDER_WAY).exclude(pk=run.pk).first()
    if other is not None:
        raise Conflict("run.other_under_way", _("上一趟还没收尾。请先把上一趟送到，或请调度台处理。"))
    last = unclean_before(run)
    if last is not None and (last.infection_class in INFECTIOUS or last.soiled_as):
        raise Conflict("run.not_disinfected", _("上一趟接过阳性或升级区的人，先给车消毒并打勾，再出发。"))
    if run.status == R.OFFERED:
        advance(run, R.ACCEPTED, by=by, at=at)
    advance(run, R.UNDER_WAY, by=by, at=at, started_at=at, told_change="")
    follow.touch(run.trips.all(), run)
    return run


@transaction.atomic
def abort(run: Run, *, by: Actor, at: datetime, reason: str, where: str = "") -> Run:
    """Break off under way: who is aboard waits where the car stands, who is not waits at home for another car.

    The car is off with all it was to do: its driver stays with whoever is in it, until another car takes them.
    """
    policies.check_drive(by, run)
    for trip in run.trips.filter(status=T.ON_BOARD):
        interrupt_trip(run, trip, by=by, at=at, reason=reason, where=where)
    advance(run, R.ABORTED, by=by, at=at, reason=reason)
    _release(run, by=by, at=at, reason=reason)
    fleet.break_down(run.vehicle, by=by, at=at, reason=reason)
    return run


def interrupt_trip(run: Run, trip: Trip, *, by: Actor, at: datetime, reason: str, where: str) -> None:
    """End a ride half way: the next pick-up is where they stand, said in words, at the last place known."""
    last = run.stops.filter(departed_at__isnull=False).order_by("-departed_at").first()
    here = NEAR % last.label if last else trip.from_label
    place: dict[str, Any] = {"from_kind": ELSEWHERE, "from_code": "", "from_label": (where or here)[:120]}
    if last is not None:
        place |= {"from_lat": last.lat, "from_lon": last.lon}
    advance(trip, T.INTERRUPTED, by=by, at=at, reason=reason, ready_at=at, **place)
    stop_list.drop_undone(run, trip)
    outbox.put(TripFailed(case_ref=trip.case_ref, at=at, trip_id=str(trip.pk)))
    follow.touch([trip], run)


def _release(run: Run, *, by: Actor, at: datetime, reason: str) -> None:
    """Put the trips not yet aboard back among those that wait, and pass the fact up."""
    waiting = list(run.trips.filter(status=T.SCHEDULED))
    gone = [run.pk, *(trip.pk for trip in waiting)]
    alarms.over(gone, (CallKind.LATE_CAR, CallKind.PERSON_NOT_FOUND), words=stored("这辆车不去了"), by=by, at=at)
    for trip in waiting:
        advance(trip, T.UNSCHEDULED, by=by, at=at, reason=reason, **UNPLANNED)
        stop_list.drop_undone(run, trip)
    outbox.put(RunGivenUp(at=at, run_id=str(run.pk), trip_ids=tuple(str(trip.pk) for trip in waiting)))
    leave_behind(run, by=by, at=at, reason=reason)
    follow.touch(waiting, run)


def complete(run: Run, *, by: Actor, at: datetime) -> Run:
    """End an outing after its last drop-off, and free its car earlier when it is early (turn-round is kept)."""
    start, end = run.occupied.lower, run.occupied.upper
    last = run.stops.filter(kind=StopKind.DROPOFF).order_by("-planned_at").first()
    turn_round = max(end - last.planned_at, timedelta()) if last else timedelta()  # late, it may end past its time
    free_at = min(end, max(at + turn_round, start + timedelta(minutes=1)))
    leave_behind(run, by=by, at=at, reason=stored("车先走了"))
    alarms.over([run.pk], [CallKind.LATE_CAR], words=stored("这一趟跑完了"), by=by, at=at)
    advance(run, R.COMPLETED, by=by, at=at, occupied=DateTimeTZRange(start, free_at, "[)"))
    return run


@transaction.atomic
def note_disinfection(run: Run, *, by: Actor, at: datetime) -> Run:
    """Tick off that the car was disinfected: before setting off, or after the last drop-off."""
    policies.check_drive(by, run)
    name = "cleaned_after_at" if run.status in (R.COMPLETED, R.ABORTED) else "cleaned_before_at"
    Run.objects.filter(pk=run.pk).update(**{name: at})
    setattr(run, name, at)
    audit.record("run.disinfected", run, by=by, at=at, detail={"when": name})
    follow.touch([], run)
    return run


@transaction.atomic
def acknowledge_change(run: Run, *, by: Actor, at: datetime) -> Run:
    """Note that the driver has read what changed."""
    policies.check_drive(by, run)
    Run.objects.filter(pk=run.pk).update(told_change="")
    run.told_change = ""
    audit.record("run.change_read", run, by=by, at=at)
    follow.touch([], run)
    return run
