"""Who may do what with requests and the register: each check refuses whom it must (authz/actions.csv)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from access import policies
from access.models import AccessRequest, Resident
from access.services import critical, identity, residents
from core.actors import SERVICE
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role
from hospitals.models import Appointment
from hospitals.services import intake
from tests import walkers
from tests.factories import actors
from transport.models import Trip

pytestmark = pytest.mark.django_db
COMMUNITY = [Role.STAFF, Role.LEAD]
CASES = {
    policies.check_approve: [*COMMUNITY, Role.COMMAND, SERVICE],
    policies.check_cancel: [*COMMUNITY, Role.DISPATCH, Role.COMMAND, SERVICE],
    policies.check_say_home: [*COMMUNITY, Role.GUARD, Role.DRIVER, Role.DISPATCH, SERVICE],
    policies.check_close_by_hand: [Role.LEAD, Role.COMMAND],
    policies.check_raise: [
        *COMMUNITY, Role.GUARD, Role.DRIVER, Role.DISPATCH, Role.INTAKE, Role.HOSPADM, Role.COMMAND, SERVICE,
    ],
}  # fmt: skip


@pytest.fixture
def placed() -> AccessRequest:
    """A request on its way: the driver D1 carries it, the desk F1 expects it."""
    town = walkers.town()
    return walkers.place_by_hand(town, walkers.ask(town))


def _own(placed: AccessRequest, monkeypatch) -> None:
    """Let the actors' driver and desk be those of the case."""
    run = Trip.objects.filter(case_ref=placed.case_ref, run__isnull=False).get().run
    house = Appointment.objects.get(case_ref=placed.case_ref).facility_id
    for role, code in {Role.DRIVER: run.driver_id, Role.INTAKE: house, Role.HOSPADM: house}.items():
        monkeypatch.setitem(actors.PLACES, role, (actors.PLACES[role][0], code))


@pytest.mark.parametrize("check", CASES, ids=lambda check: check.__name__)
def test_each_act_on_a_request_has_its_posts(check, placed, monkeypatch):
    """R-000-2, INV-15, INV-19: exactly the posts of the table, and only for people of their own place."""
    _own(placed, monkeypatch)

    actors.prove(lambda by: check(by, placed), CASES[check])


def test_critical_is_taken_back_by_lead_command_and_our_own_workers(placed, monkeypatch):
    """INV-15: and by whoever pressed, within minutes of it."""
    _own(placed, monkeypatch)
    lowering = [Role.LEAD, Role.COMMAND, SERVICE]
    actors.prove(lambda by: policies.check_lower(by, placed, at=walkers.AT), lowering)

    placed.critical_by, placed.critical_at = actors.actor(Role.STAFF).key, walkers.AT
    policies.check_lower(actors.actor(Role.STAFF), placed, at=walkers.AT)
    with pytest.raises(NotAllowed):
        policies.check_lower(actors.actor(Role.STAFF), placed, at=walkers.AT + timedelta(minutes=11))


def test_anybody_is_asked_for_by_the_posts_that_take_calls(placed):
    """A community asks for its own; dispatch, desks and command take calls for anybody."""
    resident = placed.resident
    asking = [*COMMUNITY, Role.DISPATCH, Role.INTAKE, Role.COMMAND, SERVICE]

    actors.prove(lambda by: policies.check_ask(by, resident), asking, abroad="")
    assert actors.verdicts_abroad(lambda by: policies.check_ask(by, resident), COMMUNITY) == {"not found"}


@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        (policies.check_ask_due, COMMUNITY),
        (policies.check_mark_checked, COMMUNITY),
        (policies.check_make_standing, [SERVICE]),
    ],
)
def test_what_a_community_does_for_all_its_own(check, allowed):
    actors.prove(check, allowed, abroad="")


def test_the_register_is_the_communitys(placed):
    resident = placed.resident
    community = resident.community

    actors.prove(lambda by: policies.check_edit(by, resident), COMMUNITY, abroad="not allowed")
    actors.prove(lambda by: policies.check_register(by, community), COMMUNITY, abroad="not allowed")
    with_desk = [*COMMUNITY, SERVICE]
    actors.prove(lambda by: policies.check_note_result(by, resident.pk), with_desk, abroad="not allowed")


def test_a_stranger_is_named_by_who_has_them_before_them(placed, monkeypatch):
    """INV-29: the community its own, the area's dispatcher, the desk once they have arrived."""
    _own(placed, monkeypatch)
    naming = [*COMMUNITY, Role.DISPATCH, SERVICE]
    actors.prove(lambda by: policies.check_identify(by, placed, placed.resident), naming, abroad="not allowed")

    booked = Appointment.objects.get(case_ref=placed.case_ref)
    intake.check_in(booked, by=actors.actor(Role.INTAKE), at=walkers.AT)
    naming.append(Role.INTAKE)
    actors.prove(lambda by: policies.check_identify(by, placed, placed.resident), naming, abroad="not allowed")


def test_a_wrong_name_is_taken_back_by_who_might_have_given_it(placed):
    """Nothing to take back: still nobody of another place learns of the request."""
    for role in (Role.STAFF, Role.DISPATCH):
        policies.check_undo_identity(actors.actor(role), placed)
        with pytest.raises(NotFound):
            identity.undo(placed, by=actors.stranger(role), at=walkers.AT)


def test_what_is_refused_changes_nothing(placed):
    with pytest.raises(NotAllowed):
        critical.make_critical(placed, by=actors.actor(Role.AUDITOR), at=walkers.AT)
    with pytest.raises(NotAllowed):
        residents.note_result(placed.resident_id, result="positive", by=actors.actor(Role.GUARD), at=walkers.AT)

    placed.refresh_from_db()
    assert not placed.is_critical
    assert Resident.objects.get(pk=placed.resident_id).precaution == ""
