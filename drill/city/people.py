"""Residents with their needs: sealed, sorted and searchable, in bulk."""

from __future__ import annotations

import re
from datetime import date, datetime

from access import finding
from access.models import CareNeed, Resident
from communities.models import Community
from core import clock, phones, sealed, tidy
from core.codes import IdNo, read_id_no
from core.models import PersonKey
from core.vocabulary import SERVICE_OF, NeedKind, Precaution
from drill.city.folder import CityFolder, number
from hospitals.machines import APART
from hospitals.models import Facility

_BUILDING = re.compile(r"^\D{0,6}\d+(?:号楼|栋|组|号)")


def load(folder: CityFolder) -> None:
    """Store residents nobody loaded before, with one data key each; a known reference is left as it is."""
    known = set(Resident.objects.exclude(ref="").values_list("ref", flat=True))
    places = set(Community.objects.values_list("code", flat=True))
    facilities = set(Facility.objects.values_list("code", flat=True))
    keys: list[PersonKey] = []
    residents: list[Resident] = []
    needs: list[CareNeed] = []
    guardians: list[tuple[Resident, str]] = []
    for row in folder.rows("residents"):
        if why := _why_not(row, known, places):
            folder.report.skip("residents", row.get("resident_ref", "?"), why)
            continue
        key = sealed.new_person_key()
        resident = _resident(folder, row, key)
        keys.append(key)
        residents.append(resident)
        needs += _needs(folder, row, resident, facilities)
        if row["guardian_ref"]:
            guardians.append((resident, row["guardian_ref"]))
    _link_guardians(residents, guardians)
    PersonKey.objects.bulk_create(keys, batch_size=1000)
    Resident.objects.bulk_create(residents, batch_size=1000)
    CareNeed.objects.bulk_create(needs, batch_size=1000)
    folder.report.loaded.update(residents=len(residents), care_needs=len(needs))


def _why_not(row: dict[str, str], known: set[str], places: set[str]) -> str:
    if not row.get("name"):
        return "no name"
    if row["resident_ref"] in known:
        return "already there"
    if row["community_code"] not in places:
        return "its community is unknown"
    return ""


def _link_guardians(residents: list[Resident], guardians: list[tuple[Resident, str]]) -> None:
    """Point wards at guardians and put guardians first, so that one bulk insert satisfies the keys."""
    by_ref = {resident.ref: resident for resident in residents}
    for ward, ref in guardians:
        ward.guardian = by_ref.get(ref)
    residents.sort(key=lambda resident: resident.guardian is not None)


def _resident(folder: CityFolder, row: dict[str, str], key: PersonKey) -> Resident:
    name, phone = tidy.name(row["name"]), phones.read(row["phone"]).written or row["phone"]
    id_no = tidy.id_no(row["id_no"])
    read = read_id_no(id_no) if id_no and row["id_kind"] == "resident_id" else None
    fault, id_no = (read.fault, read.number) if read else ("", id_no)
    said = read if read and not read.fault else IdNo(id_no)  # what the number says stands where nobody wrote it
    building = _BUILDING.match(row["address_text"])
    resident = Resident(
        ref=row["resident_ref"],
        person_key=key.pk,
        community_id=row["community_code"],
        name=name,
        sex=row["sex"] or said.sex,
        birth_date=_birth(row["birth_date"]) or said.birth_date,
        id_kind=row["id_kind"],
        id_fault=fault,
        phone_owner=row["phone_owner"],
        building=building.group(0) if building else row["address_text"][:20],
        household_ref=row["household_ref"],
        mobility=row["mobility"],
        needs_oxygen=row["oxygen"] == "1",
        machine_class=row["infection_flag"] if row["infection_flag"] in APART else "",
        precaution=row["infection_flag"] if row["infection_flag"] in Precaution.values else "",
        escort_required=row["escort_required"] == "1",
        escort_reason=row["escort_reason"],
        health_code=row["health_code"],
        last_test_at=folder.moment(row["last_nat_at"]),
        registered_at=folder.moment(row["registered_at"]) or clock.now(),
        checked_at=folder.moment(row["registered_at"]),
    )
    index = finding.index_of(
        place=resident.community_id, name=name, building=resident.building, phone=phone, id_no=id_no
    )
    finding.put_index(resident, index)
    resident.id_no = id_no
    resident.phone = phone
    resident.address = row["address_text"].removeprefix(resident.building)
    resident.note = row["note"]
    return resident


def _needs(folder: CityFolder, row: dict[str, str], resident: Resident, facilities: set[str]) -> list[CareNeed]:
    kinds = [kind for kind in row["need_kinds"].split(";") if kind in NeedKind.values]
    made = []
    for position, kind in enumerate(kinds):
        is_first = position == 0
        need = CareNeed(
            resident=resident,
            person_key=resident.person_key,
            kind=kind,
            service_kind=row["needs_service"] if is_first and row["needs_service"] else SERVICE_OF[NeedKind(kind)],
            status_at=resident.registered_at,
            facility_id=row["home_facility_code"] if row["home_facility_code"] in facilities else None,
        )
        if is_first:
            _schedule(folder, row, need, resident.registered_at)
        made.append(need)
    return made


def _schedule(folder: CityFolder, row: dict[str, str], need: CareNeed, at: datetime) -> None:
    """Set rhythm, pregnancy and medicine of the need the row's schedule belongs to."""
    need.schedule_kind = row["schedule_kind"]
    need.schedule_days = row["schedule_days"]
    need.shift = row["schedule_shift"]
    need.session_hours = float(row["session_hours"]) if row["session_hours"] else None
    need.next_date = folder.day(row["next_date"])
    need.pregnancy_week = number(row["pregnancy_week"]) or None
    need.week_counted_on = folder.reference_day if row["pregnancy_week"] else None
    need.due_date = folder.day(row["due_date"])
    need.risk_colour = row["pregnancy_risk_colour"]
    need.medicines = [word[:60] for word in row["medicines"].split(";") if word]
    need.supply_days = number(row["supply_days"]) or None
    need.last_refill = folder.day(row["last_refill_date"])
    need.diagnosis = row["diagnosis_text"]


def _birth(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
