"""A rider's class (zone and infection) changes while a ride is planned or under way.

No two classes share a car (E18).
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.db import transaction

from core import audit
from core.actors import Actor
from core.stored import stored
from core.vocabulary import Precaution, ZoneClass
from transport.fit import OTHER_CLASS, Misfit, bar_of, bar_together
from transport.models import Run, Trip
from transport.services import follow
from transport.services.kept import amend
from transport.services.riders import RIDING, aboard_of
from transport.states import TripStatus

T = TripStatus
_ZONES = tuple(reversed(ZoneClass.values))  # the freest first
_CARE = (Precaution.ISOLATED, Precaution.SUSPECTED, Precaution.POSITIVE)  # each asks for more care than the one before
CLASS_CHANGED = stored("%s的防护级别变了：不停车，照常送到；穿好防护，送完先消毒")


def is_stricter(old: tuple[str, str], new: tuple[str, str]) -> bool:
    """Say whether a class (zone, infection) asks for more care than another one."""
    return _zone_rank(new[0]) > _zone_rank(old[0]) or _care_rank(new[1]) > _care_rank(old[1])


def _zone_rank(zone: str) -> int:
    return _ZONES.index(zone) if zone in _ZONES else 0


def _care_rank(infection: str) -> int:
    return _CARE.index(infection) + 1 if infection in _CARE else 0


@transaction.atomic
def reclass(trip: Trip, *, zone_class: str, infection_class: str, by: Actor, at: datetime) -> bool:
    """Write the class a rider is of now; say whether it changed. The run is looked at by `misfit` and `adopt`.

    Whoever is aboard stays aboard (E1): a class that asks for more care soils the car, a milder one waits until the
    ride is over.
    """
    old, new = (trip.zone_class, trip.infection_class), (zone_class, infection_class)
    is_aboard = trip.status == T.ON_BOARD
    if old == new or (is_aboard and not is_stricter(old, new)):
        return False
    amend(trip, zone_class=zone_class, infection_class=infection_class)
    audit.record("trip.reclassed", trip, by=by, at=at, detail={"from": "/".join(old), "to": "/".join(new)})
    if is_aboard and trip.run:
        _soil(trip.run, trip, by=by, at=at)
    follow.touch([trip], trip.run or trip.reserved_run)
    return True


def _soil(run: Run, trip: Trip, *, by: Actor, at: datetime) -> None:
    """Note what is aboard now: the driver drives on, nobody else boards,
    and the car is cleaned before its next ride.
    """
    words = CLASS_CHANGED % trip.rider
    run.soiled_as, run.told_change = f"{trip.zone_class}/{trip.infection_class}".rstrip("/"), words[:120]
    Run.objects.filter(pk=run.pk).update(soiled_as=run.soiled_as, told_change=run.told_change)
    audit.record("run.soiled", run, by=by, at=at, detail={"class": run.soiled_as})
    for other in run.trips.filter(status=T.ON_BOARD).exclude(pk=trip.pk):
        audit.record("trip.contact", other, by=by, at=at)


def misfit(trip: Trip) -> Misfit | None:
    """Return what keeps a trip not yet begun from the car it is planned on, as rider and car are now."""
    run = trip.run or trip.reserved_run
    if run is None or trip.status == T.ON_BOARD:
        return None
    if bar := bar_of(run.vehicle, trip):
        return bar
    if run.soiled_as or any(_class(other) != _class(trip) for other in _others(run, trip)):
        return Misfit("run.class", OTHER_CLASS % run.vehicle.plate)
    return None


class Measured(Protocol):
    """How somebody moves, as a request says it."""

    mobility: str
    needs_oxygen: bool
    has_stairs: bool


@transaction.atomic
def remeasure(trip: Trip, moves: Measured, *, party_size: int, by: Actor, at: datetime) -> bool:
    """Write how a rider moves now, and with how many, on a way not yet begun; say whether it changed.

    `crowding` judges its car (E12).
    """
    names = ("mobility", "needs_oxygen", "has_stairs")
    new = {**{name: getattr(moves, name) for name in names}, "party_size": party_size}
    if trip.status == T.ON_BOARD or all(getattr(trip, name) == value for name, value in new.items()):
        return False
    amend(trip, **new)
    audit.record("trip.remeasured", trip, by=by, at=at, detail={"mobility": trip.mobility})
    follow.touch([trip], trip.run or trip.reserved_run)
    return True


def crowding(trip: Trip) -> Misfit | None:
    """Return what keeps a rider who moves otherwise now from the car planned: alone, or beside those it carries too."""
    run = trip.run or trip.reserved_run
    if run is None:
        return None
    stops = list(run.stops.all())
    aboard = [aboard_of(run, stops, other) for other in _others(run, trip)]
    return bar_of(run.vehicle, trip) or bar_together(run.vehicle, aboard, aboard_of(run, stops, trip))


def _others(run: Run, trip: Trip) -> list[Trip]:
    """Return who else counts on a run: who rides, and whose way home it is kept for."""
    return [*run.trips.filter(status__in=RIDING).exclude(pk=trip.pk), *run.reserved_trips.exclude(pk=trip.pk)]


def _class(trip: Trip) -> tuple[str, str]:
    return trip.zone_class, trip.infection_class


@transaction.atomic
def adopt(trip: Trip, *, by: Actor, at: datetime) -> None:
    """Let the run be of the class its riders are of now; call only when nothing of `misfit` stands against it."""
    run = trip.run or trip.reserved_run
    if run is None or trip.status == T.ON_BOARD or (run.zone_class, run.infection_class) == _class(trip):
        return
    run.zone_class, run.infection_class = _class(trip)
    Run.objects.filter(pk=run.pk).update(zone_class=run.zone_class, infection_class=run.infection_class)
    audit.record("run.reclassed", run, by=by, at=at, case_ref=trip.case_ref)
    follow.touch([trip], run)


def not_begun(run: Run) -> list[Trip]:
    """Return the trips of a run nobody has been picked up for yet."""
    return list(run.trips.filter(status=T.SCHEDULED).select_related("run__vehicle"))
