"""Who may do what with a call for help: each check refuses whom it must (authz/actions.csv)."""

from __future__ import annotations

import pytest

from calls import policies
from calls.states import CallKind
from core import clock
from core.actors import service
from core.errors import NotAllowed, NotFound
from tests.factories import town

pytestmark = pytest.mark.django_db
WORKER = service("test", "测试")


@pytest.fixture
def side() -> town.Side:
    """One half of the town, whose desk has said that it cannot cope."""
    return town.build(1, at=clock.now())


def test_a_house_does_not_take_up_its_own_trouble(side):
    """Guard: R-000-17. Somebody above has to hear it; of others' trouble a desk takes up what it sees."""
    call, desk = side.house_call, side.actors["intake"]

    with pytest.raises(NotAllowed):
        policies.check_take_up(desk, call)
    policies.check_take_up(side.actors["dispatch"], call)
    policies.check_take_up(WORKER, call)
    policies.check_handle(desk, call)


def test_a_late_hand_over_ends_by_the_hand_over_and_not_by_the_desks_word(side):
    """Guard: the clock of whoever waits at the door is not stopped by a press."""
    call, desk = side.house_call, side.actors["intake"]
    policies.check_end(desk, call)
    call.kind = CallKind.LATE_HAND_OVER

    with pytest.raises(NotAllowed):
        policies.check_end(desk, call)
    policies.check_end(side.actors["dispatch"], call)


def test_guard_and_driver_watch_and_strangers_find_nothing(side):
    """Guard: a call is taken up by who sees it and may act; only our own workers move it up."""
    with pytest.raises(NotAllowed):
        policies.check_handle(side.actors["guard"], side.call)
    for role in ("driver", "auditor", "sysadmin"):
        with pytest.raises(NotFound):
            policies.check_handle(side.actors[role], side.call)
    for role, by in side.actors.items():
        with pytest.raises(NotAllowed):
            policies.check_climb(by)
        assert role
    policies.check_climb(WORKER)
