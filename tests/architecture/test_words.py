"""Every word on a screen is Chinese in the source and has its English."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings

from core import wording

ENTRY = re.compile(r'^((?:msgctxt ".*"\n)?msgid ".*"(?:\n".*")*)$', re.MULTILINE)
PLACES = re.compile(r"%\((\w+)\)")


def test_no_english_is_missing() -> None:
    missing = wording.untranslated(wording.merged())

    assert missing == []


def test_missing_english_is_noticed() -> None:
    catalog = Catalog(locale="en")
    catalog.add("今天", string="")

    assert wording.untranslated(catalog) == ["今天"]


def test_no_word_stands_twice() -> None:
    """Two entries of one word: whoever mends the first changes nothing on the screen."""
    assert twice(wording.PO.read_text(encoding="utf-8")) == []


def test_a_word_that_stands_twice_is_noticed() -> None:
    assert twice('msgid "在"\nmsgstr "at"\n\nmsgctxt "人"\nmsgid "在"\nmsgstr "here"\n') == []
    assert twice('msgid "在"\nmsgstr "at"\n\nmsgid "在"\nmsgstr "in"\n') == ['msgid "在"']


def twice(text: str) -> list[str]:
    """Return the keys of a catalogue's text that more than one entry has."""
    return [key for key, count in Counter(ENTRY.findall(text)).items() if count > 1]


def test_catalogue_holds_no_unused_word() -> None:
    wanted = {message.id for message in wording.collect() if message.id}
    with wording.PO.open("rb") as file:
        kept = {message.id for message in read_po(file) if message.id}

    assert kept - wanted == set()


def test_words_of_every_app_are_collected() -> None:
    """An app whose words nobody collects loses its English with the next writing of the catalogue."""
    own = {app.name for app in apps.get_app_configs() if Path(app.path).parent == Path(settings.BASE_DIR)}

    assert own | {"config"} == set(wording.CODE)


def test_english_keeps_every_placeholder() -> None:
    """A lost placeholder would be an error on the screen."""
    broken = []
    for message in wording.merged():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        wanted = {place for each in ids for place in PLACES.findall(each)}
        broken += [ids[0] for each in strings if each and not set(PLACES.findall(each)) <= wanted]

    assert broken == []
