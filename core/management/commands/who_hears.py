"""Write docs/reference/who-hears.md: facts and who acts on them, sweeps, timed jobs, doorbells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import hearers

PAGE = Path("docs/reference/who-hears.md")
HEAD = """# Who hears what

Made by `./dev manage who_hears`; do not edit. What is called, grep finds. What is handed over by a table stands here.

"""


def render() -> str:
    """Draw the tables."""
    parts = [
        _table(
            "Facts",
            "A row of the outbox, put in the transaction that makes it true, handed over by the relay "
            "([config/handlers.py](../../config/handlers.py)).",
            ("fact", "told in", "heard by"),
            [(name, _files(told), _functions(heard)) for name, told, heard in hearers.facts()],
        ),
        _table(
            "Sweeps",
            "What the relay looks for every 15 seconds, in this order (`SWEEPS` in "
            "[config/settings.py](../../config/settings.py)); it finds by query what a lost fact would have told.",
            ("sweep",),
            [(_functions([each]),) for each in hearers.sweeps()],
        ),
        _table(
            "Timed jobs",
            "What `beat` does by itself (`TIMED_JOBS` in [config/settings.py](../../config/settings.py)).",
            ("job", "every"),
            [(_functions([job]), f"{every:g} s") for job, every in hearers.timed_jobs()],
        ),
        _table(
            "Doorbells",
            "What a worker does when rung for. The name in the queue is one constant for whoever rings and for the "
            "task.",
            ("name in the queue", "done by", "rung in"),
            [(f"`{name}`", _functions([task]), _files(rung)) for name, task, rung in hearers.doorbells()],
        ),
        _table(
            "Other names",
            "One function of an upper app that a lower one reaches by a setting.",
            ("setting", "stands for"),
            [(f"`{name}`", _functions([function])) for name, function in hearers.wired()],
        ),
    ]
    return HEAD + "\n".join(parts)


def _table(title: str, words: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"## {title}", "", words, "", f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


def _files(paths: list[str]) -> str:
    return "<br>".join(f"[{path}](../../{path})" for path in paths)


def _functions(names: list[str]) -> str:
    pairs = [name.split(" · ") for name in names]
    return "<br>".join(f"[{path}](../../{path}) `{function}`" for path, function in pairs)


class Command(BaseCommand):
    """Write or check the page."""

    help = "Write docs/reference/who-hears.md, or check it with --check."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare or write."""
        path, text = Path(settings.BASE_DIR) / PAGE, render()
        if not options["check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError(f"{PAGE} is out of date: run ./dev manage who_hears")
