"""Sixty faults of a city folder, of more than twenty kinds, and the same faults where the database keeps them."""

from __future__ import annotations

from collections.abc import Iterator

ZONE = "zone_class_scenario_b"
# kind of fault → file, column, what is written there; each on a row of its own
CELLS: dict[str, list[tuple[str, str, str]]] = {
    "unknown zone": [("communities", ZONE, "高风险区"), ("communities", ZONE, "red"), ("communities", ZONE, "")],
    "unknown need": [("residents", "need_kinds", "透晰"), ("residents", "need_kinds", "dialysis;rocket")],
    "person without a need": [("residents", "need_kinds", ""), ("residents", "need_kinds", " ; ")],
    "need without a person": [("residents", "name", ""), ("residents", "name", "　")],
    "unknown class": [("vehicles", "class", "出租车"), ("vehicles", "class", "taxi"), ("vehicles", "status", "坏了")],
    "unknown word": [("residents", "mobility", "飞"), ("residents", "sex", "X"), ("facilities", "zone_role", "绿码医院")],
    "unknown service": [("facilities", "services", "emergency;算命"), ("residents", "needs_service", "magic")],
    "empty latitude": [("communities", "lat", ""), ("facilities", "lat", ""), ("vehicles", "lat", "")],
    "far coordinate": [("communities", "lon", "200"), ("facilities", "lat", "-40.1"), ("vehicles", "lon", "0")],
    "no number": [("communities", "lat", "40度"), ("facilities", "intake_per_15min", "two"), ("vehicles", "lon", "nan")],
    "duplicate key": [("communities", "code", "="), ("facilities", "code", "="), ("vehicles", "plate", "=")],
    "duplicate person": [("residents", "resident_ref", "=")],
    "dangling reference": [
        ("residents", "community_code", "999999999999"), ("residents", "home_facility_code", "NO-1"),
        ("residents", "guardian_ref", "NOBODY"), ("communities", "street_code", "999999999"),
        ("vehicles", "base_code", "NO-2"), ("facilities", "division_code", "999999"),
    ],
    "bad code": [("communities", "district_code", "21060"), ("residents", "resident_ref", "号 1")],
    "bad day": [("residents", "birth_date", "1956-02-30"), ("residents", "next_date", "下周二"), ("residents", "due_date", "6/28")],
    "day of no life": [("residents", "birth_date", "2056-01-01"), ("residents", "birth_date", "0056-01-01")],
    "against the number": [("residents", "birth_date", "1950-01-01"), ("residents", "sex", "~")],
    "bad moment": [("residents", "last_nat_at", "2022-06-28"), ("residents", "registered_at", "早上")],
    "bad hour": [("vehicles", "shift_start", "25:00"), ("vehicles", "shift_end", "晚上")],
    "end before start": [("vehicles", "shift_end", "00:00")],
    "negative": [("facilities", "hemodialysis_machines", "-3"), ("vehicles", "seats_patient", "-1")],
    "too many": [("communities", "gate_count", "600"), ("facilities", "of_which_hbv", "9000"), ("facilities", "shifts_per_day", "9")],
    "no gate": [("communities", "gate_count", "0")],
    "schedule words": [("residents", "schedule_days", "一三八"), ("residents", "schedule_days", "every day")],
    "rhythm without days": [("residents", "schedule_kind", "weekly")],
    "too long": [("residents", "name", "王" * 61), ("communities", "name", "花" * 61), ("facilities", "phone", "1" * 21)],
    "unknown flag": [("residents", "oxygen", "maybe"), ("vehicles", "partition", "2")],
}  # fmt: skip
# file and column of the folder → table and column that keep it; the rest are called alike
TABLES = {
    "communities": "communities_community", "residents": "access_resident", "facilities": "hospitals_facility",
    "vehicles": "transport_vehicle",
}  # fmt: skip
KEPT = {
    ("communities", ZONE): ("communities_zoneperiod", "zone_class"),
    ("communities", "gate_count"): ("communities_gate", "number"),
    ("residents", "need_kinds"): ("access_careneed", "kind"),
    ("residents", "needs_service"): ("access_careneed", "service_kind"),
    ("residents", "home_facility_code"): ("access_careneed", "facility_id"),
    ("residents", "schedule_days"): ("access_careneed", "schedule_days"),
    ("residents", "schedule_kind"): ("access_careneed", "schedule_days"),
    ("residents", "next_date"): ("access_careneed", "next_date"),
    ("residents", "due_date"): ("access_careneed", "due_date"),
    ("residents", "community_code"): ("access_resident", "community_id"),
    ("residents", "guardian_ref"): ("access_resident", "guardian_id"),
    ("residents", "resident_ref"): ("access_resident", "ref"),
    ("residents", "last_nat_at"): ("access_resident", "last_test_at"),
    ("residents", "oxygen"): ("access_resident", "needs_oxygen"),
    ("facilities", "services"): ("hospitals_service", "kind"),
    ("facilities", "of_which_hbv"): ("hospitals_service", "hbv_places"),
    ("facilities", "hemodialysis_machines"): ("hospitals_slot", "capacity"),
    ("facilities", "shifts_per_day"): ("hospitals_slot", "shift"),
    ("vehicles", "class"): ("transport_vehicle", "vehicle_class"),
    ("vehicles", "seats_patient"): ("transport_vehicle", "seats"),
    ("vehicles", "partition"): ("transport_vehicle", "has_partition"),
    ("vehicles", "shift_start"): ("transport_shift", "starts_at"),
    ("vehicles", "shift_end"): ("transport_shift", "ends_at"),
}
# what is a fault beside another column of its row only, and what the folder writes in words of its own
AS_SQL = {
    "=": "(SELECT min({column}) FROM {table})",
    "~": "CASE {column} WHEN 'F' THEN 'M' ELSE 'F' END",
    "00:00": "starts_at - interval '7 hours'",
    "weekly": "''",  # a rhythm without days
}


def in_the_database() -> Iterator[tuple[str, str, str]]:
    """Give table, column and SQL of every fault; some of them the type of the column refuses."""
    for found in CELLS.values():
        for file, name, value in found:
            table, column = KEPT.get((file, name), (TABLES[file], name))
            sql = "NULL" if value == "" and name in ("lat", "lon") else AS_SQL.get(value, f"'{value}'")
            yield table, column, sql.format(table=table, column=column)
