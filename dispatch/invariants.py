"""What a placement promises: never half, and in the order of time (INV-05, INV-06)."""

from core.invariants import Invariant

# a request with a ride there, a place or a pass is placed; one whose car was lost waits again and is not asked here
_RIDING = "('scheduled', 'on_board', 'completed')"

INVARIANTS = [
    Invariant(
        "INV-05",
        "the car there arrives before its slot begins; a car kept for the way home comes after the treatment",
        "SELECT 'out ' || trip.case_ref FROM transport_trip trip"
        " JOIN hospitals_appointment a ON a.case_ref = trip.case_ref AND a.status = 'booked' AND NOT a.is_critical"
        " JOIN hospitals_slot slot ON slot.id = a.slot_id"
        " WHERE trip.direction = 'outbound' AND trip.status = 'scheduled'"
        " AND trip.dropoff_planned_at > slot.starts_at"
        " UNION ALL SELECT 'back ' || trip.case_ref FROM transport_trip trip"
        " JOIN hospitals_appointment a ON a.case_ref = trip.case_ref AND a.status = 'booked' AND NOT a.is_critical"
        " JOIN hospitals_slot slot ON slot.id = a.slot_id"
        " WHERE trip.direction = 'inbound' AND trip.status = 'will_call' AND trip.reserved_from < slot.starts_at",
    ),
    Invariant(
        "INV-06",
        "whoever is driven to a hospital before arriving has a place there, a pass and a way back: never half",
        "SELECT r.number FROM access_accessrequest r"
        " JOIN transport_trip t ON t.case_ref = r.case_ref AND t.direction = 'outbound' AND t.status = 'scheduled'"
        " WHERE r.status = 'approved' AND NOT r.is_critical AND ("
        " NOT EXISTS (SELECT 1 FROM hospitals_appointment a WHERE a.case_ref = r.case_ref"
        "  AND a.status IN ('proposed', 'booked', 'arrived', 'fulfilled'))"
        " OR NOT EXISTS (SELECT 1 FROM communities_gatepass p WHERE p.case_ref = r.case_ref AND p.status = 'issued')"
        " OR NOT EXISTS (SELECT 1 FROM transport_trip b WHERE b.case_ref = r.case_ref AND b.direction = 'inbound'"
        f"  AND b.status IN ('will_call', 'unscheduled', {_RIDING[1:]}))",
    ),
    Invariant(
        "INV-06b",
        "a place at a hospital belongs to a request with a car there, one that looks for a car, or an own way",
        "SELECT a.case_ref::text FROM hospitals_appointment a"
        " JOIN access_accessrequest r ON r.case_ref = a.case_ref"
        " WHERE a.status = 'booked' AND r.status IN ('cancelled', 'redirected_online')",
    ),
]
