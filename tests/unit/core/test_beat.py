"""The timed jobs: whatever needs no wish of a person to run is among them, none plans, and `beat` ends at once."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import textwrap
import time

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from config.celery import app
from core.management.commands import beat
from ops.places import ROOT


@pytest.mark.parametrize("path", sorted(settings.TIMED_JOBS))
def test_a_timed_job_takes_the_moment_and_nothing_else(path: str) -> None:
    asked = {name: each.default for name, each in inspect.signature(import_string(path)).parameters.items()}
    assert [name for name, default in asked.items() if default is inspect.Parameter.empty] == ["at"]
    assert settings.TIMED_JOBS[path] >= 60


def test_no_task_waits_for_a_clock() -> None:
    """What keeps time is not behind what plans: no task without a subject, and no queue but those that plan."""
    app.loader.import_default_modules()
    own = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert {name for name, task in own.items() if not inspect.signature(task.run).parameters} == set()


def test_a_job_that_fails_is_due_again_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beat.heartbeat, "beat", lambda _name: None)
    job = beat.Job("tests.sweeps.broken_job", 100, next_at=0.0)

    beat.do(job)

    assert job.next_at > time.monotonic() + 50


ENDING = """
    import os, signal, sys, threading
    import django
    django.setup()
    from core.management.commands import beat
    signal.signal(signal.SIGTERM, beat.end_at_once)
    lock = threading.Condition()
    with lock:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        {stand}
    sys.exit(3)
"""


@pytest.mark.parametrize(
    "stand",
    ["lock.wait(30)", "threading.Event().wait(30)", "[None for _ in iter(int, 1)]", "__import__('time').sleep(30)"],
)
def test_beat_ends_at_once_wherever_it_stands(stand: str) -> None:
    """A handler that sets an event or raises can be swallowed or wait for a lock its own thread holds; this one cannot."""
    code = textwrap.dedent(ENDING).format(stand=stand)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, timeout=20, check=False)

    assert ended.returncode == 0
