"""An arrival is a fact: the desk sees who stands at its door, and the way there is over. Each is safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from communities.services import passes
from core.actors import RELAY, Actor
from core.stored import stored
from core.sweeping import each
from core.vocabulary import PlaceKind
from hospitals.models import Appointment, TransferRequest
from hospitals.services import door
from hospitals.states import AppointmentStatus
from transport.models import Trip
from transport.services import trips
from transport.states import TripDirection

WAITING = (AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED, AppointmentStatus.NOSHOW)
LOOK_BACK = timedelta(hours=6)


@transaction.atomic
def at_door(trip_id: str, *, at: datetime) -> bool:
    """Tell the desk that the car stands at its door, in the driver's name; say whether it was news."""
    trip = Trip.objects.select_related("run__vehicle", "run__driver").filter(pk=trip_id).first()
    if trip is None or trip.to_kind != PlaceKind.FACILITY or trip.dropped_off_at is None:
        return False
    return door.note_at_door(trip.case_ref, by=_driver(trip), at=at, facility_code=trip.to_code)


@transaction.atomic
def door_undone(trip_id: str, *, at: datetime) -> bool:
    """Tell the desk that the driver took it back."""
    trip = Trip.objects.select_related("run__vehicle", "run__driver").filter(pk=trip_id).first()
    if trip is None or trip.dropped_off_at is not None:  # pressed again meanwhile: it stands
        return False
    return door.lift_door(trip.case_ref, by=_driver(trip), at=at, facility_code=trip.to_code)


@transaction.atomic
def end_way_there(case_ref: UUID, *, at: datetime) -> bool:
    """Send no car for somebody who is at the hospital already; the gate no longer reads its plate."""
    return _send_no_car(case_ref, reason=stored("人已经到医院了"), at=at)


@transaction.atomic
def fetched_at_gate(case_ref: UUID, *, at: datetime) -> bool:
    """Send no other car for whom an ambulance took at the gate; one of our own on its way may be that very one."""
    rows = Trip.objects.live().filter(case_ref=case_ref, direction=TripDirection.OUTBOUND, run__isnull=False)
    coming = rows.select_related("run__vehicle").first()
    if coming is not None and coming.run is not None and coming.run.vehicle.is_ambulance:
        return False
    return _send_no_car(case_ref, reason=stored("120 已经在门口接到人"), at=at)


def _send_no_car(case_ref: UUID, *, reason: str, at: datetime) -> bool:
    trip = trips.end_way_there(case_ref, by=RELAY, at=at, reason=reason)
    if trip is not None:
        passes.set_ride(case_ref, plate="", by=RELAY, at=at)
    return trip is not None


def sweep(*, at: datetime) -> None:
    """Find by query what the relay missed: set down at a hospital whose desk waits without knowing."""
    waits = Appointment.objects.filter(
        case_ref=OuterRef("case_ref"), facility_id=OuterRef("to_code"), status__in=WAITING, at_door_at__isnull=True
    )
    handed_on = TransferRequest.objects.open().filter(
        case_ref=OuterRef("case_ref"),
        facility_id=OuterRef("to_code"),
        at_door_at__isnull=True,
        asked_at__lte=OuterRef("dropped_off_at"),
    )
    down = Trip.objects.filter(
        Exists(waits) | Exists(handed_on), to_kind=PlaceKind.FACILITY, dropped_off_at__gte=at - LOOK_BACK
    )
    each(
        list(down.values_list("pk", "dropped_off_at")),
        lambda row: at_door(str(row[0]), at=row[1]),
    )


def _driver(trip: Trip) -> Actor:
    """Return the relay, signing as the driver of the trip."""
    run = trip.run
    label = f"{run.driver.name} {run.vehicle.plate}" if run else RELAY.label
    return Actor(key=RELAY.key, label=label, role=RELAY.role)
