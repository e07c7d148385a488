"""A word that an enum holds is written by its name: no comparison and no question of a table spells it out again."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from enum import Enum, StrEnum
from importlib import import_module
from pathlib import Path

import pytest
from django.db.models import TextChoices

from tests.architecture.test_layout import ORDER, PRODUCT_SOURCES, ROOT, short

WHERE = ("core.vocabulary", *(f"{app}.states" for app in ORDER if (ROOT / app / "states.py").exists()))
QUESTIONS = {"filter", "exclude", "get", "Q"}

# lists of everyday words that no row holds: whether somebody is in danger (yes, no), where a pass stands (out, back)
LEFT_OUT = {"Danger", "PassPhase"}

# the same letters with another meaning: file → the words, and what they are there
OTHER_MEANINGS = {
    "access/selectors/home.py": {"submitted", "no_show"},  # states of `core.status_words`
    "access/selectors/residents.py": {"fangcang"},  # a class of house, beside the role it has under the zone rule
    "access/services/emergencies.py": {"gate"},  # whence a request came
    "access/views/people_out.py": {"gate"},  # the topic of a board that a page listens to
    "core/templatetags/components.py": {"gate", "driver"},  # levels of privacy
    "dispatch/planning/critical.py": {"ordinary"},  # what a car can do, in the solver's own words
    "dispatch/planning/explaining.py": {"ordinary", "positive"},  # the same
    "dispatch/planning/question.py": {"ordinary", "positive"},  # the same
    "drill/score.py": {"community"},  # whence a request came
    "ops/up.py": {"none"},  # no demo city
}


def enums() -> list[type[Enum]]:
    """Return every list of words that layers share or an app's states name."""
    return [
        kind
        for name in WHERE
        for _, kind in inspect.getmembers(import_module(name), inspect.isclass)
        if issubclass(kind, TextChoices | StrEnum) and kind.__module__ == name and kind.__name__ not in LEFT_OUT
    ]


WORDS = {each.value for kind in enums() for each in kind}


def spelt(node: ast.expr) -> Iterator[ast.Constant]:
    """Give the string literals of one side of a comparison: the literal itself, or those of a set written there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.Set | ast.Tuple | ast.List):
        for each in node.elts:
            yield from spelt(each)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"frozenset", "set"}:
        for each in node.args:
            yield from spelt(each)


def compared(node: ast.AST) -> list[ast.expr]:
    """Return what a node compares with: the sides of a comparison, or the values a table is asked for."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return [word.value for word in node.keywords if word.arg] if name in QUESTIONS else []
    return [node.value] if isinstance(node, ast.MatchValue) else []


def bare(text: str) -> list[tuple[int, str]]:
    """List (line, word) of every literal in a comparison that an enum has a name for."""
    return [
        (each.lineno, str(each.value))
        for node in ast.walk(ast.parse(text))
        for side in compared(node)
        for each in spelt(side)
        if each.value in WORDS
    ]


def by_hand(path: Path) -> list[str]:
    """List the words of a file that are spelt out, but for those that mean something else there."""
    other = OTHER_MEANINGS.get(short(path), set())
    return [f"{short(path)}:{line} {word}" for line, word in bare(path.read_text()) if word not in other]


def test_no_comparison_spells_out_a_word_that_an_enum_names() -> None:
    assert [each for path in PRODUCT_SOURCES if "matching" not in path.parts for each in by_hand(path)] == []


@pytest.mark.parametrize(
    "code",
    [
        "row.mobility == 'walk'",
        "'walk' != row.mobility",
        "row.role in {'staff', 'x'}",
        "row.role not in frozenset({'lead'})",
        "rows.filter(status='approved')",
        "rows.exclude(Q(to_kind__in=['facility']))",
        "match kind:\n    case 'dialysis':\n        pass",
    ],
)
def test_a_word_spelt_out_is_noticed(code: str) -> None:
    assert len(bare(code)) == 1


@pytest.mark.parametrize("code", ["row.mobility == Mobility.WALK", "row.colour == 'blue'", "say('walk')", "x = 'walk'"])
def test_names_and_other_words_pass(code: str) -> None:
    assert bare(code) == []


def test_every_exception_is_still_needed() -> None:
    found = {name: {word for _, word in bare((ROOT / name).read_text())} for name in OTHER_MEANINGS}

    assert {name: words - found[name] for name, words in OTHER_MEANINGS.items() if words - found[name]} == {}


def test_the_shared_words_are_among_them() -> None:
    assert {"walk", "sealed", "positive", "dialysis", "hemodialysis", "AM", "staff", "facility", "weekly"} <= WORDS


CLOCK = re.compile(r"""(["':]|\{)%H:%M["'}]""")  # 12:42 alone; with a day before it, it is another text


def test_a_clock_time_is_said_in_one_way() -> None:
    """`hhmm` alone says a time of the day: an own one forgets the zone, or the moment that is not known."""
    spelt_out = [short(path) for path in PRODUCT_SOURCES if CLOCK.search(path.read_text())]

    assert spelt_out == ["core/vocabulary.py"]


@pytest.mark.parametrize("code", ['at.strftime("%H:%M")', 'f"{at:%H:%M} {name}"'])
def test_an_own_clock_text_is_noticed(code: str) -> None:
    assert CLOCK.search(code)
