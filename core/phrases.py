"""Joining words as the reader's language joins them."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, TextChoices
from django.utils.translation import gettext as _


def listed(words: Iterable[object]) -> str:
    """Join the items of a list: 轮椅、氧气."""
    found = [str(word) for word in words]
    return found[0] if len(found) == 1 else _("、").join(found)


def clauses(words: Iterable[object]) -> str:
    """Join the parts of a sentence: 坐轮椅，一人陪同."""
    return _("，").join(str(word) for word in words)


def label(kinds: type[TextChoices], value: str) -> str:
    """Say one value of a choice, as `get_…_display` does, without translating all the others."""
    return str(kinds(value).label) if value in kinds else odd(value)


def odd(value: object) -> str:
    """Show a value that no list has, so that whoever reads it can have it mended: ？ 火箭; "" for none."""
    return "" if value is None or value == "" else f"？ {value}"


def word_of(record: Model, relation: str, name: str, *, gone: str | None = None) -> str:
    """Say a word of the row a record points to; of a row that is gone its bare key, ？ NO-1, or the words given."""
    try:
        return str(getattr(getattr(record, relation), name))
    except ObjectDoesNotExist:
        return odd(record.serializable_value(relation)) if gone is None else gone
