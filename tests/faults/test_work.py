"""Work that stops is seen and starts again (issue E): whoever asks meanwhile is placed, or waits with an owner.

Short rounds here; every fault for 5, 10, 20 and 60 s, ten rounds each, are in tests/longer/test_work_for_long.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from ops.servers import Stack
from tests.faults.scenarios import FAULTS, play
from tests.faults.work import PLACED, TWICE, UNSEEN, Works, count, people, queued, working

WITHIN_S = 60
SILENT = "SELECT count(*) FROM core_workerheartbeat WHERE silent_since < clock_timestamp() - interval '20 s'"


@pytest.fixture(scope="module")
def works(district: Stack) -> Iterator[Works]:
    """Everything at work, under the supervisor's eye, for all the rounds."""
    with working(district) as started:
        yield started


def placed_within(works: Works, case: list[str], seconds: float) -> bool:
    """Wait until somebody has place and car."""
    return works.until(lambda: count(works.stack, PLACED, case) == len(case), seconds)


def test_six_hundred_who_cannot_be_helped_starve_nobody(works: Works) -> None:
    """R-000-2: life first, and an ordinary request beside them is placed within 30 s; the queues stay short."""
    assert people(works.stack, "critical", 600)["asked"] == 600
    longest = 0
    for _ in range(3):
        asked = time.monotonic()
        case = people(works.stack, "some", 1)["asked"]

        assert placed_within(works, case, 30), "an ordinary request starves"
        sys.stderr.write(f"\nbeside 600 critical: placed after {time.monotonic() - asked:.1f} s\n")
        for _ in range(10):
            works.wait(1)
            longest = max(longest, queued(works.stack))

    people(works.stack, "forget")
    sys.stderr.write(f"at most {longest} messages in the queues\n")
    assert longest < 10


@pytest.mark.parametrize(
    ("server", "fault", "seconds"),
    [("valkey", "freeze", 20), ("valkey", "kill", 5), ("postgres", "freeze", 10), ("postgres", "kill", 5)],
)
def test_everything_asked_is_placed_or_has_an_owner(works: Works, server: str, fault: str, seconds: int) -> None:
    """INV-37, INV-08: with plans at work and 20 writes a second, within a minute of the end of the fault."""
    took = play(works, server, FAULTS[fault], seconds)

    assert took <= WITHIN_S
    assert count(works.stack, TWICE) == 0
    assert queued(works.stack) < 20


def test_a_frozen_worker_is_seen_and_another_takes_over(works: Works) -> None:
    """The watchdog: nobody thaws it, and whoever asks is looked at all the same, and health is green again."""
    works.stack.freeze("worker")
    frozen = works.stack.children["worker"].pid
    case = people(works.stack, "some", 1)["asked"]

    assert works.until(lambda: count(works.stack, UNSEEN, case) == 0, WITHIN_S)
    assert works.until(lambda: works.supervisor.kept["worker"].child.pid != frozen, WITHIN_S), "it is started again"
    assert works.until(lambda: count(works.stack, SILENT) == 0, WITHIN_S)


def test_without_the_watch_a_frozen_worker_stops_the_work(district: Stack, works: Works) -> None:
    """The twin: the same fault with supervisor's eye and stand-in taken away, and nobody is looked at."""
    works.stop()
    district.extra["WATCH_WORK"] = "false"
    try:
        with working(district, has_watchdog=False) as unwatched:
            district.freeze("worker")
            case = people(district, "some", 1)["asked"]

            assert not unwatched.until(lambda: count(district, UNSEEN, case) == 0, 45)
    finally:
        del district.extra["WATCH_WORK"]
