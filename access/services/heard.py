"""What the register does when somebody below tells a fact. Each is safe to run twice."""

from __future__ import annotations

from access.events import HomeMarked, RequestApproved
from access.services import closing, emergencies, out_again, residents
from communities.events import EmergencyDetailed, EmergencyReleased, EnteredGate, LeftGate
from hospitals.events import IntakeSampled, WalkedIn
from transport.events import TripCompleted


def left_gate(event: LeftGate) -> None:
    """Close a case that the passage ends, and call for whoever left on the pass of one that was over."""
    closing.close_if_over(event.case_ref, at=event.at)
    if event.case_ref is not None:
        out_again.call_for(event.case_ref, scan_id=event.scan_id)


def request_approved(event: RequestApproved) -> None:
    """End the call about whoever went out on an old pass: the new way has its owner and its way home."""
    if event.case_ref is not None:
        out_again.end_by_new_way(event.case_ref, at=event.at)


def entered_gate(event: EnteredGate) -> None:
    """Close the case of whoever is home again."""
    closing.close_if_over(event.case_ref, at=event.at)


def trip_completed(event: TripCompleted) -> None:
    """Close the case of whoever was driven home."""
    closing.close_if_over(event.case_ref, at=event.at)


def home_marked(event: HomeMarked) -> None:
    """Close the case of whoever is home by somebody's word."""
    closing.close_if_over(event.case_ref, at=event.at)


def emergency_released(event: EmergencyReleased) -> None:
    """Make the critical request of a party a guard let out."""
    emergencies.take_up_gate(
        event.case_ref,
        at=event.at,
        community=event.community,
        building=event.building,
        party_size=event.party_size,
        mark=event.mark,
    )


def emergency_detailed(event: EmergencyDetailed) -> None:
    """Add what the guard said of them; raises NotFound while the release is not taken up, so that it is told again."""
    emergencies.note_detail(event.case_ref, at=event.at, building=event.building, party_size=event.party_size)


def walked_in(event: WalkedIn) -> None:
    """Make the request of somebody who came to a desk unannounced."""
    emergencies.take_up_walk_in(event.case_ref, at=event.at, intake_id=event.intake_id)


def sampled(event: IntakeSampled) -> None:
    """Write down what the desk's test found."""
    residents.take_up_sample(event.case_ref, at=event.at, result=event.result)
