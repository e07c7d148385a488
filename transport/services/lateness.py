"""A car that will be late: every time that follows from it moves,
and a person is called only where that is too late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from calls.models import OpenCall
from calls.states import CallKind
from communities.services import rulebook
from core import audit, outbox
from core.actors import SWEEP, Actor
from core.errors import Conflict, Invalid
from core.stored import stored
from core.sweeping import each
from core.vocabulary import hhmm
from transport import policies
from transport.events import RunLate
from transport.models import Run, Stop, Trip
from transport.services import alarms, follow
from transport.services.kept import amend, put_aside
from transport.services.outing import TAKEN, RunTimes, claim
from transport.services.room import take_time
from transport.states import RunStatus, StopKind, TripDirection, TripStatus

LATE_AT_MOST_MIN = 240
GOING = (RunStatus.OFFERED, RunStatus.ACCEPTED, RunStatus.UNDER_WAY)
MIN = timedelta(minutes=1)
MISSES_NEXT = stored("赶不上 %s 出发的下一趟")
WAITS_LONGER = stored("%(who)s要等 %(n)s 分钟")
COMES_LATE = stored("%(who)s %(at)s 才到，该 %(by)s 前到")


@dataclass(frozen=True)
class Lateness:
    """When the car comes to the stop now, and the call for help where that is too late for somebody."""

    new_time: datetime
    call: OpenCall | None = None


@transaction.atomic
def late(stop: Stop, *, minutes: int, by: Actor, at: datetime) -> Lateness:
    """Let the car be `minutes` later at a stop than it was planned at first, and at every stop of its run after it.

    Said again, the newer minutes replace the older. Planned times are what everybody reads; `late_min` only says how
    much of one is lateness. Raises Invalid for other minutes than 1 to 240, Conflict where the stop or run is over.
    """
    policies.check_drive(by, stop.run)
    if not 1 <= minutes <= LATE_AT_MOST_MIN:
        raise Invalid("stop.late", _("请写晚多少分钟，1 到 240。"), field="minutes")
    run = Run.objects.select_for_update(of=("self",)).select_related("vehicle", "driver").get(pk=stop.run_id)
    left = list(run.stops.filter(departed_at__isnull=True).select_related("trip"))
    stops = left[next((number for number, each in enumerate(left) if each.pk == stop.pk), len(left)) :]
    if run.status not in GOING or not stops:
        raise Conflict("stop.past", _("这一站已经过了，请刷新看现在这一站。"))
    by_min = minutes - stops[0].late_min
    trips = _move(stops, by_min)
    if by_min and run.reserved_trips.exists():
        put_aside(run, by_min * MIN)
    met = _take_longer(run, stops[-1], by=by, at=at)
    audit.record("stop.late", stop, by=by, at=at, case_ref=stop.trip.case_ref, detail={"minutes": minutes})
    outbox.put(
        RunLate(case_ref=stop.trip.case_ref, at=at, run_id=str(run.pk), trip_ids=tuple(str(t.pk) for t in trips))
    )
    follow.touch(trips, run)
    stop.planned_at, stop.late_min = stops[0].planned_at, stops[0].late_min
    why = [*_too_late(trips, at=at), *_met(met)]
    if why:
        return Lateness(stop.planned_at, alarms.too_late(run, stop, why, by=by, at=at))
    alarms.over([run.pk], [CallKind.LATE_CAR], words=stored("新时间赶得上了"), by=by, at=at)
    return Lateness(stop.planned_at)


def end_over(*, at: datetime) -> None:
    """End the calls of cars that come late for nobody: whoever would have waited rides with another, or is there."""
    told = OpenCall.objects.live().filter(kind=CallKind.LATE_CAR).values_list("subject", flat=True)
    runs = Run.objects.filter(pk__in=list(told)) if told else []
    each([run for run in runs if not _is_too_late(run, at)], lambda run: _end(run, at))


def _is_too_late(run: Run, at: datetime) -> bool:
    left = list(run.stops.filter(departed_at__isnull=True).select_related("trip"))
    last = max(left, key=lambda stop: stop.planned_at, default=None)
    meets_another = last is not None and last.late_min > run.late_min
    return meets_another or bool(_too_late(list({stop.trip for stop in left}), at=at))


def _end(run: Run, at: datetime) -> None:
    alarms.over([run.pk], [CallKind.LATE_CAR], words=stored("没有人等它了，或赶得上了"), by=SWEEP, at=at)


def _move(stops: Sequence[Stop], by_min: int) -> list[Trip]:
    """Move stops and the planned times of their trips by minutes; never earlier than first planned.

    Return the trips.
    """
    times: dict[Trip, dict[str, datetime]] = {}
    for stop in stops:
        moved = max(stop.late_min + by_min, 0)
        stop.planned_at += (moved - stop.late_min) * MIN
        stop.late_min = moved
        name = "pickup_planned_at" if stop.kind == StopKind.PICKUP else "dropoff_planned_at"
        times.setdefault(stop.trip, {})[name] = stop.planned_at
    Stop.objects.bulk_update(stops, ["planned_at", "late_min"])
    for trip, planned in times.items():
        amend(trip, **planned)
    return list(times)


def _take_longer(run: Run, last: Stop, *, by: Actor, at: datetime) -> Run | None:
    """Keep car and driver as long as the lateness needs; return the outing it meets where there is no room."""
    until = run.occupied.upper + (last.late_min - run.late_min) * MIN
    if until == run.occupied.upper:
        return None
    occupied = DateTimeTZRange(run.occupied.lower, until, "[)")
    ride = RunTimes(run.vehicle, run.driver, run.occupied.lower, last.planned_at, last.planned_at, until, last.point)

    def write() -> None:
        Run.objects.filter(pk=run.pk).update(occupied=occupied, late_min=last.late_min)

    try:
        take_time(write, replace(ride, vehicle=claim(run.vehicle)), last.point, by=by, at=at, besides=run)
    except Conflict as refused:
        if refused.code not in TAKEN:  # busy is no answer: the driver presses again
            raise
        ahead = Run.objects.live().filter(occupied__overlap=occupied).exclude(pk=run.pk)
        same = ahead.filter(vehicle=run.vehicle) | ahead.filter(driver=run.driver)
        return same.order_by("occupied").first()
    return None


def _too_late(trips: Sequence[Trip], *, at: datetime) -> list[str]:
    """Say for whom it is too late: a place in the hospital,
    or a longer wait for the way home than the rulebook allows.
    """
    found = []
    for trip in trips:
        arrives, comes = trip.dropoff_planned_at, trip.pickup_planned_at
        if trip.direction == TripDirection.INBOUND:
            if (
                trip.status == TripStatus.SCHEDULED
                and comes
                and trip.ready_at
                and comes - trip.ready_at > _limit(trip, at)
            ):
                words = {"who": trip.rider, "n": int((comes - trip.ready_at) / MIN)}
                found.append(WAITS_LONGER % words)
        elif arrives and trip.arrive_by and arrives > trip.arrive_by:
            words = {"who": trip.rider, "at": hhmm(arrives), "by": hhmm(trip.arrive_by)}
            found.append(COMES_LATE % words)
    return found


def _limit(trip: Trip, at: datetime) -> timedelta:
    ruling = rulebook.value("waiting.target_min", place=trip.to_code, at=at, zone=trip.zone_class)
    return int(ruling.value) * MIN


def _met(met: Run | None) -> list[str]:
    return [MISSES_NEXT % hhmm(met.occupied.lower)] if met else []
