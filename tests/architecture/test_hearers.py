"""What is wired by a table or by a name can be followed: each name leads to one function, and the page tells them all."""

from __future__ import annotations

import inspect
import re

import pytest
from celery import current_app
from django.conf import settings
from django.utils.module_loading import import_string

from core import hearers
from core.heartbeat import QUEUES
from tests.architecture.test_layout import PRODUCT_SOURCES, short

NAMED = [*settings.SWEEPS, *settings.TIMED_JOBS, *(getattr(settings, name) for name in hearers.WIRED)]


@pytest.mark.parametrize("path", NAMED)
def test_a_name_in_the_settings_is_where_the_function_stands(path: str) -> None:
    """Not where it is imported to: grep for the whole name finds the file."""
    function = inspect.unwrap(import_string(path))

    assert f"{function.__module__}.{function.__name__}" == path
    assert "at" in inspect.signature(function).parameters or path == settings.BOARDS_OF_CASE  # it asks for no time


def test_no_other_setting_names_a_function_of_ours() -> None:
    """A new one stands in `hearers.WIRED`, and so on the page."""
    ours = re.compile(r"^(?:access|accounts|calls|communities|command|dispatch|hospitals|transport)\.\w+(?:\.\w+)+$")
    plain = {name for name in dir(settings) if name.isupper() and ours.match(str(getattr(settings, name)))}

    assert plain - {"SESSION_ENGINE"} == set(hearers.WIRED)


def test_every_doorbell_is_a_constant_that_somebody_rings() -> None:
    """The name of a task in the queue is written once; the task and whoever rings take it from there."""
    bells = hearers.doorbells()

    assert len(bells) >= len(QUEUES)
    assert [name for name, _task, rung in bells if not rung] == []
    for name, _task, _rung in bells:
        written = [short(path) for path in PRODUCT_SOURCES if f'"{name}"' in path.read_text()]
        assert len(written) == 1, (name, written)


def test_a_doorbell_written_twice_is_noticed() -> None:
    """The twin: what the test above counts is the literal itself."""
    name = hearers.doorbells()[0][0]

    assert sum(f'"{name}"' in text for text in (f'ring("{name}")', f'@shared_task(name="{name}")')) == 2
    assert name in current_app.tasks


def test_every_fact_is_told_and_heard_somewhere() -> None:
    rows = hearers.facts()

    assert len(rows) > 20
    assert [name for name, told, heard in rows if not told or not heard] == []
