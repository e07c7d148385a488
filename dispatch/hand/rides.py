"""From a judged car to a ride the transport services take."""

from __future__ import annotations

from dispatch.hand.arrangement import OwnRun
from dispatch.hand.entrances import neutral_label
from dispatch.shapes import Fit
from hospitals.models import Facility
from transport.cards import Place
from transport.models import Driver, Vehicle
from transport.services.scheduling import RunTimes


def ride_of(fit: Fit) -> RunTimes:
    """Return the ride with its vehicle and driver rows."""
    plan = fit.ride
    if plan is None:
        raise ValueError("a barred car has no ride")
    vehicle, driver = Vehicle.objects.get(pk=plan.vehicle_code), Driver.objects.get(pk=plan.driver_code)
    return RunTimes(vehicle, driver, plan.leave_at, plan.pickup_at, plan.dropoff_at, plan.free_at)


def own_run(fit: Fit) -> OwnRun:
    """Return the car on a run of its own, with what is stored as the reason."""
    checks = [check.as_json() for check in fit.checks]
    return OwnRun(ride_of(fit), {"checks": checks, "min": fit.ride.deadhead_min if fit.ride else None})


def facility_place(facility: Facility) -> Place:
    """Return the end of a trip at a hospital; its label, which driver and gate read, says no illness."""
    return Place("facility", facility.code, neutral_label(facility.name, facility.address), facility.point)
