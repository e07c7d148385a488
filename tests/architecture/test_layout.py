"""Size budgets, keys by name, statuses, one writer: what a linter cannot see (architecture.md section 3)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT = Path(settings.BASE_DIR)
ORDER = ["core", "accounts", "calls", "communities", "hospitals", "transport", "access", "dispatch", "command", "drill"]
PRODUCT = [*ORDER, "setup", "messages", "config", "matching", "ops"]
MAX_FILE, MAX_TEST, MAX_FUNCTION, MAX_TEMPLATE, MAX_TEMPLATE_LINE = 300, 600, 60, 200, 160


def tracked(pattern: str) -> list[Path]:
    """Return the files of the product that git knows, or would take."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", pattern], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).exists()]


SOURCES = [path for path in tracked("*.py") if "migrations" not in path.parts]
PRODUCT_SOURCES = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in PRODUCT]


def short(path: Path) -> str:
    """Name a file for a test id."""
    return str(path.relative_to(ROOT))


def oversized(path: Path) -> list[str]:
    """List what in a file is over its budget."""
    text = path.read_text()
    limit = MAX_TEST if "tests" in path.parts else MAX_FILE
    found = [f"{len(text.splitlines())} lines, over {limit}"] if len(text.splitlines()) > limit else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION:
                found.append(f"{node.name} has {length} lines, over {MAX_FUNCTION}")
    return found


def test_files_and_functions_stay_small() -> None:
    broken = {short(path): found for path in SOURCES if (found := oversized(path))}

    assert broken == {}


def test_size_budget_bites(tmp_path: Path) -> None:
    """The twin: a long function is noticed."""
    path = tmp_path / "long.py"
    path.write_text("def f():\n" + "    x = 1\n" * (MAX_FUNCTION + 1))

    assert oversized(path)


def test_templates_stay_small() -> None:
    long = {short(p): n for p in tracked("templates/*.html") if (n := len(p.read_text().splitlines())) > MAX_TEMPLATE}

    assert long == {}


def overlong(text: str) -> list[int]:
    """Find the lines of a template that nobody can review: several elements packed into one."""
    return [number for number, line in enumerate(text.splitlines(), 1) if len(line) > MAX_TEMPLATE_LINE]


def test_templates_are_open() -> None:
    """One element a line: what is packed into one line cannot be reviewed, and two changes of it cannot be merged."""
    packed = {short(p): found for p in tracked("templates/*.html") if (found := overlong(p.read_text()))}

    assert packed == {}


def test_a_packed_line_is_noticed() -> None:
    assert overlong("<p>short</p>\n" + "<p>" + "packed " * 30 + "</p>\n") == [2]


def test_no_key_points_upward() -> None:
    """A foreign key written as a string escapes the import graph."""
    upward = []
    for app in ORDER:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                target = getattr(field, "related_model", None)
                if isinstance(field, models.ForeignKey | models.ManyToManyField | models.OneToOneField) and target:
                    other = target._meta.app_label
                    if other in ORDER and ORDER.index(other) > ORDER.index(app):
                        upward.append(f"{model.__name__}.{field.name} → {target.__name__}")

    assert upward == []


def test_views_read_through_selectors() -> None:
    """No Model.objects and no get_object_or_404 in views and api."""
    pages = [
        p
        for p in PRODUCT_SOURCES
        if ("views" in p.parts or p.name in {"views.py", "api.py"}) and "config" not in p.parts
    ]
    broken = [short(p) for p in pages if re.search(r"\.objects\b|get_object_or_404", p.read_text())]

    assert broken == []


def assigns_status(text: str) -> list[int]:
    """Find the lines that assign a status outside create calls."""
    lines = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign):
            lines += [node.lineno for t in node.targets if isinstance(t, ast.Attribute) and t.attr == "status"]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            lines += [node.lineno for word in node.keywords if word.arg == "status"]
    return lines


RESPONSES = {"core/idempotency.py"}  # `row.status` there is an HTTP status


def test_statuses_have_one_writer() -> None:
    """INV-10: status fields are assigned nowhere but core/advance.py and create calls."""
    apps_only = [p for p in PRODUCT_SOURCES if p.relative_to(ROOT).parts[0] in ORDER]
    broken = {short(p): found for p in apps_only if (found := assigns_status(p.read_text()))}

    assert {name: lines for name, lines in broken.items() if name not in RESPONSES | {"core/advance.py"}} == {}


@pytest.mark.parametrize("code", ["row.status = 'x'", "Row.objects.filter(pk=1).update(status='x')"])
def test_second_writer_is_noticed(code: str) -> None:
    assert assigns_status(code)


# a proposal is taken by a press now and then: the engine and its arrays are 14 MB in every process that serves pages
LOADED_LATE = {"dispatch/planning/engine_switch.py"}


def test_no_first_party_import_inside_a_function() -> None:
    broken = []
    for path in PRODUCT_SOURCES:
        if short(path) in LOADED_LATE:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                for inner in ast.walk(node):
                    name = getattr(inner, "module", None) if isinstance(inner, ast.ImportFrom) else None
                    if name and name.split(".")[0] in PRODUCT:
                        broken.append(f"{short(path)}:{inner.lineno}")

    assert broken == []


def test_pages_are_served_without_the_engine() -> None:
    """What the server loads before it forks has no arrays: each of its processes would hold them."""
    code = (
        "import django, sys; django.setup(); from config import warm; warm.load_pages(); print('numpy' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "False"


def test_no_signal_receivers_and_no_ignored_triggers() -> None:
    broken = [short(p) for p in PRODUCT_SOURCES if re.search(r"@receiver|pgtrigger\.ignore\(", p.read_text())]

    assert broken == []


def test_public_services_say_what_they_do() -> None:
    silent = []
    for path in PRODUCT_SOURCES:
        if {"services", "matching", "planning", "hand", "home", "facts"} & set(path.parts):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                    silent.append(f"{short(path)}:{node.name}")

    assert silent == []


def test_no_empty_module() -> None:
    empty = [short(p) for p in PRODUCT_SOURCES if p.name != "__init__.py" and not p.read_text().strip()]

    assert empty == []


def test_pages_hold_no_inline_style_script_or_handler() -> None:
    """G20: the policy blocks them; a page that needs them would break silently."""
    pattern = re.compile(r"""\sstyle=["']|<style|<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=["']""")
    broken = [short(p) for p in tracked("templates/*.html") if pattern.search(p.read_text())]

    assert broken == []


def test_lock_files_hold_no_address() -> None:
    broken = [short(p) for p in tracked("*.lock") if re.search(r"https?://", p.read_text())]

    assert broken == []
