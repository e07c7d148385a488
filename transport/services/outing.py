"""The times of an outing, and what a planner reads when a car or driver has another one then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.geo import Point
from core.guards import broken_constraint
from core.vocabulary import hhmm
from transport.fit import Misfit
from transport.models import Driver, Run, Vehicle
from transport.models.run import DRIVER_ONCE

OVERLAPS = "23P01"
TAKEN = ("vehicle.taken", "driver.taken")
BUSY = ("40P01", "55P03")  # deadlock, lock not had in time: another planner holds the car


@dataclass(frozen=True)
class RunTimes:
    """The times of one outing: leave empty, pick up, set down, free again (turn-round and disinfection included).

    `ends` is where it is empty again, where that is not the rider's own destination. `is_claimed` says that the caller
    holds the vehicle's row as it is stored now.
    """

    vehicle: Vehicle
    driver: Driver
    leave_at: datetime
    pickup_at: datetime
    dropoff_at: datetime
    free_at: datetime
    ends: Point | None = None
    is_claimed: bool = False

    @property
    def occupied(self) -> DateTimeTZRange:
        """The time the car and its driver are taken."""
        return DateTimeTZRange(self.leave_at, self.free_at, "[)")


def refuse(bar: Misfit | None) -> None:
    """Raise what bars a car, if anything does."""
    if bar is not None:
        raise Conflict(bar.code, bar.sentence)


def claim(vehicle: Vehicle) -> Vehicle:
    """Return the vehicle as stored now, locked until the transaction ends, so that planners of one car queue up.

    The lock only orders them; who gets the car is decided by the exclusion constraints.
    """
    try:
        with transaction.atomic():
            return Vehicle.objects.select_for_update(no_key=True).get(pk=vehicle.pk)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") not in BUSY:
            raise
        words = _("%s 正在被别人排，请等两秒再看。") % vehicle.plate
        raise Conflict("vehicle.busy", words) from error


@contextmanager
def as_conflict(ride: RunTimes, besides: Run | None = None) -> Iterator[None]:
    """Turn a refusal by an exclusion constraint into words that name the car, the time and what to do."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") != OVERLAPS:
            raise
        raise _taken(ride, besides, is_driver=broken_constraint(error) == DRIVER_ONCE) from error


def _taken(ride: RunTimes, besides: Run | None, *, is_driver: bool) -> Conflict:
    same = {"driver": ride.driver} if is_driver else {"vehicle": ride.vehicle}
    runs = Run.objects.live().filter(**same, occupied__overlap=ride.occupied)
    other = (runs.exclude(pk=besides.pk) if besides else runs).first()
    start, end = (other.occupied.lower, other.occupied.upper) if other else (ride.leave_at, ride.free_at)
    words = {
        "plate": ride.vehicle.plate,
        "driver": ride.driver.name,
        "from": hhmm(start),
        "until": hhmm(end),
    }
    if is_driver:
        return Conflict("driver.taken", _("%(driver)s %(from)s–%(until)s 已有一趟。请换一位司机，或改时间。") % words)
    return Conflict("vehicle.taken", _("%(plate)s %(from)s–%(until)s 已有一趟。请换一辆车，或改时间。") % words)
