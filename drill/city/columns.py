"""What may stand in each column of a city folder. A column that is not named here is nobody's to read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from core.sheets.cells import Day, Hour, Kind, Moment, Number, SomeOf, Text
from core.sheets.reading import Column
from drill.city import vocabulary as words

CODE = r"[A-Za-z0-9._-]+"
NEEDED = ("divisions", "communities", "facilities", "vehicles", "residents")


def _key(longest: int) -> Column:
    return _must(Text(longest, CODE))


def _must(kind: Kind) -> Column:
    return Column(kind, may_be_empty=False)


def _may(kind: Kind) -> Column:
    return Column(kind, is_needed=False)


def _point() -> dict[str, Column]:
    return {"lat": _must(words.LATITUDE), "lon": _must(words.LONGITUDE)}


@lru_cache(maxsize=1)
def divisions() -> dict[str, Column]:
    """Return the columns of divisions.csv."""
    level = words.plain_words(
        province=("省",),
        city=("市",),
        county=("县", "区"),
        street=("街道", "镇", "乡"),
        community=("社区", "村", "居委会"),
    )
    return {
        "code": _must(words.DivisionCode()),
        "parent_code": Column(words.DivisionCode()),
        "level": _must(level),
        "name": _must(Text(60)),
    }


@lru_cache(maxsize=1)
def streets_geo() -> dict[str, Column]:
    """Return the columns of streets_geo.csv."""
    return {"code": _must(words.DivisionCode()), **_point()}


def communities(zone_column: str) -> dict[str, Column]:
    """Return the columns of communities.csv; the scenario names the one that holds its zones."""
    return {
        "code": _must(words.DivisionCode()),
        "name": _must(Text(60)),
        "kind": Column(Text(20)),
        "street_code": _must(words.DivisionCode()),
        "district_code": _must(words.DivisionCode()),
        **_point(),
        "population_approx": _may(Number(0, 1_000_000)),
        zone_column: _must(words.zones()),
        "zone_basis": _may(Text(120)),
        "gate_count": _must(Number(1, 20)),
        "contact_name": Column(Text(40)),
        "contact_phone": Column(Text(20)),
    }


@lru_cache(maxsize=1)
def facilities() -> dict[str, Column]:
    """Return the columns of facilities.csv."""
    count = Number(0, 10_000)
    counts = (
        "hemodialysis_machines", "of_which_hbv", "shifts_per_day", "chemo_chairs", "radiotherapy_slots_per_day",
        "buffer_rooms", "intake_per_15min",
    )  # fmt: skip
    return {
        "code": _key(20),
        "name": _must(Text(80)),
        "level": Column(Text(20)),
        "facility_class": Column(Text(20)),
        "division_code": _must(words.DivisionCode()),
        "zone_role": _must(words.roles()),
        "services": Column(SomeOf(words.services())),
        **{name: Column(count) for name in counts},
        "of_which_hcv": _may(count),
        "emergency_24h": Column(words.flags()),
        **_point(),
        "address": Column(Text(120)),
        "phone": Column(Text(20)),
    }


@lru_cache(maxsize=1)
def vehicles() -> dict[str, Column]:
    """Return the columns of vehicles.csv and volunteers.csv."""
    return {
        "vehicle_ref": _key(20),
        "plate": _must(Text(20)),
        "class": _must(words.vehicle_classes()),
        "base_code": _key(20),
        "seats_patient": _must(Number(0, 60)),
        "wheelchair_slots": Column(Number(0, 20)),
        "stretcher": Column(Number(0, 10)),
        **{name: Column(words.flags()) for name in ("oxygen", "negative_pressure", "partition", "positive_allowed")},
        "zones_allowed": _must(SomeOf(words.zones())),
        "shift_start": _must(Hour()),
        "shift_end": _must(Hour()),
        "driver_name": _must(Text(40)),
        "driver_phone": Column(Text(20)),
        **_point(),
        "status": _must(words.vehicle_states()),
    }


@lru_cache(maxsize=1)
def residents() -> dict[str, Column]:
    """Return the columns of residents.csv."""
    shifts = words.plain_words(AM=("上午", "早班"), PM=("下午", "中班"), EVE=("晚上", "晚班"))
    rhythms = words.plain_words(
        weekly=("每周",), two_weekly=("隔周", "两周"), cycle=("周期", "按周期"), date=("日期", "定日"),
        refill=("取药", "续药"), none=("无", "没有"),
    )  # fmt: skip
    papers = words.plain_words(
        resident_id=("居民身份证", "身份证"), hk_mo_tw=("港澳台证件",), passport=("护照",),
        none_newborn=("新生儿，还没有",),
        none=("没有证件", "无"),
    )  # fmt: skip
    owners = words.plain_words(
        self=("本人",), child=("子女",), parent=("父母",), neighbour=("邻居",), none=("没有电话", "没有", "无"),
    )  # fmt: skip
    colours = words.plain_words(
        绿=("绿色", "green"), 黄=("黄色", "yellow"), 橙=("橙色", "orange"), 红=("红色", "red"), 紫=("紫色", "purple")
    )
    codes = words.plain_words(green=("绿码", "绿"), yellow=("黄码", "黄"), red=("红码", "红"), none=("无", "没有"))
    longest: dict[str, Any] = {
        "id_no": 40, "phone": 40, "household_ref": 20, "address_text": 120, "diagnosis_text": 400, "escort_reason": 60,
        "medicines": 1000, "note": 400,
    }  # fmt: skip
    return {
        "resident_ref": _key(20),
        "name": _must(Text(60)),
        "sex": Column(words.plain_words(F=("女", "female"), M=("男", "male"))),
        "birth_date": Column(Day()),
        "id_kind": Column(papers),
        "phone_owner": Column(owners),
        "community_code": _must(words.DivisionCode()),
        **{name: Column(Text(n)) for name, n in longest.items()},
        "need_kinds": _must(SomeOf(words.needs())),
        "schedule_kind": Column(rhythms),
        "schedule_days": Column(words.RhythmCell()),
        "schedule_shift": Column(shifts),
        "session_hours": Column(Number(0, 24, is_whole=False)),
        "next_date": Column(Day()),
        "home_facility_code": Column(Text(20, CODE)),
        "needs_service": Column(words.services()),
        "mobility": _must(words.mobility()),
        "oxygen": Column(words.flags()),
        "infection_flag": Column(words.infections()),
        "escort_required": Column(words.flags()),
        "guardian_ref": Column(Text(20, CODE)),
        "pregnancy_week": Column(Number(0, 45)),
        "due_date": Column(Day()),
        "pregnancy_risk_colour": Column(colours),
        "supply_days": Column(Number(0, 365)),
        "last_refill_date": Column(Day()),
        "health_code": Column(codes),
        "last_nat_at": Column(Moment()),
        "registered_at": Column(Moment()),
    }
