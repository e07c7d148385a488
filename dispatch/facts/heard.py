"""What dispatch does when somebody below tells a fact. Each is safe to run twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from access.events import AbilityChanged, InfectionChanged, RequestApproved, RequestIdentified, StrangerPlaced
from access.models import AccessRequest
from access.models.request import OPEN
from access.services import cards, critical, one_way
from communities.events import EmergencyDetailed, ZoneChanged
from core.actors import RELAY
from core.stored import stored
from dispatch.facts import arrivals, closures, late_cars, reclass, strangers, wake
from dispatch.hand import rescues
from dispatch.home import leaving, returns, transfers
from hospitals.events import (
    IntakeArrived,
    IntakeEnded,
    IntakeReleased,
    IntakeUndone,
    ServiceChanged,
    TransferAccepted,
    TransferDropped,
)
from hospitals.services import appointments
from hospitals.states import DeskStep
from transport.events import AtFacilityDoor, Boarded, DoorUndone, RiderUnwell, RunGivenUp, RunLate, TripFailed
from transport.models import Trip
from transport.services import trips
from transport.states import TripDirection, TripStatus


def request_approved(event: RequestApproved) -> None:
    """Wake whoever plans; the desk that expects a patient reads that 120 was called meanwhile, and labour (E22)."""
    if event.case_ref is None:
        return
    critical_now = AccessRequest.objects.filter(case_ref=event.case_ref, is_critical=True)
    if event.is_critical and (row := critical_now.first()) is not None:
        labour = cards.LABOUR if cards.is_labour(row) else ""
        appointments.note_critical(event.case_ref, need_kind=labour, by=RELAY, at=event.at)
    wake.ring_for(event.case_ref)


def request_identified(event: RequestIdentified) -> None:
    """Let zone and infection of the person found decide, and have a way home."""
    if event.case_ref:
        strangers.identified(event.case_ref, at=event.at, request_id=event.request_id)


def stranger_placed(event: StrangerPlaced) -> None:
    """Have a way home to where a stranger is to be brought."""
    if event.case_ref:
        strangers.identified(event.case_ref, at=event.at, request_id=event.request_id)


def boarded(event: Boarded) -> None:
    """Tell the desk whose patient is on the way home."""
    leaving.note_boarded(event.case_ref, at=event.at, trip_id=event.trip_id)


def trip_failed(event: TripFailed) -> None:
    """Let the trip wait again, and wake whoever plans (E3)."""
    _wait_again((event.trip_id,), at=event.at)


def run_given_up(event: RunGivenUp) -> None:
    """Let the trips of a car that does not come wait again, and wake whoever plans (E3)."""
    _wait_again(event.trip_ids, at=event.at)


def _wait_again(trip_ids: Sequence[str], *, at: datetime) -> None:
    returns.back_to_waiting(trip_ids, at=at)
    for case_ref in set(Trip.objects.filter(pk__in=trip_ids).values_list("case_ref", flat=True)):
        wake.ring_for(case_ref)


def run_late(event: RunLate) -> None:
    """Tell desk and gate the new times."""
    late_cars.note(at=event.at, run_id=event.run_id, trip_ids=event.trip_ids)


@transaction.atomic
def rider_unwell(event: RiderUnwell) -> None:
    """Raise the case of a rider who turned critical in the car; the hospital reads it at once (R-000-2)."""
    if event.case_ref is None:
        return
    row = AccessRequest.objects.filter(case_ref=event.case_ref).first()
    appointments.note_critical(event.case_ref, by=RELAY, at=event.at)
    if row is None or row.status not in OPEN:
        return
    called = one_way.critical_of(row.person_key)
    if called is not None and called.pk != row.pk:  # the ambulance called elsewhere would find nobody there
        critical.lower_critical(called, reason=stored("人已经在车上"), by=RELAY, at=event.at)
    critical.make_critical(row, by=RELAY, at=event.at)


def at_facility_door(event: AtFacilityDoor) -> None:
    """Show the desk who stands at its door."""
    arrivals.at_door(event.trip_id, at=event.at)


def door_undone(event: DoorUndone) -> None:
    """Take it off the desk's page again."""
    arrivals.door_undone(event.trip_id, at=event.at)


def arrived(event: IntakeArrived) -> None:
    """Send no car for whoever arrived by other means, and have a way home standing by, from where they are."""
    if event.case_ref:
        arrivals.end_way_there(event.case_ref, at=event.at)
        back = returns.note_arrival(event.case_ref, at=event.at)
        rescues.look_at(event.case_ref, at=event.at)
        if back is not None and back.run_id is None and back.reserved_run_id is None:
            wake.ring_for(event.case_ref)


def transfer_accepted(event: TransferAccepted) -> None:
    """Look for a car to the hospital that takes the patient."""
    transfers.open_way(event.transfer_id, at=event.at)


def transfer_dropped(event: TransferDropped) -> None:
    """Let that car go."""
    transfers.let_go(event.transfer_id, at=event.at)


def released(event: IntakeReleased) -> None:
    """Call the way home, the reserved car first (C15); wake whoever plans when there is none."""
    trip = returns.call_back(event.case_ref, at=event.at) if event.case_ref else None
    if trip is not None and trip.status == TripStatus.UNSCHEDULED:
        wake.ring_for(trip.case_ref)


def ended(event: IntakeEnded) -> None:
    """Give up the way home of somebody who stays or died, and let go all else that was made for them (E28)."""
    if event.case_ref:
        returns.note_ended(event.case_ref, at=event.at)


@transaction.atomic
def undone(event: IntakeUndone) -> None:
    """Take back the call for the way home when a desk takes back that treatment was over: a car stands by again."""
    if event.case_ref is None:
        return
    home = Trip.objects.live().filter(case_ref=event.case_ref, direction=TripDirection.INBOUND)
    if event.step == DeskStep.ENDED and home.filter(status=TripStatus.UNSCHEDULED).exists():
        trips.cancel_return(event.case_ref, by=RELAY, at=event.at, reason=stored("接诊台撤回结束"))
    returns.note_arrival(event.case_ref, at=event.at)


def service_changed(event: ServiceChanged) -> None:
    """Let those booked at a service that does not receive wait again; once it does, nobody is told to go elsewhere."""
    closures.let_wait_again(at=event.at, service_id=event.service_id)


def zone_changed(event: ZoneChanged) -> None:
    """Follow the new zone of a compound for everybody on the way."""
    reclass.zone_changed(at=event.at, community=event.community, building=event.building)


def infection_changed(event: InfectionChanged) -> None:
    """Follow what a test found, for every case of a resident."""
    reclass.infection_changed(at=event.at, resident_id=event.resident_id)


def emergency_detailed(event: EmergencyDetailed) -> None:
    """Send no other car for whom an ambulance at the gate takes; where it was none after all, look for one again."""
    if event.case_ref is None or event.has_ambulance is None:
        return
    if event.has_ambulance:
        arrivals.fetched_at_gate(event.case_ref, at=event.at)
        rescues.look_at(event.case_ref, at=event.at)
    else:
        wake.ring_for(event.case_ref)


def ability_changed(event: AbilityChanged) -> None:
    """Look whether the cars of a resident still fit how they move now (E12)."""
    reclass.ability_changed(at=event.at, resident_id=event.resident_id)
