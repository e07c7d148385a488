"""What happens when 转 120 is taken back, said before it is pressed (INV-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime

from access import journey
from access.models import AccessRequest
from access.selectors.facts import facts_of
from access.states import TransportMode
from core.phrases import label
from hospitals.models import Facility
from transport.models import Trip
from transport.states import TripDirection


@dataclass(frozen=True)
class Lowering:
    """What is given back, and which ordinary way waits again; `is_cancelled` when there was none before."""

    request: AccessRequest
    is_possible: bool
    is_critical: bool
    plate: str
    is_ambulance: bool
    is_cancelled: bool
    way: str = ""
    arrive_at: datetime | None = None
    hospital: str = ""


def lowering(row: AccessRequest) -> Lowering:
    """Read what taking 危急 back does to a request (read with its facts); two queries."""
    there = Trip.objects.live().filter(case_ref=row.case_ref, direction=TripDirection.OUTBOUND, run__isnull=False)
    trip = there.select_related("run__vehicle").first()
    before = row.before_critical
    hospital = ""
    if code := before.get("facility_id"):
        hospital = Facility.objects.values_list("name", flat=True).filter(pk=code).first() or ""
    return Lowering(
        request=row,
        is_possible=row.is_critical and not journey.is_out(facts_of(row)),
        is_critical=row.is_critical,
        plate=trip.run.vehicle.plate if trip and trip.run else "",
        is_ambulance=bool(trip and trip.run and trip.run.vehicle.is_ambulance),
        is_cancelled=not before,
        way=label(TransportMode, before.get("mode", TransportMode.VEHICLE)),
        arrive_at=parse_datetime(before["arrive_at"]) if before.get("arrive_at") else None,
        hospital=hospital,
    )
