"""Reading the fleet: lanes of a board, who is on duty, a driver's day and the leg that counts now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from calls.models import OpenCall
from calls.states import CallKind
from core.actors import Actor
from core.clock import day_around
from core.errors import NotFound
from transport.models import Run, Shift, Stop, Trip, Vehicle
from transport.states import STRANDED, RunStatus, StopKind, TripStatus, VehicleStatus

SHOWN_TO_DRIVER = (RunStatus.DRAFT, RunStatus.OFFERED, RunStatus.ACCEPTED, RunStatus.UNDER_WAY, RunStatus.COMPLETED)
CALLED_OFF = (RunStatus.CANCELLED, RunStatus.ABORTED)


@dataclass
class VehicleLane:
    """One vehicle on the board: its shifts (with drivers) and its live runs (with stops and their trips), in time."""

    vehicle: Vehicle
    shifts: list[Shift] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def _with_stops(runs: QuerySet[Run]) -> QuerySet[Run]:
    stops = Stop.objects.select_related("trip").order_by("position")
    return runs.select_related("vehicle", "driver").prefetch_related(Prefetch("stops", queryset=stops))


def lanes(area: str, *, since: datetime, until: datetime) -> list[VehicleLane]:
    """Return a dispatch area's vehicles that serve, or drive, at some time in [since, until); four queries."""
    found = {row.pk: VehicleLane(row) for row in Vehicle.objects.filter(dispatch_area=area)}
    return [lane for lane in _fill(found, since=since, until=until) if lane.shifts or lane.runs]


def on_duty(area: str, *, since: datetime, until: datetime) -> list[VehicleLane]:
    """Return the usable vehicles of an area that have a shift at some time in [since, until); four queries."""
    usable = Vehicle.objects.filter(dispatch_area=area, status=VehicleStatus.AVAILABLE)
    return [
        lane for lane in _fill({row.pk: VehicleLane(row) for row in usable}, since=since, until=until) if lane.shifts
    ]


def _fill(found: dict[str, VehicleLane], *, since: datetime, until: datetime) -> list[VehicleLane]:
    shifts = Shift.objects.filter(starts_at__lt=until, ends_at__gt=since).select_related("driver")
    for shift in shifts.filter(vehicle__in=found).order_by("starts_at"):
        found[shift.vehicle_id].shifts.append(shift)
    window = DateTimeTZRange(since, until, "[)")
    runs = Run.objects.live().filter(vehicle__in=found, occupied__overlap=window)
    for run in _with_stops(runs).order_by("occupied"):
        found[run.vehicle_id].runs.append(run)
    return list(found.values())


def waiting(area: str) -> QuerySet[Trip]:
    """Return the trips of an area that have no car, the most pressing first (R-000-9)."""
    rows = Trip.objects.filter(dispatch_area=area, status=TripStatus.UNSCHEDULED)
    return rows.order_by("arrive_by", "ready_at", "id")


# --- a driver's day ---------------------------------------------------------------------------------------------------


def day_of(actor: Actor, *, at: datetime) -> list[Run]:
    """Return the runs of a driver's day in the order of time, with stops and trips; at night those over midnight too.

    Reservations are included, and runs called off until the driver has read so. Whoever is under way is, however late,
    and whoever waits in a car that broke down.
    """
    window = DateTimeTZRange(*day_around(at), "[)")
    called_off = Q(status__in=CALLED_OFF) & ~Q(told_change="")
    shown = (Q(status__in=SHOWN_TO_DRIVER) | called_off) & Q(occupied__overlap=window)
    left = Stop.objects.filter(run=OuterRef("pk"), kind=StopKind.PICKUP, departed_at__isnull=False)
    broken = Q(Exists(left.filter(trip__status__in=STRANDED)), status=RunStatus.ABORTED, occupied__overlap=window)
    runs = Run.objects.visible_to(actor).filter(shown | broken | Q(status=RunStatus.UNDER_WAY))
    return list(_with_stops(runs).order_by("occupied"))


def stranded_of(run: Run) -> list[Stop]:
    """Return where those were picked up who still wait in or at a car that was broken off; `run` has its stops read."""
    if run.status != RunStatus.ABORTED:
        return []
    met = [stop for stop in run.stops.all() if stop.kind == StopKind.PICKUP and stop.departed_at is not None]
    return [stop for stop in met if stop.trip.status in STRANDED]


def hold_car(run_id: UUID) -> None:
    """Lock the car of a run before the run itself, as whoever plans does: what takes it off may not wait in a ring."""
    list(Vehicle.objects.select_for_update(no_key=True).filter(runs=run_id))


def own_run(actor: Actor, run_id: UUID) -> Run:
    """Return one run this actor may see, locked for the step to come; NotFound for anybody else's."""
    run = Run.objects.visible_to(actor).select_for_update(of=("self",)).select_related("vehicle", "driver")
    found = run.filter(pk=run_id).first()
    if found is None:
        raise NotFound("run.absent")
    return found


def own_stop(actor: Actor, stop_id: int) -> Stop:
    """Return one stop of a run this actor may see, its run locked; NotFound for anybody else's.

    The stop is read once its run is held: read before, whoever waited for the run would do the step a second time.
    """
    run_id = Stop.objects.filter(pk=stop_id).values_list("run_id", flat=True).first()
    if run_id is None:
        raise NotFound("stop.absent")
    run = own_run(actor, run_id)
    stop = run.stops.select_related("trip").filter(pk=stop_id).first()
    if stop is None:
        raise NotFound("stop.absent")
    stop.run = run
    return stop


def run_seen(actor: Actor, run_id: UUID) -> Run:
    """Return one run this actor may see, to read; NotFound for anybody else's."""
    run = Run.objects.visible_to(actor).select_related("vehicle", "driver").filter(pk=run_id).first()
    if run is None:
        raise NotFound("run.absent")
    return run


def stop_seen(actor: Actor, stop_id: int) -> Stop:
    """Return one stop of a run this actor may see, to read; NotFound for anybody else's."""
    stop = Stop.objects.select_related("run", "trip").filter(pk=stop_id).first()
    if stop is None:
        raise NotFound("stop.absent")
    run_seen(actor, stop.run_id)
    return stop


def alarms_of(run: Run) -> list[OpenCall]:
    """Return the live calls about somebody unwell in this car, the oldest first."""
    subjects = [str(run.pk), *(str(pk) for pk in run.trips.values_list("pk", flat=True))]
    return list(OpenCall.objects.live().filter(kind=CallKind.UNWELL_ABOARD, subject__in=subjects))


def shift_at(driver_code: str, *, at: datetime) -> Shift | None:
    """Return the driver's shift now, or the next one to come."""
    shifts = Shift.objects.filter(driver_id=driver_code, ends_at__gt=at).select_related("vehicle", "driver")
    return shifts.order_by("starts_at").first()


def unclean_before(run: Run) -> Run | None:
    """Return the vehicle's last outing if it was of another class, or soiled on the way, and is not yet disinfected."""
    done = Run.objects.filter(
        vehicle_id=run.vehicle_id, status__in=(RunStatus.COMPLETED, RunStatus.ABORTED), started_at__isnull=False
    )
    last = done.exclude(pk=run.pk).order_by("-started_at").first()
    if last is None or last.cleaned_after_at or (run.cleaned_before_at and run.cleaned_before_at >= last.status_at):
        return None
    same = (last.zone_class, last.infection_class) == (run.zone_class, run.infection_class)
    return None if same and not last.soiled_as else last


def kept_alone(trip: Trip | None) -> UUID | None:
    """Return the run kept for a way home and for nobody else: as free as if it were not, for whoever looks anew."""
    if trip is None or (run := trip.reserved_run) is None or run.status != RunStatus.DRAFT:
        return None
    return None if run.reserved_trips.exclude(pk=trip.pk).exists() else run.pk
