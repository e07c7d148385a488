"""Permission is asked in the service: the first line of every public writer, in one style (house.md 5, Done-when 4).

A writer is a public function of a services module that takes `by`. Its first statement is `policies.check_…(by, …)`,
or it stands in its app's `policies.STEPS`: a part of another act that asked for the whole, which no page may call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.test_layout import PRODUCT_SOURCES, short

ROOT = Path(settings.BASE_DIR)
WINGS = ("planning", "hand", "home", "facts")  # the services of dispatch, each wing with its own readers
APPS = ("accounts", "calls", "communities", "hospitals", "transport", "access", "dispatch")
PAGES = (*APPS, "command")  # it has pages alone: what it changes, a lower app writes
STEPS: dict[str, str] = {
    f"{app}.{name}": reason
    for app in APPS
    for name, reason in vars(import_module(f"{app}.policies")).get("STEPS", {}).items()
}


def writers(text: str) -> Iterator[ast.FunctionDef]:
    """Yield the public functions of a module that say who acts."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            taken = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            if any(argument.arg == "by" for argument in taken):
                yield node


def asks(writer: ast.FunctionDef) -> bool:
    """Say whether a writer's first statement is `policies.check_…(by, …)`."""
    body = writer.body[1:] if ast.get_docstring(writer) else writer.body
    match body:
        case [ast.Expr(ast.Call(ast.Attribute(ast.Name("policies"), name), [ast.Name("by"), *_])), *_]:
            return name.startswith("check_")
    return False


def services() -> Iterator[tuple[str, Path]]:
    """Yield the services modules with their names: `transport.runs`."""
    for path in PRODUCT_SOURCES:
        parts = path.relative_to(ROOT).parts
        if parts[0] in APPS and {"services", *WINGS} & set(parts[1:-1]) and path.name != "__init__.py":
            yield f"{parts[0]}.{path.stem}", path


def silent(module: str, text: str) -> list[str]:
    """List the writers of a module that ask nobody and are no known step."""
    return [name for node in writers(text) if (name := f"{module}.{node.name}") not in STEPS and not asks(node)]


def calls(text: str) -> set[str]:
    """Return what a module calls as `module.function`."""
    return {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }


def test_every_writer_asks_first() -> None:
    """Done-when 4: writers that ask permission: all."""
    broken = [name for module, path in services() for name in silent(module, path.read_text())]

    assert broken == []


@pytest.mark.parametrize(
    "body",
    [
        "row.save()",
        "row = 1\n    policies.check_edit(by, row)",
        "policies.check_edit(row)",
        "if not policies.may_edit(by):\n        return",
        "other.check_edit(by)",
    ],
)
def test_a_writer_that_does_not_ask_is_noticed(body: str) -> None:
    """The twin: no check, a late one, one that forgets who acts, an old boolean, somebody else's."""
    assert silent("access.made_up", f'def change(row, *, by):\n    """Change."""\n    {body}\n') == [
        "access.made_up.change"
    ]


def test_a_check_taken_out_is_noticed() -> None:
    """The twin on the real thing: without its line, each writer that asks is reported."""
    asking = [(module, node) for module, path in services() for node in writers(path.read_text()) if asks(node)]

    assert len(asking) > 60
    for module, node in asking:
        node.body = [line for line in node.body if not ast.unparse(line).startswith("policies.check_")] or [ast.Pass()]
        assert silent(module, ast.unparse(node)) == [f"{module}.{node.name}"]


def test_steps_are_writers_with_a_reason() -> None:
    """No entry outlives its function, none asks already, each says who has asked."""
    known = {f"{module}.{node.name}": asks(node) for module, path in services() for node in writers(path.read_text())}

    assert {name: reason for name, reason in STEPS.items() if known.get(name) is not False or len(reason) < 20} == {}


def pressed() -> Iterator[Path]:
    """Yield what a person reaches directly: pages, interfaces, commands."""
    for path in PRODUCT_SOURCES:
        parts = path.relative_to(ROOT).parts
        if parts[0] in PAGES and ({"views", "management"} & set(parts) or path.name in {"views.py", "api.py"}):
            yield path


def steps_called(text: str) -> set[str]:
    """Return the steps that a module calls by `module.function`, without its app."""
    return calls(text) & {name.split(".", 1)[1] for name in STEPS}


def test_no_page_calls_a_step() -> None:
    """A step is reached through a service that asked."""
    broken = {short(path): found for path in pressed() if (found := steps_called(path.read_text()))}

    assert broken == {}


def test_a_page_that_calls_a_step_is_noticed() -> None:
    """The twin."""
    assert steps_called("trips.cancel_case(row.case_ref, by=actor, at=at, reason='')") == {"trips.cancel_case"}
