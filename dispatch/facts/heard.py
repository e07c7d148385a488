"""What dispatch does when somebody below tells a fact. Each is safe to run twice."""

from __future__ import annotations

from access.events import AbilityChanged, InfectionChanged, RequestApproved, RequestIdentified, StrangerPlaced
from communities.events import EmergencyDetailed, ZoneChanged
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
from transport.events import AtFacilityDoor, Boarded, DoorUndone, RiderUnwell, RunGivenUp, RunLate, TripFailed


def request_approved(event: RequestApproved) -> None:
    """Wake whoever plans; who turned critical on the way is on top of the desk's page."""
    if event.case_ref and event.is_critical:
        wake.raised(event.case_ref, at=event.at)
    if event.case_ref:
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
    wake.failed(event.case_ref, at=event.at, trip_ids=(event.trip_id,))


def run_given_up(event: RunGivenUp) -> None:
    """Let the trips of a car that does not come wait again, and wake whoever plans (E3)."""
    wake.failed(event.case_ref, at=event.at, trip_ids=event.trip_ids)


def run_late(event: RunLate) -> None:
    """Tell desk and gate the new times."""
    late_cars.note(at=event.at, run_id=event.run_id, trip_ids=event.trip_ids)


def rider_unwell(event: RiderUnwell) -> None:
    """Raise the case of whoever turned critical in the car (R-000-2)."""
    if event.case_ref:
        wake.emergency_aboard(event.case_ref, at=event.at)


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
    """Call the way home."""
    if event.case_ref:
        wake.released(event.case_ref, at=event.at)


def ended(event: IntakeEnded) -> None:
    """Give up the way home of somebody who stays or died, and let go all else that was made for them (E28)."""
    if event.case_ref:
        returns.note_ended(event.case_ref, at=event.at)


def undone(event: IntakeUndone) -> None:
    """Follow a step that a desk took back."""
    if event.case_ref:
        wake.undone(event.case_ref, at=event.at, step=event.step)


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
