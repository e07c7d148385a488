"""One live way per person and direction: nobody is fetched a second time before the first way is over (INV-04)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.guards import broken_constraint
from core.vocabulary import CarePriority
from transport.models import Trip
from transport.services.outing import BUSY
from transport.states import TripDirection, TripStatus

RIDING = (TripStatus.SCHEDULED, TripStatus.ON_BOARD)
CONSTRAINT = "one_way_at_a_time"


def alone(trip: Trip, pickup_at: datetime, dropoff_at: datetime) -> DateTimeTZRange | None:
    """Return how long a way takes its person, from home until they are ready to go home, or from door to door.

    The constraint asks whether they are on another then. Of the critical nothing is asked: an ambulance whose patient
    is on another way stands beside it (None).
    """
    taken = DateTimeTZRange(pickup_at, max(_end(trip, dropoff_at), pickup_at + timedelta(minutes=1)), "[)")
    if trip.care_class != CarePriority.URGENT:
        return taken
    same = Trip.objects.filter(person_key=trip.person_key, status__in=RIDING, direction=trip.direction)
    others = same.filter(taken__overlap=taken).exclude(case_ref=trip.case_ref)
    return None if others.exists() else taken


def _end(trip: Trip, dropoff_at: datetime) -> datetime:
    if trip.direction != TripDirection.OUTBOUND:
        return dropoff_at
    home = Trip.objects.live().filter(case_ref=trip.case_ref, direction=TripDirection.INBOUND)
    return max(dropoff_at, home.values_list("ready_at", flat=True).first() or dropoff_at)


@contextmanager
def as_conflict(trip: Trip) -> Iterator[None]:
    """Turn a refusal by the constraint into words; whoever reads them has left the transaction."""
    try:
        yield
    except IntegrityError as error:
        if broken_constraint(error) != CONSTRAINT:
            raise
        raise _elsewhere(trip) from error
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") not in BUSY:
            raise
        raise Conflict("trip.busy", _("%s 正在被别人排，请等两秒再看。") % trip.rider) from error


def _elsewhere(trip: Trip) -> Conflict:
    return Conflict("trip.person_elsewhere", _("%s 那时还在另一趟上，不能同时排两趟。") % trip.rider)
