"""Write docs/reference/states.md from the tables of the machines, or check that it is current."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.states import Machine

PAGE = Path("docs/reference/states.md")


def all_machines() -> list[tuple[str, Machine]]:
    """Collect (app, machine) from each app's `states.py`."""
    found = []
    for app in apps.get_app_configs():
        if app.name != "core" and find_spec(f"{app.name}.states"):
            module = import_module(f"{app.name}.states")
            found += [(app.name, value) for value in vars(module).values() if isinstance(value, Machine)]
    return found


def render() -> str:
    """Draw every machine with its words."""
    parts = ["# States\n\nMade by `./dev manage state_pages` from each app's `states.py`; do not edit.\n"]
    for app, machine in all_machines():
        words = "\n".join(f"| `{value}` | {label} |" for value, label in machine.statuses.choices)
        parts.append(
            f"## {machine.name} (`{app}`)\n\n```mermaid\n{machine.as_mermaid()}\n```\n\n| status | 中文 |\n| --- | "
            f"--- |\n{words}\n"
        )
    return "\n".join(parts)


class Command(BaseCommand):
    """Write or check the page of states."""

    help = "Write docs/reference/states.md, or check it with --check."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare or write."""
        path = settings.BASE_DIR / PAGE
        text = render()
        if not options["check"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError(f"{PAGE} is out of date: run ./dev manage state_pages")
