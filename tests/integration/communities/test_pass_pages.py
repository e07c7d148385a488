"""The community's passes; who may see what; what a gate's bytes never contain."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from core import clock
from tests.factories import communities as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(make.staff())
    return client


@pytest.fixture
def row():
    return make.gate_pass(clock.now())


def test_list_card_and_sheet(staff, row):
    listed = staff.get(reverse("communities:passes")).content.decode()
    card = staff.get(reverse("communities:pass", args=[row.pk])).content.decode()
    sheet = staff.get(reverse("communities:pass_print", args=[row.pk])).content.decode()

    assert row.number in listed
    assert "今天 1 张证" in listed
    assert "发给家属的话" in card
    assert (row.short_code in card, row.short_code in sheet) == (False, True)
    for page in (card, sheet):
        assert row.number in page
        assert 'shape-rendering="crispEdges"' in page
    assert "print-pass" in sheet


def test_other_day_and_search(staff, row):
    url = reverse("communities:passes")

    assert row.number not in staff.get(url, {"day": "2020-01-01"}).content.decode()
    assert row.number in staff.get(url, {"q": "王"}).content.decode()
    assert staff.get(url, {"day": "nonsense", "q": "x" * 99}).status_code == 200


@pytest.mark.parametrize("count", [5, 50])
def test_list_costs_the_same_at_5_and_50_rows(staff, count, django_assert_max_num_queries):
    for _ in range(count):
        make.gate_pass(clock.now())

    with django_assert_max_num_queries(8):
        page = staff.get(reverse("communities:passes")).content.decode()

    assert f"今天 {count} 张证" in page


def _addresses(row) -> list[str]:
    return [
        reverse("communities:pass", args=[row.pk]),
        reverse("communities:pass_print", args=[row.pk]),
        reverse("communities:gate_answer", args=[row.pk]),
    ]


def test_stranger_to_the_community_gets_404(client, row):
    other = make.community(make.NEXT_DOOR, "青年家园")
    client.force_login(make.staff(other, "13800000012", "赵敏"))

    for url in _addresses(row):
        assert client.get(url).status_code == 404
        assert client.get(url.replace(str(row.pk), str(uuid.uuid4()))).status_code == 404
    assert row.number not in client.get(reverse("communities:passes")).content.decode()


def test_stranger_at_a_gate_gets_404(client, row):
    other = make.community(make.NEXT_DOOR, "青年家园")
    client.force_login(make.guard(other, "13800000011", "周师傅"))

    assert client.get(reverse("communities:gate_answer", args=[row.pk])).status_code == 404
    assert row.number not in client.get(reverse("communities:gate_list")).content.decode()
    assert client.get("/api/gate/sync").json()["passes"] == []


@pytest.mark.parametrize("role", ["driver", "intake", "dispatch", "command", "auditor"])
def test_other_posts_read_whose_page_it_is(client, row, role):
    client.force_login(make.user("13800000099", "钱某", role=role, place=("community", make.HOME, "锦江花园")))

    for name in ("gate", "gate_list", "passes"):
        assert client.get(reverse(f"communities:{name}")).status_code == 403
    for url in _addresses(row):
        assert client.get(url).status_code == 403


def test_guard_does_not_open_the_communitys_pages(client, row):
    client.force_login(make.guard())

    assert client.get(reverse("communities:passes")).status_code == 403
    assert client.get(reverse("communities:pass", args=[row.pk])).status_code == 403


def test_anonymous_is_led_to_sign_in(client, row):
    for url in [*_addresses(row), reverse("communities:gate"), reverse("communities:passes")]:
        assert client.get(url).status_code == 302


def test_wrong_method_is_405(staff, row):
    assert staff.post(reverse("communities:passes")).status_code == 405
    assert staff.get(reverse("communities:gate_scan")).status_code == 405
    assert staff.get(reverse("communities:gate_emergency")).status_code == 405


def test_words_for_the_family_name_no_illness_and_no_hospital(staff, row):
    page = staff.get(reverse("communities:pass", args=[row.pk])).content.decode()

    for word in ("透析", "化疗", "医院电话", "身份证"):
        assert word not in page
    assert "回来不限时间" in page


def test_guards_bytes_hold_no_name_id_phone_need_or_hospital(client, row):
    """INV-32: everything a guard's session receives, searched."""
    client.force_login(make.guard())
    secrets = ("王秀兰", "210602195403122428", "13942153328", "透析", "dialysis", "市人民医院", row.person_code + '"')
    check = reverse("communities:gate_check")
    answers = [
        client.get(reverse("communities:gate")),
        client.get(reverse("communities:gate_list")),
        client.post(check, {"code": row.token}),
        client.post(check, {"code": row.number[-4:]}),
        client.get(reverse("communities:gate_answer", args=[row.pk])),
        client.get("/api/gate/sync"),
    ]

    for answer in answers:
        assert answer.status_code == 200
        body = answer.content.decode()
        assert str(row.person_key) not in body
        assert not [secret for secret in secrets if secret in body]
