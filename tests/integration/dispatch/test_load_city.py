"""Loading a city folder."""

import csv
import json
import shutil
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from access.models import CareNeed, Resident
from accounts.selectors import demo_users
from communities.models import Community, ZonePeriod
from core import clock
from drill.city import people
from drill.city.folder import CityFolder
from hospitals.models import Service, Slot
from transport.models import Shift, Vehicle

pytestmark = pytest.mark.django_db
DANDONG = settings.BASE_DIR / "demo" / "dandong"


@pytest.fixture
def small_city(tmp_path: Path) -> Path:
    """Dandong with its first 60 residents."""
    folder = tmp_path / "city"
    shutil.copytree(DANDONG, folder)
    lines = (DANDONG / "residents.csv").read_text().splitlines()
    (folder / "residents.csv").write_text("\n".join(lines[:61]) + "\n")
    return folder


def load(folder: Path, **options: object) -> dict:
    out = StringIO()
    call_command("load_city", folder, stdout=out, **options)
    return json.loads(out.getvalue())


def test_loads_everything_and_says_how_much(small_city: Path) -> None:
    report = load(small_city)

    assert report["loaded"]["communities"] == Community.objects.count() == 879
    assert report["loaded"]["vehicles"] == Vehicle.objects.count() == 414
    assert report["loaded"]["residents"] == Resident.objects.count() == 60
    assert report["skipped"] == []
    person = Resident.objects.get(ref="DD00001")
    assert (person.name, person.id_no, person.mobility) == ("孟福", "880603196712061497", "wheelchair")


def test_a_slow_machine_has_all_the_time_it_needs(small_city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database drops nobody who thinks for longer between two statements, as enciphering many names takes."""
    seen: list[str] = []
    read = people.load

    def load_and_look(folder: CityFolder) -> None:
        with connection.cursor() as cursor:
            for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"SHOW {name}")
                seen.extend(cursor.fetchone())
        read(folder)

    monkeypatch.setattr(people, "load", load_and_look)
    load(small_city)

    assert seen == ["0", "0"]


def test_loading_twice_changes_nothing_and_says_why(small_city: Path) -> None:
    load(small_city)
    counts = [model.objects.count() for model in (Resident, CareNeed, Slot, Shift, ZonePeriod)]

    report = load(small_city)

    assert [model.objects.count() for model in (Resident, CareNeed, Slot, Shift, ZonePeriod)] == counts
    assert report["skipped"][0] == {
        "why": "residents: already there", "count": 60, "examples": ["DD00001", "DD00002", "DD00003", "DD00004", "DD00005"],
    }  # fmt: skip


def test_today_moves_every_date_by_whole_weeks(small_city: Path) -> None:
    """Tuesday's dialysis stays on a Tuesday."""
    load(small_city, today=date(2026, 11, 22))

    first = Slot.objects.order_by("starts_at").first()
    assert clock.local_day(first.starts_at) == date(2026, 11, 17)
    assert clock.local_day(first.starts_at).weekday() == 1


@pytest.mark.parametrize(("scenario", "sealed"), [("a", 19), ("b", 97)])
def test_scenario_chooses_the_zone_classes(small_city: Path, scenario: str, sealed: int) -> None:
    load(small_city, scenario=scenario)

    assert ZonePeriod.objects.filter(zone_class="sealed").count() == sealed


def test_a_district_without_a_dispatch_area_is_left_out_and_said(small_city: Path) -> None:
    file = small_city / "city.json"
    city = json.loads(file.read_text())
    city["dispatch_areas"] = city["dispatch_areas"][1:]
    file.write_text(json.dumps(city))

    report = load(small_city)

    assert {row["why"].partition(":")[0] for row in report["skipped"]} == {"communities", "residents", "vehicles"}


@pytest.mark.parametrize("day", [23, 26, 29], ids=["Mon", "Thu", "Sun"])
def test_demo_starts_on_its_tuesday_at_10_40_whatever_the_day(small_city: Path, day: int) -> None:
    """decisions.md E26."""
    try:
        with time_machine.travel(datetime(2026, 11, day, 3, 7, tzinfo=clock.CHINA)):
            load(small_city, demo=True)
            now = clock.now().astimezone(clock.CHINA)

        assert (now.weekday(), now.hour, now.minute // 10) == (1, 10, 4)
        assert [post.role for post in demo_users()] == ["staff", "guard", "dispatch", "driver", "intake"]
    finally:
        clock.forget()


def test_a_running_demo_keeps_its_clock(small_city: Path) -> None:
    try:
        load(small_city, demo=True)
        clock.set_offset(clock.offset() + timedelta(hours=20))

        load(small_city, demo=True)

        now = clock.now().astimezone(clock.CHINA)
        assert (now.weekday(), now.hour) == (2, 6)
    finally:
        clock.forget()


def test_production_refuses_a_demo_city(small_city: Path, settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="refused"):
        load(small_city, demo=True)


def test_folder_without_city_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"city\.json"):
        load(tmp_path)


def test_machines_set_apart_are_read_or_derived_from_the_register(small_city: Path) -> None:
    """E20: HBV places stand in the folder; HCV places, which no folder of ours names, follow from who is treated where."""
    header, *lines = (DANDONG / "residents.csv").read_text().splitlines()
    column = header.split(",").index("infection_flag")
    known = [line for line in csv.reader(lines[60:]) if line[column] == "HCV"]
    with (small_city / "residents.csv").open("a", newline="") as file:
        csv.writer(file).writerows(known)
    load(small_city)

    apart = dict(Service.objects.filter(kind="hemodialysis").values_list("facility_id", "hcv_places"))
    assert (apart["DD-F006"], apart["DD-F016"], apart["DD-F003"], apart["DD-F012"]) == (2, 2, 1, 0)
    assert Service.objects.get(facility="DD-F002", kind="hemodialysis").hbv_places == 5
    assert not Service.objects.exclude(kind="hemodialysis").filter(hcv_places__gt=0).exists()


def test_a_folder_that_names_its_hcv_places_is_believed(small_city: Path) -> None:
    rows = list(csv.DictReader((DANDONG / "facilities.csv").read_text().splitlines()))
    with (small_city / "facilities.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "of_which_hcv"])
        writer.writeheader()
        writer.writerows({**row, "of_which_hcv": "3" if row["code"] == "DD-F006" else "0"} for row in rows)
    load(small_city)
    apart = dict(Service.objects.filter(kind="hemodialysis").values_list("facility_id", "hcv_places"))
    assert (apart["DD-F006"], apart["DD-F016"]) == (3, 0)
