"""Every status has a writer: what nobody can ever be is dead, or waits for a named room to be built (house.md 5)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

import pytest

from core.states import Machine
from tests.architecture.test_layout import ORDER, PRODUCT_SOURCES, ROOT

READS = {"filter", "exclude", "Q", "count", "When", "get"}
CHOSEN = {"service", "vehicle"}  # a person chooses any of the list on a form
LATER = {
    ("request", "triaged"): "the hotline judges a call before the community approves it",
    ("request", "redirected_online"): "the hotline sends somebody to a doctor on the telephone",
    ("request", "unmet"): "the day's report closes what nobody could serve, so that it can be counted",
    ("trip", "unmet"): "the day's report, as for the request",
    (
        "trip",
        "missed",
    ): "the reports count cars that did not come apart from people who did not; today a late car is a call",
    (
        "planning",
        "queued",
    ): "a question is stored when it is asked, not before; the word goes with the next change of this table",
}


def machines() -> Iterator[Machine]:
    """Yield the machines of every app."""
    for app in ORDER:
        if app != "core" and find_spec(f"{app}.states"):
            yield from (each for each in vars(import_module(f"{app}.states")).values() if isinstance(each, Machine))


MACHINES = {each.name: each for each in machines()}


def written(text: str, enum: str) -> set[str]:
    """Return the members of an enum that a module gives to something: neither compared, nor asked for, nor listed."""
    tree = ast.parse(text)
    names = {enum} | {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target, value in _pairs(node)
        if isinstance(value, ast.Name) and value.id == enum and isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            found |= {
                node.attr
                for node in _given(function)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
            }
    return found


def _pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what an assignment gives to what, also where several are given at once."""
    target = node.targets[0]
    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
        yield from zip(target.elts, node.value.elts, strict=True)
    else:
        yield target, node.value


def _given(node: ast.AST) -> Iterator[ast.AST]:
    """Walk, but not into comparisons and questions to the database."""
    for child in ast.iter_child_nodes(node):
        asks = isinstance(child, ast.Call) and getattr(child.func, "attr", getattr(child.func, "id", "")) in READS
        if isinstance(child, ast.Compare | ast.Set) or asks:  # a set is what something is looked for in
            continue
        yield child
        yield from _given(child)


def unwritten(machine: Machine) -> set[str]:
    """Return the statuses of a machine that no module of its app, or above, ever gives."""
    names = {each.name: each.value for each in machine.statuses}
    own = [path for path in PRODUCT_SOURCES if path.relative_to(ROOT).parts[0] in ORDER and path.name != "states.py"]
    given = {name for path in own for name in written(path.read_text(), machine.statuses.__name__)}
    born = set(machine.start) if len(machine.start) == 1 else set()  # what a new row is without a word
    return set(names.values()) - born - {names[name] for name in given if name in names}


@pytest.mark.parametrize("name", sorted(set(MACHINES) - CHOSEN))
def test_every_status_has_a_writer_or_a_reason(name: str) -> None:
    machine = MACHINES[name]

    assert unwritten(machine) == {status for owner, status in LATER if owner == name}


def test_what_is_compared_or_asked_for_is_not_written() -> None:
    """The twin."""
    text = """
T = Enum
def f(row):
    if row.status == T.A or row.status in {T.B}:
        return rows.filter(status=T.C)
    advance(row, T.D)
    return Row(status=Enum.E)
"""
    assert written(text, "Enum") == {"D", "E"}
