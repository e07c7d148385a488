"""Everything that is wrong with a city folder, found before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from communities import rule_kinds
from core.codes import compared, read_id_no
from core.sheets.cells import Day, Hour
from core.sheets.reading import Fault, Row, Sheet, read
from core.vocabulary import ScheduleKind
from drill.city import columns

HOTLINES = {"急救": "hotline.emergency", "志愿转运车队": "hotline.volunteer_fleet"}
OLDEST = date(1900, 1, 1)


def sheets_of(path: Path, zone_column: str) -> dict[str, Sheet]:
    """Read every file of a folder; a file that may be absent is left out when it is."""
    known = {
        "divisions": columns.divisions(),
        "communities": columns.communities(zone_column),
        "facilities": columns.facilities(),
        "vehicles": columns.vehicles(),
        "residents": columns.residents(),
        "streets_geo": columns.streets_geo(),
        "volunteers": columns.vehicles(),
    }
    there = {name: path / f"{name}.csv" for name in known}
    return {name: read(file, known[name]) for name, file in there.items() if name in columns.NEEDED or file.exists()}


def city_faults(city: dict[str, Any]) -> list[Fault]:
    """List what is wrong with city.json."""
    found: list[Fault] = []

    def wrong(column: str, value: object, allowed: str) -> None:
        found.append(Fault("city.json", 0, column, str(value)[:40], allowed))

    for name in ("name", "code"):
        if not isinstance(city.get(name), str) or not city[name]:
            wrong(name, city.get(name, ""), _("不能空着。"))
    for name, hours in _dict(city, "shifts").items():
        if not _is_span(hours):
            wrong(f"shifts.{name}", hours, _("要填开始和结束，像 07:30 和 11:30，结束要晚于开始。"))
    for needed in sorted({"AM", "PM"} - _dict(city, "shifts").keys()):
        wrong(f"shifts.{needed}", "", _("少了这一项。"))
    areas = city.get("dispatch_areas")
    if not isinstance(areas, list) or not areas or not all(_is_area(area) for area in areas):
        wrong("dispatch_areas", areas or "", _("要填调度片区，每个有 name 和 divisions。"))
    else:
        districts = [code for area in areas for code in area["divisions"]]
        for code in sorted({code for code in districts if districts.count(code) > 1}):
            wrong("dispatch_areas", code, _("一个区县只能归一个片区。"))
    wanted = {HOTLINES[words]: number for number, words in _dict(city, "hotlines").items() if words in HOTLINES}
    for key, value in {**wanted, **_dict(city, "rules")}.items():
        if why := rule_kinds.fault(key, value):
            wrong(f"rules.{key}", value, why)
    return found


def _dict(city: dict[str, Any], name: str) -> dict[str, Any]:
    value = city.get(name, {})
    return value if isinstance(value, dict) else {}


def _is_area(area: Any) -> bool:
    if not isinstance(area, dict) or not isinstance(area.get("divisions"), list):
        return False
    return bool(area.get("name")) and all(isinstance(code, str) for code in area["divisions"])


def _is_span(hours: Any) -> bool:
    try:
        start, end = (Hour().read(text) for text in hours)
    except (TypeError, ValueError):
        return False
    return start < end


def find(city: dict[str, Any], sheets: dict[str, Sheet]) -> list[Fault]:
    """List every fault of a folder: of each cell, and what only several cells together show."""
    keys = {name: _keys(sheet, "vehicle_ref" if name in {"vehicles", "volunteers"} else "code") for name, sheet in
            sheets.items() if name != "residents"}  # fmt: skip
    people = _keys(sheets["residents"], "resident_ref")
    for name in ("vehicles", "volunteers"):
        if name in sheets:
            _keys(sheets[name], "plate")
            _check_vehicles(sheets[name], keys)
    _check_places(sheets, keys)
    _check_facilities(sheets["facilities"], city)
    _check_residents(sheets["residents"], keys, people, city)
    known = keys["divisions"]
    lost = [
        Fault("city.json", 0, "dispatch_areas", code, _("divisions.csv 里没有这个代码。"))
        for area in city.get("dispatch_areas", ())
        if _is_area(area)
        for code in area["divisions"]
        if code not in known
    ]
    return [*city_faults(city), *lost, *(fault for sheet in sheets.values() for fault in _in_order(sheet))]


def _in_order(sheet: Sheet) -> list[Fault]:
    return sorted(sheet.faults, key=lambda fault: (fault.row, fault.column))


def _keys(sheet: Sheet, column: str) -> set[str]:
    """Return the values of a column that names each row, and note those that stand twice."""
    first: dict[str, int] = {}
    for row in sheet.rows:
        if not (value := row.cells.get(column, "")):
            continue
        if value in first:
            sheet.wrong(row, column, _("和第 %(row)s 行重复了。") % {"row": first[value]})
        first.setdefault(value, row.number)
    return set(first)


def _check_refs(sheet: Sheet, column: str, known: Iterable[str], file: str) -> None:
    there = set(known)
    for row in sheet.rows:
        if (value := row.cells.get(column, "")) and value not in there:
            sheet.wrong(row, column, _("%(file)s 里没有这个代码。") % {"file": file})


def _check_places(sheets: dict[str, Sheet], keys: dict[str, set[str]]) -> None:
    divisions = keys["divisions"]
    _check_refs(sheets["divisions"], "parent_code", divisions, "divisions.csv")
    for column in ("street_code", "district_code"):
        _check_refs(sheets["communities"], column, divisions, "divisions.csv")
    _check_refs(sheets["facilities"], "division_code", divisions, "divisions.csv")


def _check_vehicles(sheet: Sheet, keys: dict[str, set[str]]) -> None:
    _check_refs(sheet, "base_code", keys["facilities"] | keys["divisions"], "facilities.csv / divisions.csv")
    for row in sheet.rows:
        start, end = row.cells.get("shift_start", ""), row.cells.get("shift_end", "")
        if start and end and end <= start:
            sheet.wrong(row, "shift_end", _("收车要晚于出车（%(start)s）。") % {"start": start})


def _check_facilities(sheet: Sheet, city: dict[str, Any]) -> None:
    for row in sheet.rows:
        machines, apart = _number(row, "hemodialysis_machines"), _number(row, "of_which_hbv")
        if row.cells.get("hemodialysis_machines") and apart > machines:
            sheet.wrong(row, "of_which_hbv", _("不能比透析机总数（%(n)s）多。") % {"n": machines})
        if _number(row, "shifts_per_day") > len(_dict(city, "shifts")):
            sheet.wrong(row, "shifts_per_day", _("city.json 里没有这么多班。"))


def _check_residents(sheet: Sheet, keys: dict[str, set[str]], people: set[str], city: dict[str, Any]) -> None:
    _check_refs(sheet, "community_code", keys["communities"], "communities.csv")
    _check_refs(sheet, "home_facility_code", keys["facilities"], "facilities.csv")
    _check_refs(sheet, "guardian_ref", people, "residents.csv")
    for row in sheet.rows:
        _check_rhythm(sheet, row)
        if row.cells.get("guardian_ref") and row.cells.get("guardian_ref") == row.cells.get("resident_ref"):
            sheet.wrong(row, "guardian_ref", _("监护人不能是自己。"))
        born = row.cells.get("birth_date", "")
        if born and not OLDEST <= date.fromisoformat(born) <= date.fromisoformat(city["reference_date"]):
            sheet.wrong(row, "birth_date", _("出生日期要在 1900 年以后、名单的日子以前。"))
            born = ""
        _check_number(sheet, row, date.fromisoformat(born) if born else None)


def _check_number(sheet: Sheet, row: Row, born: date | None) -> None:
    """Compare the birth date and the sex with what the identity number says of both."""
    if row.cells.get("id_kind") != "resident_id":
        return
    said, sex = read_id_no(row.cells.get("id_no", "")), row.cells.get("sex", "")
    if compared(said, birth_date=born, sex="").fault == "birth_date":
        sheet.wrong(row, "birth_date", _("和身份证号对不上：号码里是 %(day)s。") % {"day": said.birth_date})
    if compared(said, birth_date=None, sex=sex).fault == "sex":
        word = _("女") if said.sex == "F" else _("男")
        sheet.wrong(row, "sex", _("和身份证号对不上：号码里是%(word)s。") % {"word": word})


def _check_rhythm(sheet: Sheet, row: Row) -> None:
    kind, days = row.cells.get("schedule_kind", ""), row.cells.get("schedule_days", "")
    if any(fault.row == row.number and fault.column == "schedule_days" for fault in sheet.faults):
        return
    if kind in {ScheduleKind.WEEKLY, ScheduleKind.TWO_WEEKLY} and (not days or days.endswith("d")):
        sheet.wrong(row, "schedule_days", _("按周的要写星期几，像 1,3,5。"))
    if kind == ScheduleKind.CYCLE and not days.endswith("d"):
        sheet.wrong(row, "schedule_days", _("按周期的要写几天一次，像 21d。"))
    if (kind == ScheduleKind.TWO_WEEKLY and days.count("|") > 1) or (kind == ScheduleKind.WEEKLY and "|" in days):
        sheet.wrong(row, "schedule_days", _("每周写一串，隔周写两串，用 | 隔开。"))


def _number(row: Row, column: str) -> int:
    return int(row.cells.get(column) or 0)


def reference_day(city: dict[str, Any]) -> date:
    """Return the day a folder describes. Raises ValueError when it names none."""
    return date.fromisoformat(Day().read(str(city["reference_date"])))
