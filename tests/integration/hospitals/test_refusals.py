"""Who may do what in a house: each check refuses whom it must (authz/actions.csv rows intake, slot, service_status)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from communities.models import DispatchAreaDivision
from core.actors import SERVICE
from core.errors import NotAllowed
from core.vocabulary import Role
from hospitals import policies
from hospitals.models import Intake
from hospitals.services import intake, transfers
from hospitals.services.transfers import TransferWish
from tests.factories import actors, communities
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
DESK = [Role.INTAKE, Role.HOSPADM, SERVICE]


def test_patients_are_the_desks_alone():
    """Hospital management does nothing of a patient's."""
    actors.prove(lambda by: policies.check_receive(by, "F1"), [Role.INTAKE, SERVICE])


def test_how_services_stand_is_said_by_the_house_and_by_command():
    service = make.make_service(make.make_facility("F1"))

    actors.prove(lambda by: policies.check_publish(by, service), [*DESK, Role.COMMAND])


def test_places_are_published_by_the_house():
    service = make.make_service(make.make_facility("F1"))

    actors.prove(lambda by: policies.check_publish_places(by, service), DESK)
    actors.prove(lambda by: policies.check_confirm(by, "F1"), DESK)


def test_hand_overs_are_the_desks_and_who_writes_down_for_them():
    """authz intake.transfer: the desks, and dispatch and command where one of the houses lies."""
    area = communities.community().dispatch_area
    DispatchAreaDivision.objects.create(area=area, district_code="210603")
    here = intake.walk_in(make.make_facility("F1"), by=make.ENGINE, at=NOW)
    there = intake.walk_in(make.make_facility(), by=make.ENGINE, at=NOW)
    row = transfers.ask(there, TransferWish(here.facility, "bed"), by=make.ENGINE, at=NOW)
    may = [Role.INTAKE, Role.DISPATCH, Role.COMMAND, SERVICE]

    actors.prove(lambda by: policies.check_answer_transfer(by, row), may)
    actors.prove(lambda by: policies.check_ask_transfer(by, here), may)


@pytest.mark.parametrize(("asks", "answers"), [("210603", "330106"), ("330106", "210603")])
def test_an_answer_is_written_down_by_who_has_either_house(asks, answers):
    """Guard: the two houses lie in two areas; dispatch and command of each write down what was answered."""
    area = communities.community().dispatch_area
    DispatchAreaDivision.objects.create(area=area, district_code="210603")
    there = intake.walk_in(make.make_facility(division_code=asks), by=make.ENGINE, at=NOW)
    asked = make.make_facility("F1", division_code=answers)
    row = transfers.ask(there, TransferWish(asked, "bed"), by=make.ENGINE, at=NOW)
    may = [Role.INTAKE, Role.DISPATCH, Role.COMMAND, SERVICE]

    actors.prove(lambda by: policies.check_answer_transfer(by, row), may)


@pytest.mark.parametrize("role", [Role.DISPATCH, Role.COMMAND])
def test_a_post_without_a_place_writes_down_nothing(role):
    """Guard: an empty word is no beginning of every house's division."""
    by = replace(actors.actor(role), place_code="")

    assert not policies.may_record(by, make.make_facility("F1"))


def test_what_is_refused_leaves_no_row():
    facility = make.make_facility("F1")
    with pytest.raises(NotAllowed):
        intake.walk_in(facility, by=actors.actor(Role.HOSPADM), at=NOW)

    assert not Intake.all_rows.exists()
