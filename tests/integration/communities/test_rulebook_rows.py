"""Rows of the installation beside the shipped ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from access.selectors import wait_limits
from accounts.models import Post, User
from communities.models import PolicyDocument, PolicyRule
from communities.services import rulebook
from core.errors import Invalid
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 4, 20, tzinfo=UTC)


@pytest.fixture
def order() -> PolicyDocument:
    return PolicyDocument.objects.create(code="d-1", title="振兴区通告")


def test_value_comes_from_the_shipped_rows_in_an_empty_installation(django_assert_num_queries):
    with django_assert_num_queries(1):
        ruling = rulebook.value("waiting.amber_min", place=make.HOME, at=NOW)

    assert (ruling.value, ruling.source) == (10, "全国默认")


def test_own_row_wins_in_its_place_only(order):
    rulebook.set_rule(order, key="waiting.amber_min", value=8, scope="210602", by=make.BY, at=NOW)

    book = rulebook.load()

    assert book.value("waiting.amber_min", place=make.HOME, at=NOW).value == 8
    assert book.value("waiting.amber_min", place=make.HOME, at=NOW).source == "振兴区通告"
    assert book.value("waiting.amber_min", place="210681001001", at=NOW).value == 10


@pytest.mark.parametrize(
    ("key", "value", "scope"),
    [
        ("test.precondition", "negative_48h", {}),
        ("return.may_be_refused", True, {}),
        ("no.such", 1, {}),
        ("waiting.target_min", "abc", {}),
        ("waiting.target_min", 30, {"scope": "振兴区"}),
        ("waiting.target_min", 30, {"zone_classes": ["封控区"]}),
    ],
)
def test_floor_unknown_keys_and_bad_values_are_refused_on_entry(order, key, value, scope):
    """R-000-7."""
    with pytest.raises(Invalid):
        rulebook.set_rule(order, key=key, value=value, by=make.BY, at=NOW, **scope)
    assert not PolicyRule.objects.exists()


def test_a_document_entered_again_is_changed_not_doubled(order):
    for minutes in (8, 9):
        rulebook.set_rule(order, key="waiting.amber_min", value=minutes, scope="210602", by=make.BY, at=NOW)

    assert PolicyRule.objects.get().value == 9


def test_bad_rows_of_the_database_lose_and_stand_on_the_pages_of_whom_they_meet(client):
    """The engine's page, the zones and command name the row, why it cannot decide and what holds instead."""
    area = make.community().dispatch_area_id
    document = PolicyDocument.objects.create(code="d-2", title="元宝区通告")
    rows = [
        ("waiting.target_min", "abc", "210602"),
        ("waiting.no_car_min", -1, ""),
        ("closure.max_h", "two days", "310000"),
    ]
    PolicyRule.objects.bulk_create(PolicyRule(document=document, key=k, value=v, scope=s) for k, v, s in rows)

    limits = wait_limits(at=NOW, place="210602")
    assert (limits.target, limits.no_car) == (30, 15)
    assert len(rulebook.bad_rows(at=NOW)) == 3
    assert [each.instead.value for each in rulebook.bad_rows(place="210600", at=NOW)] == [30, 15]

    for role, place, pages in (
        ("dispatch", area, ["/dispatch/engine/"]),
        ("command", "210600", ["/command/", "/command/zones/"]),
    ):
        user = User.objects.create_user(role, "a-long-test-password", name="陈值班")
        Post.objects.create(user=user, role=role, place_kind="city", place_code=place, place_label="丹东")
        client.force_login(user)
        for page in pages:
            shown = client.get(page).content.decode()
            assert "waiting.target_min" in shown
            assert "全国默认" in shown
            assert "closure.max_h" not in shown, "of another province"
