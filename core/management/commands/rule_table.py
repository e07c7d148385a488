"""Write docs/reference/rule-tests.md: which tests name which rule of docs/reference/rules.md, and what they drive."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

RULES = Path("docs/reference/rules.md")
PAGE = Path("docs/reference/rule-tests.md")
ROW = re.compile(r"^\| \*{0,2}(R-00\d-\d+[a-h]?|E\d{1,2}|C\d{1,2})\*{0,2} \|", re.MULTILINE)
IDENT = re.compile(r"(?<!decision )\b(R-00\d-\d+[a-h]?|E\d{1,2}|C\d{1,2})\b")
# what a test drives, the strongest first
SCREEN, WORKER, FUNCTION = "screen", "worker", "function"
BROWSER = {"functional", "journeys"}  # folders whose tests drive a browser
WORKERS = {"faults", "drill", "longer"}  # folders whose tests drive real processes, or a whole day of them
ASKS = re.compile(r"\b(client|page|browser)\b|\.(get|post)\(\s*[\"'f]|\bstrip\(|\bClient\(|\breverse\(")
WORKS = re.compile(r"\bdeliver_next\(|\bcall_command\(\s*[\"']relay|\brelay\w*\(|\bdeliver\w*\(")


@dataclass(frozen=True, order=True)
class Proof:
    """One test that names a rule, and what it drives."""

    path: str
    name: str
    drives: str


def catalogue() -> list[str]:
    """List the ids that rules.md has a row for, as people count."""
    found = set(ROW.findall((Path(settings.BASE_DIR) / RULES).read_text()))
    return sorted(found, key=_natural)


def mentions() -> dict[str, set[Proof]]:
    """Map each id of the catalogue to the tests whose docstring carries it."""
    known = set(catalogue())
    found: dict[str, set[Proof]] = defaultdict(set)
    root = Path(settings.BASE_DIR)
    for path in sorted((root / "tests").rglob("test_*.py")):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                source = ast.get_source_segment(text, node) or ""
                proof = Proof(str(path.relative_to(root)), node.name, drives(path, node, source))
                for ident in set(IDENT.findall(ast.get_docstring(node) or "")) & known:
                    found[ident].add(proof)
    return found


def drives(path: Path, node: ast.FunctionDef, source: str) -> str:
    """Say whether a test drives a screen (a page or the API as a person's client asks for it), a worker,
    or a function.
    """
    asked_for = {each.arg for each in node.args.args}
    if BROWSER & set(path.parts) or {"client", "page"} & asked_for or ASKS.search(source):
        return SCREEN
    return WORKER if WORKERS & set(path.parts) or WORKS.search(source) else FUNCTION


def render() -> str:
    """Draw the table: every rule of the catalogue, its tests, and what the strongest of them drives."""
    found = mentions()
    rows = [f"| {ident} | {_strongest(found[ident])} | {_listed(found[ident])} |" for ident in catalogue()]
    proved = sum(1 for ident in catalogue() if found[ident])
    head = (
        "# Which test proves which rule\n\nMade by `./dev manage rule_table`; do not edit. The ids are those of"
        f" [rules.md](rules.md); {proved} of {len(catalogue())} have a test. A test drives a *screen* (a page or the "
        f"API,"
        " as a person's browser asks for it), a *worker* (the relay or a process), or a *function*.\n\n"
        "| id | drives | tests |\n| --- | --- | --- |\n"
    )
    return head + "\n".join(rows) + "\n"


def _strongest(proofs: set[Proof]) -> str:
    return next((each for each in (SCREEN, WORKER, FUNCTION) if any(proof.drives == each for proof in proofs)), "–")


def _listed(proofs: set[Proof]) -> str:
    return "<br>".join(f"`{proof.path}` {proof.name} ({proof.drives})" for proof in sorted(proofs))


def _natural(ident: str) -> list[Any]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", ident)]


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
