"""Buildings beside a version of the product that knows no key of them, and the migrations that write it."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from access.models import Resident
from access.selectors.ground import ground_of, zone_now
from access.services import residents
from access.services.residents import ResidentFacts
from command.selectors import zoning
from communities.models import ZonePeriod
from communities.services import passes
from core import clock
from core.actors import Actor
from dispatch import housekeeping
from tests.factories import access as make
from tests.factories import communities as places

pytestmark = pytest.mark.django_db
STAFF = Actor("user:1", "林晓", "staff", "community", places.HOME, "锦江社区")


@pytest.fixture
def home():
    """A compound under control whose building 7 is sealed."""
    made = places.community()
    places.zone(made, "controlled", since=clock.now() - timedelta(days=3))
    places.zone(made, "sealed", since=clock.now() - timedelta(days=1), building="7号楼")
    return made


def zone_of(person: Resident) -> str:
    at = clock.now()
    return ground_of(person, on=at, at=at).zone_class


def test_zone_of_a_building_wins_over_the_compound(home):
    """R-000-4."""
    now = clock.now()
    assert zone_now(home, "７栋", at=now) == "sealed"
    assert zone_now(home, "3号楼", at=now) == "controlled"
    assert zone_now(home, "7号楼", at=now - timedelta(days=2)) == "controlled"
    assert zone_now(places.community(places.NEXT_DOOR, "青年家园"), "", at=now) == "precautionary"


def test_who_is_registered_and_moves_is_met_in_any_writing(home):
    facts = ResidentFacts(name="陈玉梅", building="七栋", phone="15400003328")
    person = residents.register(home, facts=facts, by=STAFF, at=clock.now())
    assert zone_of(person) == "sealed"
    residents.update(person, changes={"building": "8栋"}, version=person.version, by=STAFF, at=clock.now())
    assert zone_of(person) == "controlled"
    residents.update(person, changes={"building": "7"}, version=person.version, by=STAFF, at=clock.now())
    assert zone_of(person) == "sealed"
    residents.update(person, changes={"building": "7栋"}, version=person.version, by=STAFF, at=clock.now())
    assert zone_of(person) == "sealed"


def move_as_before(person: Resident, building: str) -> None:
    """Write a building as a version does that knows no key."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_resident SET building = %s WHERE id = %s", [building, person.pk])


def test_a_building_written_by_the_version_before_keeps_no_key_of_another(home):
    """Beside old code: met in its own writing at once, in every writing after the housekeeping."""
    person = make.resident(home, building="7号楼")
    move_as_before(person, "8号楼")
    assert zone_of(person) == "controlled"
    move_as_before(person, "7号楼")
    assert zone_of(person) == "sealed"
    move_as_before(person, "七栋")
    housekeeping.index_people(at=clock.now())
    assert zone_of(person) == "sealed"


def test_a_zone_of_the_version_before_is_met_in_its_own_writing_and_soon_in_all(home):
    ZonePeriod.objects.update(building_key=None)
    one, other = make.resident(home, building="7号楼"), make.resident(home, "刘桂英", building="７栋")
    assert [zone_of(each) for each in (one, other)] == ["sealed", "controlled"]
    housekeeping.index_people(at=clock.now())
    assert [zone_of(each) for each in (one, other)] == ["sealed", "sealed"]


def test_rows_that_stood_are_filled_by_the_migrations(home):
    people = [
        make.resident(home, f"陈玉{number}", building=written) for number, written in enumerate(("7号楼", "７栋", ""))
    ]
    Resident.objects.update(building_key=None, building_keyed=None)
    ZonePeriod.objects.update(building_key=None)
    for _twice in range(2):
        import_module("communities.migrations.0008_building_key").fill(apps, None)
        import_module("access.migrations.0020_building_key").fill(apps, None)
    kept = dict(Resident.objects.values_list("building", "building_key"))
    assert (kept["7号楼"], kept["７栋"]) == ("7", "7")
    assert [zone_of(person) for person in people] == ["sealed", "sealed", "controlled"]


def test_a_building_written_in_another_way_asks_for_no_new_pass(home):
    """The paper in their hands is good: the pass stays, and its number with it."""
    at = clock.now()
    row = places.gate_pass(at, of=home, building="7号楼")
    card = places.card(person_key=row.person_key, building="７栋")
    window = passes.PassWindow(row.exit_from, row.exit_until, row.back_expected_at)
    same = {"community": home, "case_ref": row.case_ref, "window": window, "by": places.BY, "at": at}
    assert passes.issue(card, **same).pk == row.pk
    assert passes.issue(places.card(person_key=row.person_key, building="8栋"), **same).pk != row.pk


def test_the_form_offers_each_building_once(home):
    for number, building in enumerate(["7号楼", "7号楼", "７栋", "10号楼", ""]):
        make.resident(home, f"陈玉{number}", building=building)
    assert zoning.buildings(home) == ["7号楼", "10号楼"]
