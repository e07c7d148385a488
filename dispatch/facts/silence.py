"""Drivers who say nothing: the time to leave is past and the car has not moved (rules.md 4.4, E3).

The rulebook says after how long (`driver.replace_min`, 5 minutes by default: replacement of a no-show, 1.5 no. 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from access.selectors import wait_limits
from communities.models import DispatchAreaDivision
from core import audit
from core.actors import Actor
from core.errors import Conflict
from core.phrases import listed
from core.stored import stored
from dispatch import policies
from dispatch.hand import snapshot
from dispatch.hand.snapshot import Bar, Fleet
from transport.models import Run, Trip
from transport.services import fleet
from transport.states import RunStatus, TripDirection, TripStatus, VehicleStatus

WAITED_FOR = (RunStatus.OFFERED, RunStatus.ACCEPTED)


@dataclass
class Silent:
    """One outing that should have begun, with whom to call and who waits for it."""

    run: Run
    since: datetime
    late_min: int
    trips: list[Trip]
    lane: Sequence[Bar] = ()  # all outings of its car

    @property
    def also(self) -> list[str]:
        """Name who else needs another car when this one is taken off: those of its other outings to come."""
        states = (*WAITED_FOR, RunStatus.DRAFT)
        ahead = [bar for bar in self.lane if bar.run.status in states and bar.run.pk != self.run.pk]
        here = {trip.case_ref for trip in self.trips}
        names = {trip.case_ref: trip.name for bar in ahead for trip in bar.trips if trip.case_ref not in here}
        return list(names.values())

    @property
    def has_accepted(self) -> bool:
        """Say whether the driver had taken it."""
        return self.run.status == RunStatus.ACCEPTED

    @property
    def riders(self) -> str:
        """Name who waits."""
        return listed(trip.name for trip in self.trips)

    @property
    def first_at(self) -> datetime | None:
        """Return when the first of them was to be picked up."""
        return min((trip.pickup_planned_at for trip in self.trips if trip.pickup_planned_at), default=None)


def silent_runs(area: str, at: datetime) -> list[Silent]:
    """List the outings of an area whose time to leave is past and whose driver has not set off, the longest first."""
    place = DispatchAreaDivision.objects.filter(area_id=area).values_list("district_code", flat=True).first() or ""
    seen = snapshot.fleet(area, since=at - snapshot.LOOK_BACK, until=at)
    return silent_of(seen, after_min=wait_limits(at=at, place=place).replace, at=at)


def silent_of(seen: Fleet, *, after_min: int, at: datetime) -> list[Silent]:
    """Find them in a fleet that is read already, without a query.

    Who is still on an outing before is late, not silent.
    """
    lanes = [(bar, lane) for lane in seen.bars.values() for bar in lane]
    busy = {bar.run.driver_id for bar, _lane in lanes if bar.run.status == RunStatus.UNDER_WAY}
    found = []
    for bar, lane in lanes:
        since = bar.run.occupied.lower
        late = int((at - since) / timedelta(minutes=1))
        trips = [trip for trip in bar.trips if trip.status == TripStatus.SCHEDULED]
        if bar.run.status in WAITED_FOR and late >= after_min and trips and bar.run.driver_id not in busy:
            _name(bar.run, seen)
            found.append(Silent(bar.run, since, late, trips, lane))
    return sorted(found, key=_nearest_to_harm)


def _nearest_to_harm(each: Silent) -> tuple[bool, datetime]:
    """Order by who stands outside already, then by who is to be fetched first."""
    is_outside = any(trip.direction != TripDirection.OUTBOUND for trip in each.trips)
    return not is_outside, each.first_at or each.since


def _name(run: Run, seen: Fleet) -> None:
    """Give a run its vehicle and its driver, as the fleet was read."""
    if run.driver_id in seen.drivers:
        run.vehicle, run.driver = seen.vehicles[run.vehicle_id], seen.drivers[run.driver_id]


@transaction.atomic
def replace(run: Run, *, by: Actor, at: datetime) -> list[Trip]:
    """Take a silent driver's car out of service, so that everybody waiting for it is planned anew (E3).

    Its outings not begun are dissolved and the fact goes up; who is aboard is not touched. Pressed twice, or when
    the outing has ended meanwhile, nothing more happens. Raises Conflict when the driver has set off after all.
    """
    policies.check_replace(by, run)
    run = Run.objects.select_for_update(of=("self",)).select_related("vehicle", "driver").get(pk=run.pk)
    if run.status == RunStatus.UNDER_WAY:
        raise Conflict("run.moves", _("司机刚刚出发了，不用换车。"))
    if run.status not in WAITED_FOR:
        return []
    reason = stored("司机没有回音，换车")
    lost = fleet.set_availability(run.vehicle, status=VehicleStatus.OFF, by=by, at=at, reason=reason)
    audit.record("run.replaced", run, by=by, at=at, detail={"trips": [str(trip.pk) for trip in lost]})
    return lost
