"""Joining words as the reader's language joins them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _


def listed(words: Iterable[object]) -> str:
    """Join the items of a list: 轮椅、氧气."""
    return _("、").join(str(word) for word in words)


def clauses(words: Iterable[object]) -> str:
    """Join the parts of a sentence: 坐轮椅，一人陪同."""
    return _("，").join(str(word) for word in words)
