"""Rows of the installation beside the shipped ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from communities.models import PolicyDocument
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
    ("key", "value"), [("test.precondition", "negative_48h"), ("return.may_be_refused", True), ("no.such", 1)]
)
def test_floor_and_unknown_keys_are_refused_on_entry(order, key, value):
    """R-000-7."""
    with pytest.raises(Invalid):
        rulebook.set_rule(order, key=key, value=value, by=make.BY, at=NOW)
