"""New times of a late car, onto the desk's row and the pass. Safe to run twice: it writes what the trips say now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from communities.models import GatePass
from communities.services import passes
from core.actors import RELAY
from dispatch.limits import EXIT_BEFORE_MIN
from hospitals.models import Intake
from hospitals.selectors.transfers import open_of_case
from hospitals.services import appointments, transfers
from transport.models import Run, Trip
from transport.states import TripDirection, TripStatus
from transport.whereabouts import car_words

RIDING = (TripStatus.SCHEDULED, TripStatus.ON_BOARD)


def note(*, at: datetime, run_id: str, trip_ids: Iterable[str]) -> None:
    """Tell the desk when the car comes now, and the gate from when the party may leave."""
    rows = Trip.objects.filter(pk__in=list(trip_ids), run_id=run_id, status__in=RIDING)
    for trip in rows.select_related("run__vehicle", "run__driver"):
        _tell_desk(trip, at=at)
        if trip.direction == TripDirection.OUTBOUND and trip.status == TripStatus.SCHEDULED:
            _tell_gate(trip, at=at)


def _tell_desk(trip: Trip, *, at: datetime) -> None:
    """Write the car's time where desks read it: of arrival before the patient is there, of the way home after.

    On the way from house to house both desks read it with the hand-over.
    """
    if trip.direction == TripDirection.BETWEEN:
        _tell_both_desks(trip, at=at)
        return
    is_inside = Intake.objects.filter(case_ref=trip.case_ref).exists()
    is_home = trip.direction == TripDirection.INBOUND
    if trip.run is None or is_inside != is_home:
        return
    expected_at = trip.pickup_planned_at if is_home else trip.dropoff_planned_at
    appointments.set_ride(trip.case_ref, expected_at=expected_at, carried_by=_car(trip.run), by=RELAY, at=at)


def _tell_both_desks(trip: Trip, *, at: datetime) -> None:
    transfer = open_of_case(trip.case_ref)
    if transfer is not None and trip.run is not None:
        arrives = trip.dropoff_planned_at
        transfers.set_ride(transfer, expected_at=arrives, carried_by=_car(trip.run), by=RELAY, at=at)


def _car(run: Run) -> str:
    return car_words(run)[:60]


def _tell_gate(trip: Trip, *, at: datetime) -> None:
    row = GatePass.objects.issued().filter(case_ref=trip.case_ref).first()
    if row is None or trip.pickup_planned_at is None:
        return
    exit_from = trip.pickup_planned_at - timedelta(minutes=EXIT_BEFORE_MIN)
    later = exit_from - row.exit_from
    back_at = row.back_expected_at + later if row.back_expected_at else None
    window = passes.PassWindow(exit_from, row.exit_until + later, back_at)
    passes.move_window(trip.case_ref, window=window, by=RELAY, at=at)
