"""Rows that stood before: HBV and HCV leave transport, the hospital's rows know the machine class (decision 50)."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from access.models import CareNeed, Resident
from dispatch.planning import planner
from hospitals.models import Appointment, Facility, Service
from tests import walkers
from tests.walkers import AT
from transport.models import Run, Stop, Trip

pytestmark = pytest.mark.django_db
moved = import_module("dispatch.migrations.0002_machine_class")


def migrate() -> None:
    with connection.cursor() as cursor:
        cursor.execute(moved.HOSPITALS)
        cursor.execute(moved.TRANSPORT)
    moved.name_entrances(apps, None)


@pytest.fixture
def town() -> walkers.Town:
    """A planned ride and booking as old code left them: the class in the flag of both."""
    town = walkers.town()
    Service.objects.update(hbv_places=1)
    walkers.ask(town, walkers.resident(town, machine_class="HBV"))
    planner.plan("main", at=AT)
    Facility.objects.update(name="康宁血液透析中心", address="江城大街12号")
    Trip.objects.update(infection_class="HBV")
    Trip.objects.filter(direction="outbound").update(to_label="康宁血液透析中心")
    Trip.objects.filter(direction="inbound").update(from_label="康宁血液透析中心")
    Stop.objects.filter(place_kind="facility").update(label="康宁血液透析中心")
    Run.objects.update(infection_class="HBV", soiled_as="controlled/HBV")
    Appointment.objects.update(precaution="HBV", machine_class="")
    return town


def test_what_stands_is_moved_to_where_it_belongs(town: walkers.Town) -> None:
    migrate()
    migrate()  # twice is once

    assert set(Trip.objects.values_list("infection_class", flat=True)) == {""}
    assert set(Run.objects.values_list("infection_class", "soiled_as")) == {("", "controlled")}
    assert set(Appointment.objects.values_list("precaution", "machine_class")) == {("", "HBV")}
    labels = {*Trip.objects.values_list("from_label", flat=True), *Trip.objects.values_list("to_label", flat=True)}
    labels |= set(Stop.objects.values_list("label", flat=True))
    assert not any("透析" in label for label in labels)
    assert "康宁医疗机构（江城大街12号）" in labels


def test_a_precaution_stays_and_hides_no_machine_class(town: walkers.Town) -> None:
    """Before, a positive result hid the class: the register still knows it."""
    Resident.objects.update(precaution="isolated")
    Trip.objects.update(infection_class="isolated")
    Appointment.objects.update(precaution="isolated")

    migrate()

    assert set(Trip.objects.values_list("infection_class", flat=True)) == {"isolated"}
    assert set(Appointment.objects.values_list("precaution", "machine_class")) == {("isolated", "HBV")}


@pytest.mark.parametrize(("known", "places"), [("HCV", 2), ("HBV", 0), ("", 0)])
def test_a_unit_has_hcv_machines_for_the_hcv_patients_it_has(town: walkers.Town, known: str, places: int) -> None:
    """Two of one shift and one of another come: two machines; a unit that has no such patient is given none."""
    for name, shift in (("王秀兰", "AM"), ("刘桂英", "AM"), ("李芳", "PM")):
        person = walkers.resident(town, name, machine_class=known)
        CareNeed.objects.create(
            resident=person, person_key=person.person_key, kind="dialysis", service_kind="hemodialysis", status_at=AT,
            facility=town.facility, schedule_kind="weekly", schedule_days="2,4,6", shift=shift,
        )  # fmt: skip

    migrate()

    assert Service.objects.get(pk=town.slot.service_id).hcv_places == places


def test_old_code_beside_the_new_tables_stores_its_rows(town: walkers.Town) -> None:
    """The columns old code knows are there under their names; those it does not know have their value from the table."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_resident SET infection_flag = 'HCV'")
        cursor.execute("UPDATE hospitals_appointment SET infection_flag = 'positive'")
        cursor.execute(
            "INSERT INTO hospitals_service (facility_id, kind, status, status_at, status_reason, confirmed_by, hbv_places,"
            " version) VALUES (%s, 'tcm', 'open', now(), '', '', 0, 1)",
            [town.facility.pk],
        )
    assert Resident.objects.get().machine_class == "HCV"
    assert Appointment.objects.get().precaution == "positive"
    assert Service.objects.get(kind="tcm").hcv_places == 0
