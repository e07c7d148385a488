"""Collecting the words of the screens: every msgid of code and templates, for the English catalogue."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

CODE = (
    "core", "accounts", "calls", "communities", "hospitals", "transport", "access", "dispatch", "command", "drill",
    "config",
)  # fmt: skip
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_T": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "lazy": None,
    "noop": None,
    "stored": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_NO_DATE = datetime(2026, 11, 1, tzinfo=UTC)  # a date that changed with every run would be a conflict a day
PO = Path(settings.BASE_DIR) / "locale" / "en" / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[tuple[str, bytes]]:
    """Yield (name, Python-like source) of every file that may hold words."""
    root = Path(settings.BASE_DIR)
    for app in CODE:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(root)), path.read_bytes()
    for path in sorted((root / "templates").rglob("*.html")):
        name = str(path.relative_to(root))
        yield name, _flat(templatize(path.read_text(), origin=name)).encode()


def _flat(source: str) -> str:
    """Take the indentation off a template's lines: to the reader of Python words it would be a wrong block."""
    return "\n".join(line.lstrip() for line in source.split("\n"))


def collect() -> Catalog:
    """Return a catalogue of every msgid."""
    catalog = Catalog(
        locale="en",
        charset="utf-8",
        fuzzy=False,
        project="there-and-back",
        version="0.1.0",
        copyright_holder="the There and Back maintainers",
        last_translator="",
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
        header_comment="# English words of 一来一回. The msgids are the Chinese words themselves.",
    )
    for _name, source in sources():
        for _line, function, messages, _comments in extract_python(
            io.BytesIO(source), KEYWORDS, (), {"encoding": "utf-8"}
        ):
            ident, context = _ident(function, messages)
            if ident:
                catalog.add(ident, context=context, flags=_flags(ident))
    return catalog


def _ident(function: Any, messages: Any) -> tuple[Any, str | None]:
    """Return (msgid, context) of one call."""
    words = list(messages) if isinstance(messages, tuple) else [messages]
    context = words.pop(0) if function in {"pgettext", "pgettext_lazy", "npgettext"} else None
    if function and function.startswith(("ngettext", "npgettext")) and len(words) > 1:
        return (words[0], words[1]), context
    return words[0], context


def _flags(ident: Any) -> list[str]:
    text = ident[0] if isinstance(ident, tuple) else ident
    return ["python-format"] if "%(" in text else []


def merged() -> Catalog:
    """Return the English catalogue brought up to date: known words kept, new ones empty, unused ones gone."""
    fresh = collect()
    if PO.exists():
        with PO.open("rb") as handle:
            known = read_po(handle, locale="en", charset="utf-8")
        for message in fresh:
            old = known.get(message.id, message.context) if message.id else None
            if old is not None and old.string and isinstance(old.id, tuple) == isinstance(message.id, tuple):
                message.string = old.string
    return fresh


def untranslated(catalog: Catalog) -> list[str]:
    """List the msgids without English."""
    missing: list[str] = []
    for message in catalog:
        strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        if message.id and not all(strings):
            missing.append(str(message.id[0] if isinstance(message.id, tuple) else message.id))
    return missing


def store(catalog: Catalog) -> None:
    """Write the catalogue, sorted, without dates and line numbers."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as handle:
        write_po(
            handle, catalog, width=110, sort_output=True, omit_header=False, no_location=True, include_previous=False
        )
