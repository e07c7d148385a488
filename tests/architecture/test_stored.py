"""What a service writes into a row is no word of the presser's language: `stored`, never a translation (house rule)."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from tests.architecture.test_layout import PRODUCT_SOURCES, short

WRITERS = {"services", "facts", "planning", "home", "hand"}
TRANSLATES = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
KEEPS = {"stored", "in_chinese", "stored_label"}
KEPT = {"reason", "note", "told_change", "words", "who", "place", "ended_words", "carried_by"}
CHINESE = re.compile("[\u4e00-\u9fff]")


def unkept(text: str, kept: Collection[str] = frozenset(KEPT)) -> list[int]:
    """Return the lines of what is handed on under a name that rows keep, but is not as rows keep it."""
    return sorted(
        line
        for scope in scopes(ast.parse(text))
        for call in ast.walk(scope)
        if isinstance(call, ast.Call)
        for word in call.keywords
        if word.arg in kept
        for value in values_of(word.value, scope)
        for line in faults(value)
    )


def scopes(module: ast.Module) -> list[ast.stmt]:
    """Return the parts of a module that have names of their own: each function, and each statement beside them."""
    methods = [part for each in module.body if isinstance(each, ast.ClassDef) for part in each.body]
    return [each for each in module.body if not isinstance(each, ast.ClassDef)] + methods


def values_of(value: ast.expr, scope: ast.stmt) -> list[ast.expr]:
    """Return what a name stands for in its function, and anything else as it is."""
    if not isinstance(value, ast.Name):
        return [value]
    assigned = [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]
    return [
        node.value for node in assigned if any(isinstance(to, ast.Name) and to.id == value.id for to in node.targets)
    ]


def faults(value: ast.AST) -> Iterator[int]:
    """Yield the lines of a translation, of a label in the reader's language, and of Chinese that no catalogue knows."""
    if isinstance(value, ast.Call) and named(value.func) in KEEPS:
        return
    if isinstance(value, ast.Call) and (named(value.func) in TRANSLATES or says_label(value)):
        yield value.lineno
        return
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and CHINESE.search(value.value):
        yield value.lineno
    for part in ast.iter_child_nodes(value):
        yield from faults(part)


def named(function: ast.expr) -> str:
    """Return the name of what is called."""
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def says_label(call: ast.Call) -> bool:
    """Say whether a call gives a label in the language of whoever presses."""
    is_str = named(call.func) == "str" and any(
        isinstance(word, ast.Attribute) and word.attr == "label" for word in call.args
    )
    return is_str or bool(re.fullmatch("get_.+_display", named(call.func)))


def writes(path: Path) -> bool:
    """Say whether a file may write rows, or hands what is written to who does."""
    return bool(WRITERS & set(path.parts))


def test_no_service_stores_the_language_of_whoever_presses() -> None:
    assert {
        short(path): found for path in PRODUCT_SOURCES if writes(path) and (found := unkept(path.read_text()))
    } == {}


def test_no_page_hands_on_a_reason_in_the_language_of_whoever_presses() -> None:
    pages = [path for path in PRODUCT_SOURCES if "views" in path.parts]

    assert {short(path): found for path in pages if (found := unkept(path.read_text(), {"reason"}))} == {}


@pytest.mark.parametrize(
    "code",
    [
        "advance(row, S, reason=_('没接到人'))",
        "Trouble(kind, note=_('%s 人') % 2)",
        "row.update(told_change=_('改了'))",
        "let_go(row, reason='另行安排')",
        "let_go(row, reason=f'{n} 人')",
        "let_go(row, reason=str(End(how).label))",
        "let_go(row, reason=row.get_outcome_display())",
        "def f():\n    why = _('停用'); off(row, reason=why)",
    ],
)
def test_a_word_not_as_rows_keep_it_is_noticed(code: str) -> None:
    assert unkept(code) == [code.count(chr(10)) + 1]


@pytest.mark.parametrize(
    "code", ["advance(row, S, reason=stored('没接到人'))", "Conflict('a.b', _('没接到人'))", "f(who=row.name)"]
)
def test_a_stored_sentence_and_a_refusal_pass(code: str) -> None:
    assert unkept(code) == []
