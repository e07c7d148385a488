"""Somebody who has a car: another one is looked for as if theirs were free, and theirs stands until it is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from access.journey import is_out, is_over
from access.models import AccessRequest
from access.selectors import facts_of
from core.phrases import label
from core.vocabulary import hhmm
from dispatch.board.waiting import Waiting, home_name
from dispatch.hand.snapshot import Bar, Fleet
from transport.models import Trip
from transport.states import RunStatus, TripDirection, TripStatus

MOVES = {TripDirection.OUTBOUND: "move", TripDirection.INBOUND: "move_back"}
_TAKEN = {RunStatus.ACCEPTED: "ok", RunStatus.OFFERED: "wait"}


@dataclass(frozen=True)
class PlacedRide:
    """One way of somebody, and its car: who drives, by what number, from when, and whether the driver has taken it."""

    way: str
    plate: str
    driver: str
    phone: str
    at: str
    state: str
    level: str


def standing_of(row: AccessRequest, fleet: Fleet, *, at: datetime) -> Waiting | None:
    """Return the way of somebody whose car may still be another one, as the panel reads it; None where nothing is."""
    facts = facts_of(row)
    if is_over(facts):
        return None
    ways = {trip.direction: trip for _bar, trip in _rides(fleet, row.case_ref) if trip.status == TripStatus.SCHEDULED}
    direction = TripDirection.INBOUND if is_out(facts) else TripDirection.OUTBOUND
    trip = ways.get(direction)
    if trip is None or (direction == TripDirection.OUTBOUND and (facts.boarded_at or facts.arrived_at)):
        return None
    words = {"at": hhmm(trip.pickup_planned_at)}
    return Waiting(
        request=row,
        kind=MOVES[direction],
        rank=9,
        level="",
        due_at=trip.pickup_planned_at or at,
        headline=_("%(at)s 接") % words,
        route=f"{trip.from_label} → {trip.to_label or home_name(row)}",
        side="",
        reason=_("已排好"),
        icon="okcircle",
        trip=trip,
    )


def freed(fleet: Fleet, case_ref: UUID) -> Fleet:
    """Return the cars as they would be without the ways of one case, where nobody else rides on them."""
    runs = [bar.run for bar, _trip in _rides(fleet, case_ref) if len(bar.trips) == 1]
    cars = {car.code: car for car in fleet.cars}
    for run in runs:
        if run.vehicle_id in cars:
            cars[run.vehicle_id] = cars[run.vehicle_id].without(run.occupied.lower)
    return replace(fleet, cars=list(cars.values()))


def rides_of(fleet: Fleet, case_ref: UUID) -> list[PlacedRide]:
    """Return the ways of a case that have a car, in the order of time."""
    found = sorted(_rides(fleet, case_ref), key=lambda each: each[0].run.occupied.lower)
    return [_ride(bar, trip, fleet) for bar, trip in found]


def _ride(bar: Bar, trip: Trip, fleet: Fleet) -> PlacedRide:
    driver = fleet.drivers.get(bar.run.driver_id)
    vehicle = fleet.vehicles.get(bar.run.vehicle_id)
    return PlacedRide(
        way=label(TripDirection, trip.direction),
        plate=vehicle.plate if vehicle else bar.run.vehicle_id,
        driver=driver.name if driver else "",
        phone=driver.phone if driver else "",
        at=hhmm(trip.pickup_planned_at or trip.reserved_from),
        state=label(RunStatus, bar.run.status),
        level=_TAKEN.get(RunStatus(bar.run.status), "") if bar.run.status in RunStatus.values else "",
    )


def _rides(fleet: Fleet, case_ref: UUID) -> Iterator[tuple[Bar, Trip]]:
    for lane in fleet.bars.values():
        for bar in lane:
            for trip in bar.trips:
                if trip.case_ref == case_ref:
                    yield bar, trip
