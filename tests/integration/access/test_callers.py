"""Dispatch and command ask, raise, cancel, say home and close for people, as the authorisation table grants."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from access.models import AccessRequest, HandClosing
from access.services import residents
from access.states import CloseOutcome, RequestStatus
from accounts.middleware import SESSION_POST
from core import clock
from tests.factories import town

pytestmark = pytest.mark.django_db
DESKS = ("dispatch", "command")


@pytest.fixture
def side() -> town.Side:
    """One half of the town, with somebody on every post."""
    return town.build(1, at=clock.now())


def on(side: town.Side, role: str) -> Client:
    """Sign in on a post of this side."""
    client = Client()
    user = side.users[role]
    client.force_login(user)
    session = client.session
    session[SESSION_POST] = user.posts.get(role=role).pk
    session.save()
    return client


def press(client: Client, url: str, **words: str):
    """Send a form with a key of its own."""
    return client.post(url, {"idempotency_key": uuid.uuid4().hex, **words})


def request_of(side: town.Side, stage: str) -> AccessRequest:
    return AccessRequest.objects.get(pk=side.cases[stage].request.pk)


@pytest.mark.parametrize("role", DESKS)
def test_whoever_rings_is_found_by_the_whole_number_only(side, role) -> None:
    """authz resident.find_by_phone: no search by name, no part of a number, nobody of another area."""
    other = town.build(2, at=clock.now())
    client, resident = on(side, role), side.cases["asked"].resident

    shown = resident.name if role == "dispatch" else "王阿姨"  # authz/fields.csv: command reads no full name
    found = client.post("/callers/", {"phone": resident.phone}).content.decode()
    assert shown in found
    assert (resident.name in found) is (resident.building in found) is (role == "dispatch")
    assert shown not in client.post("/callers/", {"phone": resident.phone[-4:]}).content.decode()
    assert client.post("/callers/", {"phone": ""}).status_code == 422
    foreign = other.cases["asked"].resident
    elsewhere = client.post("/callers/", {"phone": foreign.phone}).content.decode()
    assert foreign.name not in elsewhere
    assert "王阿姨" not in elsewhere
    assert client.get(f"/callers/{foreign.pk}/").status_code == 404


def test_whoever_rings_from_the_second_number_of_a_field_is_found(side) -> None:
    """INV-09: the desk asks by the same index as the register, so that a daughter's number finds her mother too."""
    resident = side.cases["asked"].resident
    two = "0415-3120816转8 / +86 138 0000 1111（女儿）"
    residents.update(
        resident, changes={"phone": two}, version=resident.version, by=side.actors["staff"], at=clock.now()
    )

    for typed in ("0086-138-0000-1111", "0415 3120816"):
        found = on(side, "dispatch").post("/callers/", {"phone": typed}).content.decode()
        assert resident.name in found


@pytest.mark.parametrize("role", DESKS)
def test_asked_by_telephone_waits_for_the_community(side, role) -> None:
    """Decision 13: a request of the hotline stands on the community's page until it says yes."""
    client, resident = on(side, role), side.cases["asked"].resident
    AccessRequest.objects.filter(resident=resident).update(arrive_at=None, submitted_at=clock.now() - timedelta(days=2))

    answer = press(client, f"/callers/{resident.pk}/", purpose="visit", note="脚肿")

    row = AccessRequest.objects.filter(resident=resident, source="hotline").get()
    assert answer.headers["Location"] == f"/requests/{row.pk}/"
    assert (row.status, row.owner_role, row.owner_place) == (RequestStatus.SUBMITTED, "staff", side.community.code)
    assert resident.name in client.get(f"/requests/{row.pk}/").content.decode() or role == "command"
    assert "等社区核准" in on(side, "staff").get("/today/").content.decode()


@pytest.mark.parametrize("role", DESKS)
def test_120_for_whoever_rings_is_one_press(side, role) -> None:
    """R-000-2: nothing is asked first."""
    resident = side.cases["asked"].resident

    press(on(side, role), f"/callers/{resident.pk}/critical/")

    assert AccessRequest.objects.filter(resident=resident, is_critical=True, status=RequestStatus.APPROVED).exists()


@pytest.mark.parametrize("role", DESKS)
def test_a_case_is_read_without_illness_identity_or_age(side, role) -> None:
    """authz/fields.csv: dispatch reads the full name, command a title; neither reads the need, number or birth."""
    row = request_of(side, "inside")
    words = on(side, role).get(f"/cases/{row.case_ref}/", follow=True).content.decode()

    assert row.number in words
    assert (row.name in words) is (role == "dispatch")
    for hidden in (row.get_need_kind_display(), "透析", row.resident.id_last4 or "无此", "怕黑", "从后门走"):
        assert hidden not in words


@pytest.mark.parametrize("role", DESKS)
def test_raised_and_cancelled_by_the_desk(side, role) -> None:
    """authz request.raise_emergency and request.cancel."""
    row = request_of(side, "asked")
    client = on(side, role)

    assert press(client, f"/requests/{row.pk}/critical/").status_code == 302
    assert request_of(side, "asked").is_critical
    assert press(client, f"/requests/{row.pk}/cancel/").status_code == 422
    assert press(client, f"/requests/{row.pk}/cancel/", reason="patient").status_code == 302
    assert request_of(side, "asked").status == RequestStatus.CANCELLED


def test_home_is_said_by_dispatch_and_not_by_command(side) -> None:
    """authz request.record_home."""
    row = request_of(side, "inside")

    assert press(on(side, "command"), f"/requests/{row.pk}/home/").status_code == 403
    assert press(on(side, "dispatch"), f"/requests/{row.pk}/home/").status_code == 302
    assert press(on(side, "dispatch"), f"/requests/{row.pk}/not-home/").status_code == 302


def test_two_people_who_exist_close_a_case(side) -> None:
    """INV-19: the community's lead and command, each once; dispatch and staff may not."""
    row = request_of(side, "inside")
    for role in ("staff", "dispatch"):
        assert press(on(side, role), f"/requests/{row.pk}/hand-close/", reason="人在亲戚家").status_code == 403
    press(on(side, "lead"), f"/requests/{row.pk}/hand-close/", reason="人在亲戚家，电话里听到了")
    again = on(side, "command").get(f"/requests/{row.pk}/").content.decode()
    assert "人在亲戚家，电话里听到了" in again
    press(on(side, "command"), f"/requests/{row.pk}/hand-close/", reason="我也打了电话")

    assert HandClosing.objects.get(case_ref=row.case_ref).second_at
    assert request_of(side, "inside").outcome == CloseOutcome.HOME


@pytest.mark.parametrize("role", ["guard", "driver", "intake", "hospadm", "auditor", "sysadmin"])
def test_others_neither_find_nor_open(side, role) -> None:
    row = request_of(side, "inside")
    client = on(side, role)

    for url in ("/callers/", f"/callers/{row.resident_id}/", f"/cases/{row.case_ref}/", f"/requests/{row.pk}/"):
        assert client.get(url).status_code == 403


@pytest.mark.parametrize("role", DESKS)
def test_a_second_call_shows_the_first_ambulance_and_labour_asks_for_a_house_that_delivers(side, role) -> None:
    """INV-04, E22: the desk reads where to, and that 120 was called already; the door is the community's to read."""
    client, person = on(side, role), side.cases["asked"].resident
    url = f"/callers/{person.pk}/critical/"
    press(client, url, kind="labour")
    row = AccessRequest.objects.get(person_key=person.person_key, is_critical=True)
    assert row.service_kind == "obstetrics"
    again = client.post(url, {"idempotency_key": uuid.uuid4().hex}, follow=True).content.decode()
    assert f"已经叫了 120（{row.number}）" in again
    assert f"地址照着念：{side.community.name} 5号楼" in again
    assert person.address not in again
