"""Vehicles with their drivers and shifts."""

from __future__ import annotations

from datetime import timedelta

from communities.models import Community
from core import clock
from drill.city.folder import CityFolder, number
from hospitals.models import Facility
from transport.models import Driver, Shift, Vehicle

SHIFT_DAYS = range(0, 4)


def load(folder: CityFolder, area_of: dict[str, str]) -> None:
    """Store vehicles, one driver record each, and their shifts for the days around the reference day."""
    district_of = _districts()
    vehicles, drivers, shifts = [], [], []
    for row in [*folder.rows("vehicles"), *folder.rows("volunteers")]:
        if not (row.get("vehicle_ref") and row.get("base_code")):
            folder.report.skip("vehicles", row.get("vehicle_ref", "?"), "no reference or no base")
            continue
        area = area_of.get(district_of.get(row["base_code"], row["base_code"])[:6])
        if area is None:
            folder.report.skip("vehicles", row["vehicle_ref"], "its base lies in no dispatch area")
            continue
        vehicles.append(_vehicle(row, area))
        drivers.append(Driver(code=row["vehicle_ref"], name=row["driver_name"], phone=row["driver_phone"]))
        shifts += _shifts(folder, row)
    changed = ["plate", "dispatch_area", "seats", "wheelchairs", "zones_allowed", "lat", "lon"]
    Vehicle.objects.bulk_create(vehicles, update_conflicts=True, unique_fields=["code"], update_fields=changed)
    Driver.objects.bulk_create(drivers, update_conflicts=True, unique_fields=["code"], update_fields=["name", "phone"])
    Shift.objects.bulk_create(shifts, ignore_conflicts=True)
    folder.report.loaded.update(vehicles=len(vehicles), drivers=len(drivers), shifts=len(shifts))


def _districts() -> dict[str, str]:
    """Map street and facility codes to the district whose digits they carry."""
    found = dict(Facility.objects.values_list("code", "division_code"))
    for street, district in Community.objects.values_list("street_code", "district_code").distinct():
        found[street] = district
    return found


def _vehicle(row: dict[str, str], area: str) -> Vehicle:
    return Vehicle(
        code=row["vehicle_ref"],
        plate=row["plate"],
        vehicle_class=row["class"],
        base_code=row["base_code"],
        dispatch_area=area,
        seats=number(row["seats_patient"]),
        wheelchairs=number(row["wheelchair_slots"]),
        stretchers=number(row["stretcher"]),
        has_oxygen=row["oxygen"] == "1",
        has_negative_pressure=row["negative_pressure"] == "1",
        has_partition=row["partition"] == "1",
        zones_allowed=row["zones_allowed"].split(";"),
        takes_positive=row["positive_allowed"] == "1",
        status=row["status"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
    )


def _shifts(folder: CityFolder, row: dict[str, str]) -> list[Shift]:
    days = [folder.reference_day + timedelta(days=n) for n in SHIFT_DAYS]
    return [
        Shift(
            vehicle_id=row["vehicle_ref"],
            driver_id=row["vehicle_ref"],
            starts_at=clock.at_local(day, row["shift_start"]),
            ends_at=clock.at_local(day, row["shift_end"]),
        )
        for day in days
    ]
