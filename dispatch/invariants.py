"""What a placement promises across hospital, car and gate: never half (INV-06)."""

from core.invariants import Invariant

INVARIANTS = [
    Invariant(
        "INV-06-place",
        "whoever is to be driven to a hospital has a place there and a pass for the gate: never half",
        "SELECT r.number FROM access_accessrequest r"
        " JOIN transport_trip t ON t.case_ref = r.case_ref AND t.direction = 'outbound' AND t.status = 'scheduled'"
        " WHERE r.status = 'approved' AND NOT r.is_critical AND ("
        " NOT EXISTS (SELECT 1 FROM hospitals_appointment a WHERE a.case_ref = r.case_ref"
        "  AND a.status IN ('proposed', 'booked', 'arrived', 'fulfilled'))"
        " OR NOT EXISTS (SELECT 1 FROM communities_gatepass p WHERE p.case_ref = r.case_ref AND p.status = 'issued'))",
    ),
]
