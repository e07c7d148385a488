"""Vehicles, drivers, shifts, trips, runs, stops."""

from transport.models.fleet import Driver, Shift, Vehicle
from transport.models.run import Run, Stop
from transport.models.trip import Trip

__all__ = ["Driver", "Run", "Shift", "Stop", "Trip", "Vehicle"]
