"""Every word on a screen is Chinese in the source and has its English."""

from __future__ import annotations

import re

from babel.messages.catalog import Catalog

from core import wording

PLACES = re.compile(r"%\((\w+)\)")


def test_no_english_is_missing() -> None:
    missing = wording.untranslated(wording.merged())

    assert missing == []


def test_missing_english_is_noticed() -> None:
    catalog = Catalog(locale="en")
    catalog.add("今天", string="")

    assert wording.untranslated(catalog) == ["今天"]


def test_catalogue_holds_no_unused_word() -> None:
    wanted = {message.id for message in wording.collect()}
    kept = {message.id for message in wording.merged()}

    assert kept == wanted


def test_english_keeps_every_placeholder() -> None:
    """A lost placeholder would be an error on the screen."""
    broken = []
    for message in wording.merged():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        wanted = {place for each in ids for place in PLACES.findall(each)}
        broken += [ids[0] for each in strings if each and not set(PLACES.findall(each)) <= wanted]

    assert broken == []
