"""Sentences that services write into rows: kept in Chinese whoever presses, and said to each reader in their own
language.

A row outlives the page it was written from: a note that a dispatcher raised in English is read by a community in
Chinese, and one that a worker wrote by both.
"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import get_language, gettext, override

from core.phrases import label

JOINED = (" · ", "；")  # by what services join several sentences of one note
_PLACE = re.compile(r"%\((\w+)\)s|%s")
_known: dict[str, re.Pattern[str]] = {}


def stored(text: str) -> str:
    """Mark a sentence that goes into a row, for the catalogue; one with figures stands at the top of its module.

    Only so does every process know it before it meets one in a row.
    """
    if "%" in text:
        parts = _PLACE.split(text)
        _known[text] = re.compile("([^；]+?)".join(re.escape(part) for part in parts[::2]))
    return text


def in_chinese(words: Any) -> str:
    """Return a label as it goes into a row, whatever language the presser reads."""
    with override(settings.LANGUAGE_CODE):
        return str(words)


def stored_label(kinds: type[TextChoices], value: str) -> str:
    """Return the label of one value of a choice as it goes into a row; ？ 火箭 for a value that no list has."""
    with override(settings.LANGUAGE_CODE):
        return label(kinds, value)


def said(words: str) -> str:
    """Say what a row holds in the reader's language; what a person typed, and names, stay as they are."""
    if not words or get_language() == settings.LANGUAGE_CODE:
        return words
    if (plain := gettext(words)) != words:
        return plain
    for text, pattern in _known.items():
        if found := pattern.fullmatch(words):
            return _filled(text, [said(figure) for figure in found.groups()])
    for mark in JOINED:
        if mark in words:
            return mark.join(said(part) for part in words.split(mark))
    return words


def _filled(text: str, figures: list[str]) -> str:
    names = _PLACE.findall(text)
    return gettext(text) % (dict(zip(names, figures, strict=True)) if all(names) else tuple(figures))
