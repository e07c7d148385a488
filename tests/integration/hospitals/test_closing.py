"""Closing a unit names whom it hits before it is pressed, and who is on the way is no surprise to anybody (E2)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from calls.models import OpenCall
from core import clock
from hospitals.models import Appointment, Intake, Service
from hospitals.selectors.closing import hit_by
from hospitals.services import appointments, intake
from tests import walkers
from tests.factories import communities as gate_rows
from tests.factories import hospitals as make
from tests.walkers import MIN

pytestmark = pytest.mark.django_db
H = timedelta(hours=1)


@pytest.fixture
def at():
    return clock.now().replace(second=0, microsecond=0)


def treated(person_key, hours: int, *, at, service) -> None:
    """Let somebody have been treated so long ago."""
    slot = make.make_slot(service, starts_at=at - hours * H - 2 * H, capacity=1)
    held = make.make_appointment(slot, at=at - hours * H - 5 * H, person_key=person_key)
    came = intake.check_in(held, by=make.ENGINE, at=at - hours * H - 2 * H)
    intake.hand_over(came, by=make.ENGINE, at=at - hours * H - 2 * H + MIN)
    intake.start_treatment(came, by=make.ENGINE, at=at - hours * H - 2 * H + 2 * MIN)
    Intake.objects.filter(pk=came.pk).update(ended_at=at - hours * H, status="released", ready_at=at - hours * H)


def close(client, service: Service, until, **more):
    """Press 停 with an end and a reason."""
    prefix = f"s{service.pk}-"
    sent = {
        f"{prefix}status": "closed",
        f"{prefix}until": until.astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M"),
        f"{prefix}reason": "消杀",
        "idempotency_key": uuid.uuid4().hex,
        **more,
    }
    return client.post(reverse("hospitals:set_status", args=[service.pk]), sent)


def test_the_desk_reads_whom_it_hits_before_it_closes(client, at):
    """E2, R-002-8a: on machines, on the way, due within a day by hours since the last treatment, due later."""
    service = make.make_service()
    client.force_login(make.make_desk_user(service.facility, "hospadm"))
    inside = make.make_appointment(make.make_slot(service, starts_at=at - H), at=at - 2 * H, name="在机")
    intake.check_in(inside, by=make.ENGINE, at=at - H)
    soon = make.make_slot(service, starts_at=at + 3 * H, capacity=9)
    riding = make.make_appointment(make.make_slot(service, starts_at=at + 40 * MIN), at=at, name="在途")
    appointments.set_ride(riding.case_ref, expected_at=at + 20 * MIN, carried_by="辽F·1 李", by=make.ENGINE, at=at)
    for name, hours in (("甲", 20), ("乙", 80), ("丙", 47)):
        row = make.make_appointment(soon, at=at, name=name)
        treated(row.person_key, hours, at=at, service=service)
    make.make_appointment(make.make_slot(service, starts_at=at + 30 * H), at=at, name="后天")
    make.make_appointment(make.make_slot(service, starts_at=at + 50 * H), at=at, name="停完以后")
    make.make_appointment(soon, at=at, name="危急", is_critical=True)

    shown = close(client, service, at + 47 * H).content.decode()

    service.refresh_from_db()
    assert service.status == "open"
    assert "看过了，确定停" in shown
    assert [shown.index(name) for name in ("在机", "在途", "乙", "丙", "甲", "后天")] == sorted(
        shown.index(name) for name in ("在机", "在途", "乙", "丙", "甲", "后天")
    )
    assert "离上次 80 小时" in shown
    assert "停完以后" not in shown
    assert "危急</b>" not in shown
    close(client, service, at + 47 * H, seen="1")
    service.refresh_from_db()
    assert (service.status, service.status_reason) == ("closed", "消杀")


def test_nobody_hit_closes_at_once_and_a_bad_end_is_refused_first(client, at):
    """R-002-7d."""
    service = make.make_service()
    client.force_login(make.make_desk_user(service.facility, "hospadm"))
    make.make_appointment(make.make_slot(service, starts_at=at + 3 * H), at=at)
    assert close(client, service, at + 90 * H).status_code == 422
    Appointment.objects.update(status="cancelled")
    assert close(client, service, at + 2 * H).status_code == 302
    service.refresh_from_db()
    assert service.status == "closed"


@pytest.mark.parametrize(("patients", "queries"), [(2, 3), (20, 3)])
def test_the_preview_costs_three_queries(django_assert_num_queries, at, patients, queries):
    service = make.make_service()
    slot = make.make_slot(service, starts_at=at + 3 * H, capacity=40)
    for _one in range(patients):
        make.make_appointment(slot, at=at)
    with django_assert_num_queries(queries):
        hit_by(service, until=at + 10 * H, at=at)


@pytest.mark.parametrize("role", ["dispatch", "command"])
def test_who_is_on_the_way_is_a_call_with_an_owner_and_another_place(client, role):
    """E2: the house still receives (R-000-8); dispatch and command read who, where now, and where else."""
    at = clock.now()
    town = walkers.town(at=at)
    other = make.make_facility("H-other", name="第二医院", lat=40.13, lon=124.37)
    make.make_slot(make.make_service(other), starts_at=at + 150 * MIN)
    case = walkers.walk(town, to="boarded", at=at)
    client.force_login(make.make_desk_user(town.facility, "hospadm"))
    seen = close(client, town.slot.service, clock.now() + 20 * H)
    if "看过了，确定停" in seen.content.decode():
        close(client, town.slot.service, clock.now() + 20 * H, seen="1")
    walkers.deliver()

    told = OpenCall.objects.get()
    assert (told.kind, told.case_ref, told.owner_role) == ("on_way_to_closed", case.request.case_ref, "dispatch")
    places = {"dispatch": ("dispatch_area", "main"), "command": ("district", town.community.code[:6])}
    client.force_login(gate_rows.user("reads", "某人", role=role, place=(*places[role], "岗")))
    page = client.get(reverse("calls:list")).content.decode()
    assert "第二医院" in page
    assert town.facility.name in page
    assert Appointment.objects.live().filter(case_ref=case.request.case_ref).exists()

    case.step("dropped")
    case.step("arrived")
    told.refresh_from_db()
    assert told.status == "ended"
