"""Write docs/reference/rule-tests.md: which tests name which rule, invariant or edge case."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

PAGE = Path("docs/reference/rule-tests.md")
IDENT = re.compile(r"\b(R-00\d-\d+[a-h]?|INV-\d{2}|E\d{1,2}|C\d{1,2})\b")


def mentions() -> dict[str, set[str]]:
    """Map each id to the tests whose name or docstring carries it."""
    found: dict[str, set[str]] = defaultdict(set)
    root = Path(settings.BASE_DIR)
    for path in sorted((root / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for ident in IDENT.findall(ast.get_docstring(node) or ""):
                    found[ident].add(f"`{path.relative_to(root)}` {node.name}")
    return found


def render() -> str:
    """Draw the table, sorted as people count."""
    rows = [f"| {ident} | {'<br>'.join(sorted(tests))} |" for ident, tests in sorted(mentions().items(), key=_natural)]
    head = "# Which test proves which rule\n\nMade by `./dev manage rule_table`; do not edit.\n\n| id | tests |\n| --- | --- |\n"
    return head + "\n".join(rows) + "\n"


def _natural(item: tuple[str, set[str]]) -> list[Any]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", item[0])]


class Command(BaseCommand):
    """Write or check the table."""

    help = "Write docs/reference/rule-tests.md, or check it with --check."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare or write."""
        path = Path(settings.BASE_DIR) / PAGE
        text = render()
        if not options["check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError(f"{PAGE} is out of date: run ./dev manage rule_table")
