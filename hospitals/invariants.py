"""What holds for slots, appointments and arrivals at every moment."""

from __future__ import annotations

from core.invariants import Invariant

_PRODUCT_NOW = "clock_timestamp() + COALESCE((SELECT max(seconds) FROM core_clockoffset), 0) * interval '1 second'"

INVARIANTS = [
    Invariant(
        "INV-01",
        "a slot's counter is the number of its live appointments and never above its places",
        "SELECT 'slot ' || s.id || ': counted ' || s.booked || ', live ' || count(a.id) || ', places ' || s.capacity"
        " FROM hospitals_slot s LEFT JOIN hospitals_appointment a"
        " ON a.slot_id = s.id AND a.status IN ('proposed', 'booked', 'arrived', 'fulfilled')"
        " GROUP BY s.id HAVING s.booked <> count(a.id) OR s.booked > s.capacity",
    ),
    Invariant(
        "infection_machine_mixed",
        "whoever is yet to be treated takes a haemodialysis machine of their class: HBV, HCV or the others (E20)",
        "SELECT 'slot ' || id || ': hbv ' || hbv || '/' || for_hbv || ', hcv ' || hcv || '/' || for_hcv || ', others '"
        " || others || '/' || capacity - for_hbv - for_hcv FROM (SELECT s.id, s.capacity,"
        " least(v.hbv_places, s.capacity) AS for_hbv,"
        " least(v.hcv_places, s.capacity - least(v.hbv_places, s.capacity)) AS for_hcv,"
        " count(*) FILTER (WHERE a.machine_class = 'HBV') AS hbv,"
        " count(*) FILTER (WHERE a.machine_class = 'HCV') AS hcv,"
        " count(*) FILTER (WHERE a.machine_class = '') AS others"
        " FROM hospitals_slot s JOIN hospitals_service v ON v.id = s.service_id AND v.kind = 'hemodialysis'"
        " JOIN hospitals_appointment a ON a.slot_id = s.id AND a.status IN ('proposed', 'booked', 'arrived')"
        " GROUP BY s.id, v.id) AS held WHERE hbv > for_hbv OR hcv > for_hcv OR others > capacity - for_hbv - for_hcv",
    ),
    Invariant(
        "INV-29",
        "an appointment that has arrived or is fulfilled has its arrival",
        "SELECT 'appointment ' || a.id FROM hospitals_appointment a WHERE a.status IN ('arrived', 'fulfilled')"
        " AND NOT EXISTS (SELECT 1 FROM hospitals_intake i"
        " WHERE i.case_ref = a.case_ref AND i.status <> 'withdrawn')",
    ),
    Invariant(
        "INV-30",
        "a hand-over past its limit is reported",
        "SELECT 'intake ' || id FROM hospitals_intake WHERE late_reported_at IS NULL AND status <> 'withdrawn'"
        " AND (handed_over_at > hand_over_due_at OR handed_over_at IS NULL AND status IN ('arrived', 'in_treatment')"
        f" AND hand_over_due_at < {_PRODUCT_NOW} - interval '5 minutes')",
    ),
    Invariant(
        "INV-30b",
        "a hand-over has its time and its name, a transfer its acceptance, an end its time",
        "SELECT 'intake ' || id FROM hospitals_intake WHERE (handed_over_at IS NULL) <> (handed_over_by = '')"
        " OR status = 'transferred' AND accepted_by = '' OR status = 'released' AND ready_at IS NULL"
        " OR status IN ('released', 'admitted', 'transferred', 'died') AND ended_at IS NULL",
    ),
]
