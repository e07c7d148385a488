"""A city folder with faults: every one is named with file, row, column and what is allowed, and nothing is written."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from access.models import CareNeed, Resident
from communities.models import Area, Community, Gate, PolicyRule, ZonePeriod
from drill.city.folder import BadFolder, open_folder
from hospitals.models import Facility
from tests.planted import CELLS, ZONE
from transport.models import Vehicle

pytestmark = pytest.mark.django_db
DANDONG = settings.BASE_DIR / "demo" / "dandong"
OTHER = {"F": "M", "M": "F"}
KEYS = {"vehicles": "vehicle_ref", "residents": "resident_ref"}


def table(name: str, rows: int) -> list[dict[str, str]]:
    """Return the first rows of a file of the demo city whose references stay inside what is kept."""
    with (DANDONG / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        found = list(csv.DictReader(handle))
    return found[:rows]


def city(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Take a small city from the demo: enough rows that every fault has one of its own."""
    homes = table("communities", 40)
    codes = {row["code"] for row in homes}
    people = [row for row in table("residents", 3000) if row["community_code"] in codes and not row["guardian_ref"]]
    lives = {"community_code": homes[0]["code"], "schedule_days": "", "schedule_kind": "refill"}
    tables = {
        "divisions": table("divisions", 2000), "communities": homes, "facilities": table("facilities", 200),
        "vehicles": table("vehicles", 40), "residents": [{**row, **lives} for row in people[:60]],
    }  # fmt: skip
    folder.mkdir()
    (folder / "city.json").write_text((DANDONG / "city.json").read_text(encoding="utf-8"), encoding="utf-8")
    return tables


def write(folder: Path, tables: dict[str, list[dict[str, str]]], **how: Any) -> None:
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding=how.get("encoding", "utf-8")) as handle:
            writer = csv.DictWriter(handle, list(rows[0]), delimiter=how.get("delimiter", ","))
            writer.writeheader()
            writer.writerows(rows)


def plant(tables: dict[str, list[dict[str, str]]]) -> set[tuple[str, int, str]]:
    """Write every fault into a row of its own; return where each stands."""
    used = dict.fromkeys(tables, 1)
    planted = set()
    for found in CELLS.values():
        for name, column, value in found:
            at = used[name] = used[name] + 1
            row = tables[name][at]
            row[column] = {"=": tables[name][0][column], "~": OTHER.get(row[column], "")}.get(value, value)
            planted.add((f"{name}.csv", at + 2, column if column != "schedule_kind" else "schedule_days"))
    return planted


def nothing_written() -> bool:
    models = (Area, Community, Gate, ZonePeriod, PolicyRule, Facility, Vehicle, Resident, CareNeed)
    return not any(model.objects.exists() for model in models)


def test_sixty_faults_of_twenty_kinds_are_all_named_and_nothing_is_written(tmp_path: Path) -> None:
    tables = city(tmp_path / "city")
    planted = plant(tables)
    assert len(CELLS) >= 20
    assert len(planted) >= 60
    write(tmp_path / "city", tables)
    out = StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("load_city", tmp_path / "city", stdout=out)

    told = json.loads(out.getvalue())["faults"]
    assert {(each["file"], each["row"], each["column"]) for each in told} == planted
    assert all(each["allowed"] for each in told)
    assert str(len(told)) in str(refused.value)
    assert "“高风险区”" in str(refused.value)
    assert nothing_written()


def test_what_the_number_says_otherwise_is_named_with_it(tmp_path: Path) -> None:
    """Birth date and sex are compared with the identity number, both at once; an empty cell takes the number's."""
    tables = city(tmp_path / "city")
    wrong, empty = tables["residents"][3], tables["residents"][4]
    wrong.update(id_no="880603196712061497", id_kind="resident_id", birth_date="1967-12-16", sex="F")
    empty.update(id_no="８８０６０３１９６７１２０６１４９７", id_kind="居民身份证", birth_date="", sex="")
    write(tmp_path / "city", tables)

    with pytest.raises(BadFolder) as refused:
        open_folder(tmp_path / "city")

    told = {each.column: each.allowed for each in refused.value.faults}
    assert {each.row for each in refused.value.faults} == {5}
    assert told == {
        "birth_date": "和身份证号对不上：号码里是 1967-12-06。", "sex": "和身份证号对不上：号码里是男。",
    }  # fmt: skip
    tables["residents"][3].update(birth_date="1967-12-06", sex="男")
    write(tmp_path / "city", tables)
    call_command("load_city", tmp_path / "city", stdout=StringIO())
    stored = Resident.objects.get(ref=empty["resident_ref"])
    assert (str(stored.birth_date), stored.sex) == ("1967-12-06", "M")


def test_swapped_coordinates_are_said_to_be_swapped(tmp_path: Path) -> None:
    tables = city(tmp_path / "city")
    row = tables["communities"][3]
    row["lat"], row["lon"] = row["lon"], row["lat"]
    write(tmp_path / "city", tables)

    with pytest.raises(BadFolder) as refused:
        open_folder(tmp_path / "city")

    assert [(each.row, each.column) for each in refused.value.faults] == [(5, "lat"), (5, "lon")]
    assert "写反了" in str(refused.value)


@pytest.mark.parametrize(
    ("spoil", "file"),
    [
        (lambda folder: (folder / "vehicles.csv").unlink(), "vehicles.csv"),
        (lambda folder: (folder / "facilities.csv").write_text(""), "facilities.csv"),
        (lambda folder: (folder / "facilities.csv").write_bytes(b"\xff\xfe\x00\x80"), "facilities.csv"),
        (lambda folder: (folder / "city.json").write_text(_spoilt(shifts={"AM": ["11:30", "07:30"]})), "city.json"),
        (lambda folder: (folder / "city.json").write_text(_spoilt(rules={"waiting.target_min": "abc"})), "city.json"),
        (lambda folder: (folder / "city.json").write_text(_spoilt(dispatch_areas=[])), "city.json"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault_of_it(tmp_path: Path, spoil: Any, file: str) -> None:
    write(tmp_path / "city", city(tmp_path / "city"))
    spoil(tmp_path / "city")

    with pytest.raises(BadFolder) as refused:
        open_folder(tmp_path / "city")

    assert file in {each.file for each in refused.value.faults}


def _spoilt(**values: Any) -> str:
    return json.dumps({**json.loads((DANDONG / "city.json").read_text(encoding="utf-8")), **values})


def test_what_people_write_is_read_in_the_product_s_words(tmp_path: Path) -> None:
    """GB18030 with semicolons, Chinese words, full-width digits, six gates, and rules of the city's own."""
    tables = city(tmp_path / "city")
    home, car, person = tables["communities"][0], tables["vehicles"][0], tables["residents"][0]
    home.update({ZONE: "封控", "gate_count": "６"})
    car.update({"class": "志愿者车辆", "zones_allowed": "防范区、管控区", "status": "可用", "oxygen": "是"})
    person.update(
        need_kinds="透析", schedule_kind="每周", schedule_days="一三五", mobility="轮椅", birth_date="1956年4月12日",
        home_facility_code="DD-F006", sex="女", id_no="",
    )  # fmt: skip
    write(tmp_path / "city", tables, encoding="gb18030", delimiter=";")
    own = _spoilt(hotlines={"2345678": "志愿转运车队"}, rules={"waiting.amber_min": 8})
    (tmp_path / "city" / "city.json").write_text(own)

    call_command("load_city", tmp_path / "city", stdout=StringIO())

    gates = Gate.objects.filter(community=home["code"]).order_by("number").values_list("name", flat=True)
    assert list(gates) == ["南门", "北门", "东门", "西门", "5号门", "6号门"]
    assert ZonePeriod.objects.get(community=home["code"]).zone_class == "sealed"
    stored = Vehicle.objects.get(pk=car["vehicle_ref"])
    assert (stored.vehicle_class, stored.zones_allowed) == ("volunteer_car", ["precautionary", "controlled"])
    need = CareNeed.objects.select_related("resident").get(resident__ref=person["resident_ref"])
    assert (need.kind, need.schedule_days, need.resident.mobility) == ("dialysis", "1,3,5", "wheelchair")
    assert str(need.resident.birth_date) == "1956-04-12"
    assert dict(PolicyRule.objects.values_list("key", "value")) == {
        "hotline.volunteer_fleet": "2345678", "waiting.amber_min": 8,
    }  # fmt: skip
