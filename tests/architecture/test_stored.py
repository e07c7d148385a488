"""What a service writes into a row is no word of the presser's language: `stored`, never a translation (house rule)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.test_layout import PRODUCT_SOURCES, short

WRITERS = {"services", "facts", "planning", "home", "hand"}
TRANSLATES = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
KEPT = {"reason", "note", "told_change", "words", "who", "place", "ended_words", "carried_by"}


def translated(text: str) -> list[int]:
    """Return the lines of every translation that is handed on under a name that rows keep."""
    return sorted(
        inner.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg in KEPT
        for inner in ast.walk(word.value)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in TRANSLATES
    )


def writes(path: Path) -> bool:
    """Say whether a file may write rows."""
    return bool(WRITERS & set(path.parts)) and "views" not in path.parts


def test_no_service_stores_the_language_of_whoever_presses() -> None:
    assert {
        short(path): found for path in PRODUCT_SOURCES if writes(path) and (found := translated(path.read_text()))
    } == {}


@pytest.mark.parametrize(
    "code",
    [
        "advance(row, S, reason=_('没接到人'))",
        "Trouble(kind, note=_('%s 人') % 2)",
        "row.update(told_change=_('改了'))",
    ],
)
def test_a_stored_translation_is_noticed(code: str) -> None:
    assert translated(code) == [1]


@pytest.mark.parametrize("code", ["advance(row, S, reason=stored('没接到人'))", "Conflict('a.b', _('没接到人'))"])
def test_a_stored_sentence_and_a_refusal_pass(code: str) -> None:
    assert translated(code) == []
