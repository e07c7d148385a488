"""From a judged car to a ride the transport services take."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.actors import Actor
from dispatch.hand.allowances import PICKUP_LATEST_MIN
from dispatch.hand.entrances import neutral_label
from dispatch.shapes import Fit
from hospitals.models import Facility
from transport.cards import Place
from transport.models import Driver, Trip, Vehicle
from transport.services import scheduling
from transport.services.scheduling import Ride


def ride_of(fit: Fit) -> Ride:
    """Return the ride with its vehicle and driver rows."""
    plan = fit.ride
    if plan is None:
        raise ValueError("a barred car has no ride")
    vehicle, driver = Vehicle.objects.get(pk=plan.vehicle_code), Driver.objects.get(pk=plan.driver_code)
    return Ride(vehicle, driver, plan.leave_at, plan.pickup_at, plan.dropoff_at, plan.free_at)


def carried_by(fit: Fit) -> str:
    """Return plate and driver, as the desk reads them."""
    plan = fit.ride
    driver = next((d.driver_name for d in fit.car.duties if plan and d.driver_code == plan.driver_code), "")
    return f"{fit.car.plate} {driver}".strip()[:60]


def why(fit: Fit) -> dict[str, object]:
    """Return what is stored as the reason for a car."""
    return {"checks": [check.as_json() for check in fit.checks], "min": fit.ride.deadhead_min if fit.ride else None}


def reserve(trip: Trip, fit: Fit, *, by: Actor, at: datetime) -> None:
    """Keep a car for the way home, from its pick-up for as long as a car may be late."""
    ride = ride_of(fit)
    scheduling.reserve(
        trip,
        ride=ride,
        window_from=ride.pickup_at,
        window_until=ride.pickup_at + timedelta(minutes=PICKUP_LATEST_MIN),
        by=by,
        at=at,
        is_pinned=True,
        explanation=why(fit),
    )


def facility_place(facility: Facility) -> Place:
    """Return the end of a trip at a hospital; its label, which driver and gate read, says no illness."""
    return Place("facility", facility.code, neutral_label(facility.name, facility.address), facility.point)
