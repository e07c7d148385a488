"""Write docs/reference/promises.md: each sentence that promises something, and the test that sees it kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import promises

PAGE = Path("docs/reference/promises.md")


def render() -> str:
    """Draw the table, screens first."""
    said, named = promises.sentences(), promises.kept()
    rows = [
        f"| {words} | {place} | {named[words]} |"
        for words, place in sorted(said.items(), key=lambda each: (each[1], each[0]))
        if words in named
    ]
    head = (
        "# What the screens and guides promise\n\nMade by `./dev manage promise_table`; do not edit. A sentence that "
        "says"
        " somebody is told, or that something will happen, and the test that reads it on *that somebody's* screen or "
        "sees"
        " a worker do it. Sentences that only look like promises: [no-promises.md](no-promises.md).\n\n"
        "| sentence | stands | kept by |\n| --- | --- | --- |\n"
    )
    return head + "\n".join(rows) + "\n"


class Command(BaseCommand):
    """Write or check the table."""

    help = "Write docs/reference/promises.md, or check it and every promise with --check."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare or write; name the promises nobody keeps."""
        path = Path(settings.BASE_DIR) / PAGE
        text = render()
        if not options["check"]:
            path.write_text(text)
        for words, place in promises.unkept().items():
            self.stderr.write(f"no test keeps ({place}): {words}")
        if not options["check"]:
            return
        if promises.unkept() or promises.stale():
            raise CommandError(f"promises without a test, or no longer said: {promises.stale()}")
        if not path.exists() or path.read_text() != text:
            raise CommandError(f"{PAGE} is out of date: run ./dev manage promise_table")
