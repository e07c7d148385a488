"""Whoever boards the way home has left the house: the desk stops showing them as waiting."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from access.services.closing import close_if_over
from core.actors import RELAY
from dispatch.home import transfers
from hospitals.models import Intake
from hospitals.services import intake as arrivals
from transport.models import Trip
from transport.states import TripDirection


@transaction.atomic
def note_boarded(case_ref: UUID | None, *, at: datetime, trip_id: str) -> bool:
    """Tell the desk that its patient is on the way home, then close what is over; say whether the desk was told."""
    is_told = False
    if trip_id and (trip := Trip.objects.filter(pk=trip_id, direction=TripDirection.BETWEEN).first()):
        transfers.note_boarded(trip, at=at)
    if trip_id and Trip.objects.filter(pk=trip_id, direction=TripDirection.INBOUND).exists():
        intake = Intake.objects.where_now(case_ref)
        is_told = intake is not None and arrivals.note_left(intake, by=RELAY, at=at)
    close_if_over(case_ref, at=at)
    return is_told
