"""Who may place, replace a driver and switch the engine: each check refuses whom it must (rows match, leg and run)."""

from __future__ import annotations

import pytest

from core.actors import SERVICE
from core.errors import NotAllowed
from core.vocabulary import Role
from dispatch import policies
from dispatch.hand import placement
from dispatch.hand.placement import PlacementChoice
from dispatch.models import PlanningRun
from tests import walkers
from tests.factories import actors
from tests.factories import transport as car_rows
from transport.models import Trip

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_():
    """A request of the town, waiting to be placed."""
    return walkers.ask(walkers.town())


def test_placing_is_the_areas_dispatchers_and_commands(request_):
    actors.prove(lambda by: policies.check_place(by, request_), [Role.DISPATCH, Role.COMMAND])


def test_the_engine_is_the_areas_dispatchers():
    actors.prove(lambda by: policies.check_switch_engine(by, "main"), [Role.DISPATCH])
    actors.prove(lambda by: policies.check_take_proposal(by, PlanningRun(area="main")), [Role.DISPATCH])


def test_a_silent_driver_is_replaced_by_the_area_or_a_worker():
    """E3."""
    run = car_rows.run(walkers.AT)

    actors.prove(lambda by: policies.check_replace(by, run), [Role.DISPATCH, SERVICE])


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.INTAKE, Role.DRIVER])
def test_what_is_refused_places_nothing(request_, role):
    with pytest.raises(NotAllowed):
        placement.place(request_, choice=PlacementChoice(), by=actors.actor(role), at=walkers.AT)

    assert not Trip.objects.exists()
