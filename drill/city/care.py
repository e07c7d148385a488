"""Facilities, their services, and bookable slots for the days around the reference day."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from core import clock
from core.vocabulary import NeedKind, ServiceKind
from drill.city.folder import CityFolder, number
from hospitals.machines import HCV, SERVICES
from hospitals.models import Facility, Service, Slot

SLOT_DAYS = range(0, 4)  # the reference day and the three after it
HOURS = [(f"{hour:02d}:00", f"{hour + 1:02d}:00") for hour in range(8, 17)]
CONFIRMED_AT = timedelta(hours=7, minutes=40)  # when every facility last said how it stands, that morning
NO_SLOTS = {
    ServiceKind.EMERGENCY, ServiceKind.ICU, ServiceKind.EMS_DISPATCH, ServiceKind.INTERNET_HOSPITAL,
    ServiceKind.INFECTIOUS_MILD, ServiceKind.FEVER_CLINIC,
}  # fmt: skip


def load(folder: CityFolder) -> None:
    """Store facilities, services and slots; what is there already keeps its status and its bookings."""
    rows = list(folder.rows("facilities"))
    Facility.objects.bulk_create(
        [_facility(row) for row in rows],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "zone_role", "lat", "lon", "phone", "intake_per_15min", "buffer_places"],
    )
    at = clock.day_bounds(folder.reference_day)[0]
    told = at + CONFIRMED_AT
    apart = _hcv_places(folder)
    services = [service for row in rows for service in _services(row, at, told, apart)]
    Service.objects.bulk_create(services, ignore_conflicts=True)
    slots = _slots(folder, {row["code"]: row for row in rows})
    Slot.objects.bulk_create(slots, ignore_conflicts=True, batch_size=5000)
    folder.report.loaded.update(facilities=len(rows), services=len(services), slots=len(slots))


def _facility(row: dict[str, str]) -> Facility:
    return Facility(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        facility_class=row["facility_class"],
        division_code=row["division_code"],
        zone_role=row["zone_role"],
        has_emergency=row["emergency_24h"] == "1",
        buffer_places=number(row["buffer_rooms"]),
        intake_per_15min=number(row["intake_per_15min"]),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        address=row["address"],
        phone=row["phone"],
    )


def _hcv_places(folder: CityFolder) -> Counter[str]:
    """Derive the HCV places by facility from the register, for folders that do not name them (`of_which_hcv`).

    A unit that has HCV patients of its own has machines for them: as many as come together in one shift of a week day.
    Where the register knows none, none are assumed, and the unit is not offered to anybody of that class (E20).
    """
    together: Counter[tuple[str, str, str]] = Counter()
    for row in folder.rows("residents"):
        if row["infection_flag"] == HCV and NeedKind.DIALYSIS in row["need_kinds"].split(";"):
            for day in set(row["schedule_days"].replace("|", ",").split(",")):
                together[(row["home_facility_code"], day, row["schedule_shift"])] += 1
    places: Counter[str] = Counter()
    for (facility, _day, _shift), people in together.items():
        places[facility] = max(places[facility], people)
    return places


def _services(row: dict[str, str], at: datetime, told: datetime, apart: Counter[str]) -> list[Service]:
    kinds = [kind for kind in row["services"].split(";") if kind]
    hcv = number(row["of_which_hcv"]) if row["of_which_hcv"] else apart[row["code"]]
    return [
        Service(
            facility_id=row["code"],
            kind=kind,
            status_at=at,
            confirmed_at=told,
            hbv_places=number(row["of_which_hbv"]) if kind in SERVICES else 0,
            hcv_places=hcv if kind in SERVICES else 0,
        )
        for kind in kinds
    ]


def _slots(folder: CityFolder, rows: dict[str, dict[str, str]]) -> list[Slot]:
    days = [folder.reference_day + timedelta(days=n) for n in SLOT_DAYS]
    slots = []
    for service in Service.objects.filter(facility_id__in=rows).exclude(kind__in=NO_SLOTS):
        row = rows[service.facility_id]
        for day in days:
            slots += _slots_of_day(service, row, folder.city["shifts"], day)
    return slots


def _slots_of_day(service: Service, row: dict[str, str], shifts: dict[str, list[str]], day: date) -> list[Slot]:
    """Make a day's slots: shifts for dialysis, half days for chairs, hours for the rest (decisions.md F44)."""
    if service.kind == ServiceKind.HEMODIALYSIS:
        names = list(shifts)[: number(row["shifts_per_day"])]
        return [_slot(service, day, shifts[name], name, number(row["hemodialysis_machines"])) for name in names]
    if service.kind == ServiceKind.CHEMOTHERAPY:
        half = max(1, number(row["chemo_chairs"]) // 2)
        return [_slot(service, day, shifts[name], name, half) for name in ("AM", "PM")]
    per_hour = max(1, number(row["intake_per_15min"]) * 4)
    if service.kind == ServiceKind.RADIOTHERAPY:
        per_hour = max(1, -(-number(row["radiotherapy_slots_per_day"]) // len(HOURS)))
    return [_slot(service, day, hours, "", per_hour) for hours in HOURS]


def _slot(service: Service, day: date, hours: list[str] | tuple[str, str], shift: str, capacity: int) -> Slot:
    start, end = (clock.at_local(day, text) for text in hours)
    return Slot(service=service, starts_at=start, ends_at=end, shift=shift, capacity=capacity)
