"""Every fault of the broker and of the database, for 5, 10, 20 and 60 s, again and again (issue E, done when 6).

`WORK_ROUNDS` rounds of each, one by default: ten take about four hours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from ops.servers import Stack
from tests.faults.conftest import district  # noqa: F401 (the fixture)
from tests.faults.scenarios import FAULTS, play
from tests.faults.work import TWICE, UNSEEN, Works, count, people, queued, working

ROUNDS = int(os.environ.get("WORK_ROUNDS", "1"))
WITHIN_S = 60 * int(os.environ.get("MATCHING_SLOWER", "1"))


@pytest.fixture(scope="module")
def works(district: Stack) -> Iterator[Works]:  # noqa: F811
    """Everything at work, under the supervisor's eye, for all the rounds."""
    with working(district) as started:
        yield started


@pytest.mark.parametrize("seconds", [5, 10, 20, 60])
@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("server", ["valkey", "postgres"])
@pytest.mark.parametrize("number", range(ROUNDS))
def test_everything_asked_is_placed_or_has_an_owner(
    works: Works, server: str, fault: str, seconds: int, number: int
) -> None:
    """INV-37: with plans at work and 20 writes a second, within a minute of the end of the fault, each time."""
    assert play(works, server, FAULTS[fault], seconds) <= WITHIN_S
    assert count(works.stack, TWICE) == 0
    assert queued(works.stack) < 20


def test_a_frozen_relay_and_a_frozen_beat_are_started_again(works: Works) -> None:
    """What keeps time is watched as well."""
    frozen = {name: works.stack.children[name].pid for name in ("relay", "beat")}
    for name in frozen:
        works.stack.freeze(name)

    def are_new() -> bool:
        return all(works.supervisor.kept[name].child.pid != pid for name, pid in frozen.items())

    assert works.until(are_new, 2 * WITHIN_S)
    case = people(works.stack, "some", 1)["asked"]
    assert works.until(lambda: count(works.stack, UNSEEN, case) == 0, WITHIN_S)
