"""What the suppliers know of many cases, each in one query: for lists as for one page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from access.models import AccessRequest
from communities.models import GatePass
from core.narrow import joined
from hospitals.models import Appointment, Intake
from hospitals.states import IntakeStatus
from transport.models import Trip
from transport.states import TripDirection, TripStatus


@dataclass
class CaseParts:
    """The live appointment, the arrival, the trips and the pass of one case."""

    appointment: Appointment | None = None
    intake: Intake | None = None
    gate_pass: GatePass | None = None
    trips: list[Trip] = field(default_factory=list)

    def trip(self, direction: str) -> Trip | None:
        """Return the trip of a direction that counts: the last one not cancelled."""
        those = [trip for trip in self.trips if trip.direction == direction and trip.status != TripStatus.CANCELLED]
        return max(those, key=lambda trip: trip.attempt, default=None)

    @property
    def outbound(self) -> Trip | None:
        """The way there."""
        return self.trip(TripDirection.OUTBOUND)

    @property
    def inbound(self) -> Trip | None:
        """The way home."""
        return self.trip(TripDirection.INBOUND)

    @property
    def between(self) -> Trip | None:
        """The way to another hospital that took the patient over."""
        return self.trip(TripDirection.BETWEEN)


def planned_at(request: AccessRequest, parts: CaseParts) -> datetime | None:
    """Return when somebody should have left: the car's promised minute, else the hour to be there; None: no hour."""
    there = parts.outbound
    return (there.pickup_planned_at if there else None) or request.arrive_at


_RUN = ["status", "vehicle_id", "driver_id"]
_RUNS = {
    f"{run}{part}": fields
    for run in ("run", "reserved_run")
    for part, fields in (("", _RUN), ("__vehicle", ["plate"]), ("__driver", ["name", "phone"]))
}


def parts_of(case_refs: Iterable[UUID]) -> dict[UUID, CaseParts]:
    """Read the parts of many cases; the number of queries does not grow with theirs."""
    wanted = list(case_refs)
    parts: dict[UUID, CaseParts] = defaultdict(CaseParts)
    if not wanted:
        return parts
    for trip in joined(Trip.objects.filter(case_ref__in=wanted), _RUNS).order_by("attempt"):
        parts[trip.case_ref].trips.append(trip)
    booked = Appointment.objects.live().filter(case_ref__in=wanted)
    for appointment in joined(booked, {"slot": ["starts_at", "ends_at"], "facility": ["name", "zone_role"]}):
        parts[appointment.case_ref].appointment = appointment
    for intake in joined(Intake.objects.filter(case_ref__in=wanted), {"facility": ["name"]}).order_by("arrived_at"):
        if intake.status != IntakeStatus.TRANSFERRED or parts[intake.case_ref].intake is None:
            parts[intake.case_ref].intake = intake
    for gate_pass in joined(GatePass.objects.issued().filter(case_ref__in=wanted), {"community": ["name"]}):
        parts[gate_pass.case_ref].gate_pass = gate_pass
    return parts
