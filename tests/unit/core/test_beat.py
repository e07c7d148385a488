"""The timed jobs: whatever needs no wish of a person to run is on the beat, and some worker takes it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.celery import BEAT, app
from ops import services


def unscheduled(beat: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the tasks that ask for no case and no area, and that nothing ever rings for."""
    app.loader.import_default_modules()
    own = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    timed = {name for name, task in own.items() if not inspect.signature(task.run).parameters}
    return timed - {row["task"] for row in beat.values()}


def test_every_timed_job_is_on_the_beat() -> None:
    assert unscheduled(BEAT) == set()


@pytest.mark.parametrize("name", sorted(BEAT))
def test_a_job_that_fell_off_the_beat_is_found(name: str) -> None:
    """The twin: the test above sees each job that is missing."""
    assert unscheduled({key: row for key, row in BEAT.items() if key != name}) == {BEAT[name]["task"]}


@pytest.mark.parametrize("name", sorted(BEAT))
def test_a_worker_takes_each_timed_job(name: str) -> None:
    """The task exists, a worker listens to its queue, and its message lives no longer than to the next one."""
    row = BEAT[name]
    commands = [services.command(each, data=Path("data")) for each in ("worker", "worker-urgent")]
    queues = {queue for command in commands for queue in command[command.index("-Q") + 1].split(",")}

    app.loader.import_default_modules()
    assert row["task"] in app.tasks
    assert row["options"]["queue"] in queues
    assert 0 < row["options"]["expires"] < row["schedule"]
