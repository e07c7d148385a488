"""Divisions, dispatch areas, communities with gates and zone periods."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from communities.models import Area, Community, DispatchArea, DispatchAreaDivision, Gate, PolicyDocument, ZonePeriod
from communities.services import rulebook
from core import clock
from core.actors import CITY
from drill.city.checks import HOTLINES
from drill.city.folder import CityFolder, number

GATE_NAMES = ("南门", "北门", "东门", "西门")
ZONE_SINCE = timedelta(days=7)


def load(folder: CityFolder) -> dict[str, str]:
    """Store the places; return the dispatch area code of each district."""
    _areas(folder)
    area_of = _dispatch_areas(folder)
    _communities(folder, area_of)
    _rules(folder)
    return area_of


def _rules(folder: CityFolder) -> None:
    """Enter the city's own rows of the rulebook: its hotlines by what they are for, and what `rules` sets.

    What holds in the city already is not entered once more. Raises Invalid for a value that is not of its key's kind.
    """
    code, at = folder.city["code"], clock.now()
    wanted = {HOTLINES[words]: number for number, words in folder.city.get("hotlines", {}).items() if words in HOTLINES}
    wanted |= folder.city.get("rules", {})
    document, _ = PolicyDocument.objects.get_or_create(code=f"city-{code}", defaults={"title": folder.city["name"]})
    for key, value in wanted.items():
        if _holding(key, code, at) != value:
            rulebook.set_rule(document, key=key, value=value, scope=code, by=CITY, at=at)


def _holding(key: str, place: str, at: datetime) -> Any:
    try:
        return rulebook.value(key, place=place, at=at).value
    except KeyError:
        return None


def _areas(folder: CityFolder) -> None:
    points = {row["code"]: row for row in folder.rows("streets_geo")}
    rows = [
        Area(
            code=row["code"],
            parent_code=row["parent_code"],
            level=row["level"],
            name=row["name"],
            lat=float(points[row["code"]]["lat"]) if row["code"] in points else None,
            lon=float(points[row["code"]]["lon"]) if row["code"] in points else None,
        )
        for row in folder.rows("divisions")
    ]
    Area.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "parent_code", "lat", "lon"]
    )
    folder.report.loaded["divisions"] = len(rows)


def _dispatch_areas(folder: CityFolder) -> dict[str, str]:
    area_of = {}
    for position, row in enumerate(folder.city["dispatch_areas"], start=1):
        code = f"{folder.city['code']}-{position}"
        area, _ = DispatchArea.objects.update_or_create(
            code=code, defaults={"name": row["name"], "city_code": folder.city["code"]}
        )
        for district in row["divisions"]:
            DispatchAreaDivision.objects.update_or_create(district_code=district, defaults={"area": area})
            area_of[district] = code
    folder.report.loaded["dispatch_areas"] = len(folder.city["dispatch_areas"])
    return area_of


def _communities(folder: CityFolder, area_of: dict[str, str]) -> None:
    communities, gates, zones = [], [], []
    since = clock.day_bounds(folder.reference_day)[0] - ZONE_SINCE
    for row in folder.rows("communities"):
        if row["district_code"] not in area_of:
            folder.report.skip("communities", row["code"], "its district belongs to no dispatch area")
            continue
        communities.append(_community(row, area_of))
        gates += [
            Gate(code=f"{row['code']}-{n}", community_id=row["code"], name=_gate_name(n), number=n)
            for n in range(1, number(row["gate_count"], 1) + 1)
        ]
        zone = row[folder.zone_column]
        zones.append(ZonePeriod(community_id=row["code"], zone_class=zone, valid_from=since, source=row["zone_basis"]))
    Community.objects.bulk_create(
        communities,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "dispatch_area", "lat", "lon", "population", "contact_name", "contact_phone"],
    )
    Gate.objects.bulk_create(gates, ignore_conflicts=True)
    known = set(ZonePeriod.objects.values_list("community_id", flat=True))
    ZonePeriod.objects.bulk_create([zone for zone in zones if zone.community_id not in known])
    folder.report.loaded.update(communities=len(communities), gates=len(gates), zone_periods=len(zones))


def _gate_name(n: int) -> str:
    """Name the first four gates by where they look, the others by number."""
    return GATE_NAMES[n - 1] if n <= len(GATE_NAMES) else f"{n}号门"


def _community(row: dict[str, str], area_of: dict[str, str]) -> Community:
    return Community(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        street_code=row["street_code"],
        district_code=row["district_code"],
        dispatch_area_id=area_of[row["district_code"]],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        population=number(row["population_approx"]),
        contact_name=row["contact_name"],
        contact_phone=row["contact_phone"],
    )
