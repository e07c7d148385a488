"""Who hears what: every hop that is wired by a table or by a name, gathered for one page (docs/reference/who-hears.md).

Calls are found by grep. Four things are not calls: a fact handed over by the relay, a sweep, a timed job, a doorbell
for a worker. Each stands in one table of `config`; this module reads those tables and where the facts are told.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

from core import outbox, wording

WIRED = (
    "SIGNING_OUT",
    "HOTLINE_OF",
    "BOARDS_OF_CASE",
)  # settings that name one function of an upper app for a lower one
_TABLES = {"events.py", "handlers.py", "heard.py"}


def facts() -> list[tuple[str, list[str], list[str]]]:
    """Return (class, files that tell it, functions that hear it) of every fact, by class."""
    sources = {path: path.read_text() for path in _product()}
    rows = []
    for event, heard in outbox.registered().items():
        word = re.compile(rf"\b{event.__name__}\b")
        told = [_short(path) for path, text in sources.items() if path.name not in _TABLES and word.search(text)]
        rows.append((f"{event.__module__.split('.')[0]}.{event.__name__}", told, [_named(each) for each in heard]))
    return sorted(rows)


def sweeps() -> list[str]:
    """Return what the relay sweeps for, in its order."""
    return [_named(import_string(path)) for path in settings.SWEEPS]


def timed_jobs() -> list[tuple[str, float]]:
    """Return what beat does by itself, and every how many seconds."""
    return [(_named(import_string(path)), every) for path, every in settings.TIMED_JOBS.items()]


def doorbells() -> list[tuple[str, str, list[str]]]:
    """Return (task's name in the queue, its function,
    files that name its constant) of what workers do when rung for.
    """
    current_app.loader.import_default_modules()
    rows = []
    for name, task in sorted(current_app.tasks.items()):
        if not name.startswith("celery."):
            constant = name.rsplit(".", 1)[1].upper()
            word = re.compile(rf"\b{constant}\b")
            found = [
                _short(path)
                for path in _product()
                if path.name not in {"tasks.py", "doorbells.py"} and word.search(path.read_text())
            ]
            rows.append((name, _named(task.run), found))
    return rows


def wired() -> list[tuple[str, str]]:
    """Return the other names of `settings` that stand for one function above."""
    return [(name, _named(import_string(getattr(settings, name)))) for name in WIRED]


def _named(function: Callable[..., Any]) -> str:
    """Name a function by file and name."""
    plain = inspect.unwrap(function)
    return f"{plain.__module__.replace('.', '/')}.py · {plain.__name__}"


def _product() -> Iterator[Path]:
    """Yield the sources of every app."""
    for app in apps.get_app_configs():
        if app.name in wording.CODE:
            yield from sorted(path for path in Path(app.path).rglob("*.py") if "migrations" not in path.parts)


def _short(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))
