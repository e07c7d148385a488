"""HBV, HCV and everybody else never share a haemodialysis machine: booking, numbers and the desk's pages (E20)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.errors import Conflict, NotFound
from hospitals import selectors
from hospitals.cards import CareClass
from hospitals.models import Service, Slot
from hospitals.selectors.machines import infection_machine_mixed
from hospitals.services import appointments, slots
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db
DAY = {"since": make.AT, "until": make.AT + timedelta(days=1)}


def unit(*, hbv: int = 1, hcv: int = 1, capacity: int = 4) -> Slot:
    return make.make_slot(make.make_service(hbv_places=hbv, hcv_places=hcv), capacity=capacity)


@pytest.mark.parametrize(("machine_class", "places"), [("HBV", 1), ("HCV", 1), ("", 2)])
def test_e20_each_class_gets_its_own_places_and_no_others(machine_class: str, places: int) -> None:
    """E20, R-003-7: a slot with free places of another class is full for this one, and its counter stays right."""
    slot = unit()
    for _each in range(places):
        make.make_appointment(slot, machine_class=machine_class)

    with pytest.raises(Conflict) as refused:
        make.make_appointment(slot, machine_class=machine_class)

    slot.refresh_from_db()
    assert refused.value.code == "slot.machines"
    assert slot.booked == places
    assert infection_machine_mixed(**DAY) == 0


def test_e20_all_places_are_used_when_each_class_fills_its_own() -> None:
    slot = unit()
    for machine_class in ("", "HCV", "", "HBV"):
        make.make_appointment(slot, machine_class=machine_class)
    slot.refresh_from_db()
    assert (slot.booked, slot.free) == (4, 0)


def test_other_services_take_every_class_at_every_place() -> None:
    slot = make.make_slot(make.make_service(kind="chemotherapy"), capacity=2)
    for machine_class in ("HBV", "HBV"):
        make.make_appointment(slot, machine_class=machine_class)
    slot.refresh_from_db()
    assert slot.booked == 2


def test_a_place_given_back_is_its_classes_again() -> None:
    slot = unit()
    held = make.make_appointment(slot, machine_class="HBV")
    appointments.withdraw(held.case_ref, by=make.ENGINE, at=make.AT)
    assert make.make_appointment(slot, machine_class="HBV").machine_class == "HBV"


def test_free_times_are_those_of_ones_own_machines() -> None:
    """E20: what the community reads as another hour still free is free on the patient's machines."""
    slot = unit(hcv=0)
    found = {name: selectors.bookable_slots("hemodialysis", **DAY, machine_class=name) for name in ("", "HBV", "HCV")}
    assert found == {"": [slot], "HBV": [slot], "HCV": []}
    make.make_appointment(slot, machine_class="HBV")
    assert selectors.bookable_slots("hemodialysis", **DAY, machine_class="HBV") == []
    assert selectors.bookable_slots("hemodialysis", **DAY) == [slot]


def test_fewer_places_never_push_others_onto_machines_set_apart() -> None:
    """E20, R-000-6: three machines are too few where three others are booked and one machine is for HBV."""
    slot = unit(hcv=0)
    desk = make.desk_actor(slot.service.facility)
    for _each in range(3):
        make.make_appointment(slot)

    with pytest.raises(Conflict) as refused:
        slots.set_capacity(Slot.objects.select_related("service").get(pk=slot.pk), 3, by=desk, at=make.AT)

    slot.refresh_from_db()
    assert (refused.value.code, slot.capacity) == ("slot.machines", 4)


def test_who_turns_out_to_be_of_a_class_does_not_keep_anothers_machine() -> None:
    """E20: True says that the place must be let go; the machines of the class are kept while there are some."""
    slot = unit(hcv=0)
    first, second = make.make_appointment(slot), make.make_appointment(slot)
    known = CareClass("controlled", "", "HBV", None)

    answers = [
        appointments.note_class(row.case_ref, known, by=make.ENGINE, at=make.AT) for row in (first, first, second)
    ]

    assert answers == [False, False, True]
    assert infection_machine_mixed(**DAY) == 1
    stricter = replace(known, zone_class="sealed")
    assert appointments.note_class(first.case_ref, stricter, by=make.ENGINE, at=make.AT) is False, "it had it first"


def test_the_desk_reads_whose_machine_each_patient_is_treated_on(client: Client) -> None:
    """E20: on the list, on the page of who comes and of who is in the house; nobody else has a word of it."""
    slot = unit()
    rows = {name: make.make_appointment(slot, machine_class=name) for name in ("HBV", "HCV", "")}
    client.force_login(make.make_desk_user(slot.service.facility))

    def read(name: str, *args: object) -> str:
        return client.get(reverse(f"hospitals:{name}", args=args)).content.decode()

    with_slot = selectors.day_of(slot.service.facility_id, at=make.AT)
    assert sorted(row.machine for row in with_slot.rows) == ["", "丙肝专机", "乙肝专机"]
    assert "乙肝专机" in read("appointment", rows["HBV"].pk)
    assert "丙肝专机" in read("appointment", rows["HCV"].pk)
    assert "专机" not in read("appointment", rows[""].pk)
    arrival = make.make_intake(rows["HBV"])
    assert "乙肝专机" in read("intake", arrival.pk)


def test_the_numbers_of_a_unit_follow_its_machines() -> None:
    service = make.make_service(hbv_places=2)
    slot = make.make_slot(service, capacity=1)
    assert slot.machines == {"HBV": 1, "HCV": 0, "": 0}
    assert Service.objects.get(pk=service.pk).hcv_places == 0


def _post(client: Client, slot: Slot, hbv: object, hcv: object) -> int:
    fields = {"hbv": hbv, "hcv": hcv, "idempotency_key": uuid.uuid4().hex}
    return client.post(reverse("hospitals:set_machines", args=[slot.service_id]), fields).status_code


def test_a_unit_says_itself_how_many_machines_it_sets_apart(client: Client) -> None:
    """E20: the page shows the numbers, and from the next booking on they hold."""
    slot = unit(hbv=0, hcv=0)
    client.force_login(make.make_desk_user(slot.service.facility))

    assert _post(client, slot, 1, "many") == 422
    assert _post(client, slot, 1, 2) == 302
    page = client.get(reverse("hospitals:services")).content.decode()

    assert 'name="hbv" inputmode="numeric" value="1"' in page
    assert 'name="hcv" inputmode="numeric" value="2"' in page
    held = make.make_appointment(Slot.objects.select_related("service").get(pk=slot.pk), machine_class="HCV")
    assert held.machine_class == "HCV"


def test_numbers_that_take_a_machine_from_somebody_booked_are_refused(client: Client) -> None:
    """E20, R-000-6: neither the HBV patient's machine nor those of the others; a house that is not theirs is absent."""
    slot = make.make_slot(make.make_service(hbv_places=1), starts_at=clock.now() + timedelta(hours=2))
    for machine_class in ("HBV", "", "", ""):
        make.make_appointment(slot, machine_class=machine_class)
    client.force_login(make.make_desk_user(slot.service.facility))

    assert [_post(client, slot, 0, 0), _post(client, slot, 1, 1)] == [409, 409]
    assert Service.objects.filter(pk=slot.service_id, hbv_places=1, hcv_places=0).exists()
    assert _post(client, make.make_slot(), 0, 0) == 404
    Slot.objects.filter(pk=slot.pk).update(capacity=5)
    assert _post(client, slot, 1, 1) == 302, "as many are left as are booked"
    assert _post(client, slot, 1, 0) == 302
    ward = make.make_slot(make.make_service(slot.service.facility, kind="chemotherapy"))
    assert _post(client, ward, 1, 1) == 404


def test_machines_are_set_apart_by_their_own_house() -> None:
    """Guard: another house's desk would send dialysis patients home."""
    slot = unit(hbv=0)

    with pytest.raises(NotFound):
        slots.set_apart(slot.service, hbv=4, hcv=0, by=make.desk_actor(make.make_facility()), at=make.AT)

    assert Service.objects.get(pk=slot.service_id).hbv_places == 0
