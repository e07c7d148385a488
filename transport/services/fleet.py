"""Which vehicles serve, and when."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit, boards, outbox
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict, Invalid
from core.gathering import step
from transport import policies
from transport.events import RunGivenUp
from transport.models import Driver, Run, Shift, Trip, Vehicle
from transport.services import outing, scheduling
from transport.states import RunStatus, TripStatus, VehicleStatus

NOT_YET_GONE = (RunStatus.DRAFT, RunStatus.OFFERED, RunStatus.ACCEPTED)


@transaction.atomic
def set_availability(vehicle: Vehicle, *, status: str, by: Actor, at: datetime, reason: str = "") -> list[Trip]:
    """Put a vehicle into service or out of it. Out of it, its outings to come are dissolved; those under way go on.

    Returns the trips that lost their car; the fact goes up so that they are planned again.
    """
    policies.check_set_availability(by, vehicle)
    if status not in VehicleStatus.values:
        raise Invalid("vehicle.status", _("没有这种状态。"), field="status")
    row = outing.claim(vehicle)
    if row.status == status:
        return []
    advance(row, status, by=by, at=at, verb="vehicle.status", reason=reason)
    vehicle.refresh_from_db(fields=["status", "status_at", "version"])
    lost = _dissolve(row, by=by, at=at, reason=reason) if status != VehicleStatus.AVAILABLE else []
    boards.touch(f"area:{row.dispatch_area}")
    return lost


@step
def break_down(vehicle: Vehicle, *, by: Actor, at: datetime, reason: str) -> list[Trip]:
    """Take a car that cannot go on out of service with its outings to come; the driver's breaking off has asked.

    Nobody is planned onto it, least of all whoever sits in it, until somebody says that it serves again.
    """
    row = outing.claim(vehicle)
    if row.status != VehicleStatus.AVAILABLE:
        return []
    advance(row, VehicleStatus.OFF, by=by, at=at, verb="vehicle.status", reason=reason)
    boards.touch(f"area:{row.dispatch_area}")
    return _dissolve(row, by=by, at=at, reason=reason)


def _dissolve(vehicle: Vehicle, *, by: Actor, at: datetime, reason: str) -> list[Trip]:
    lost: list[Trip] = []
    for run in Run.objects.filter(vehicle=vehicle, status__in=NOT_YET_GONE).order_by("occupied"):
        riders = list(run.trips.filter(status=TripStatus.SCHEDULED).select_related("run"))
        reserved = list(run.reserved_trips.select_related("reserved_run"))
        for trip in reserved:
            scheduling.release_reservation(trip, by=by, at=at, reason=reason)
        for trip in riders:
            scheduling.take_off(trip, by=by, at=at, reason=reason)
        lost += [*riders, *reserved]
        ids = tuple(str(trip.pk) for trip in (*riders, *reserved))
        outbox.put(RunGivenUp(at=at, run_id=str(run.pk), trip_ids=ids))
    return lost


@transaction.atomic
def add_shift(
    vehicle: Vehicle, *, driver: Driver, starts_at: datetime, ends_at: datetime, by: Actor, at: datetime
) -> Shift:
    """Let a driver serve with a vehicle for a time."""
    policies.check_roster(by, vehicle)
    if ends_at <= starts_at:
        raise Invalid("shift.order", _("下班要晚于上班。"), field="ends_at")
    try:
        with transaction.atomic():
            shift = Shift.objects.create(vehicle=vehicle, driver=driver, starts_at=starts_at, ends_at=ends_at)
    except IntegrityError as error:
        raise Conflict("shift.exists", _("%s 这个时间已经有班了。") % vehicle.plate) from error
    audit.record("shift.added", shift, by=by, at=at)
    boards.touch(f"area:{vehicle.dispatch_area}", f"driver:{driver.pk}")
    return shift


@transaction.atomic
def end_shift(shift: Shift, *, ends_at: datetime, by: Actor, at: datetime) -> Shift:
    """End a shift earlier or later than planned; outings already told stay until somebody moves them."""
    policies.check_roster(by, shift.vehicle)
    if ends_at <= shift.starts_at:
        raise Invalid("shift.order", _("下班要晚于上班。"), field="ends_at")
    shift.ends_at = ends_at
    shift.save(update_fields=["ends_at"])
    audit.record("shift.ended", shift, by=by, at=at, detail={"ends_at": ends_at.isoformat()})
    boards.touch(f"area:{shift.vehicle.dispatch_area}", f"driver:{shift.driver_id}")
    return shift
