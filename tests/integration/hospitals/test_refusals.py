"""Who may do what in a house: each check refuses whom it must (authz/actions.csv rows intake, slot, service_status)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.actors import Role
from core.errors import NotAllowed
from hospitals import policies
from hospitals.models import Intake
from hospitals.services import intake
from tests.factories import actors
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
DESK = [Role.INTAKE, Role.HOSPADM, Role.SERVICE]


def test_patients_are_the_desks_alone():
    """Hospital management does nothing of a patient's."""
    actors.prove(lambda by: policies.check_receive(by, "F1"), [Role.INTAKE, Role.SERVICE])


def test_how_services_stand_is_said_by_the_house_and_by_command():
    service = make.make_service(make.make_facility("F1"))

    actors.prove(lambda by: policies.check_publish(by, service), [*DESK, Role.COMMAND])


def test_places_are_published_by_the_house():
    service = make.make_service(make.make_facility("F1"))

    actors.prove(lambda by: policies.check_publish_places(by, service), DESK)
    actors.prove(lambda by: policies.check_confirm(by, "F1"), DESK)


def test_what_is_refused_leaves_no_row():
    facility = make.make_facility("F1")
    with pytest.raises(NotAllowed):
        intake.walk_in(facility, by=actors.actor(Role.HOSPADM), at=NOW)

    assert not Intake.all_rows.exists()
