"""Who may do what with rides. What a person may see at all is `visible_to` of the models."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.actors import Actor
from transport.models import Run, Trip
from transport.states import TripStatus

WINDOW = timedelta(hours=2)  # trust.md C0, code V: from two hours before to two hours after


def may_drive(actor: Actor, run: Run) -> bool:
    """Say whether this is the actor's own run (a driver's post carries the driver's code)."""
    return actor.role == "driver" and bool(actor.place_code) and run.driver_id == actor.place_code


def may_plan(actor: Actor, area: str) -> bool:
    """Say whether the actor plans this dispatch area."""
    return actor.role == "dispatch" and bool(area) and actor.place_code == area


def may_call(actor: Actor, run: Run, trip: Trip, *, at: datetime) -> bool:
    """Say whether a driver may ring the rider: own ride, still to be done, within its window (decisions.md D23)."""
    if not may_drive(actor, run) or trip.status not in (TripStatus.SCHEDULED, TripStatus.ON_BOARD):
        return False
    start, end = run.occupied.lower - WINDOW, run.occupied.upper + WINDOW
    return start <= at <= end
