"""Who may do what with requests and the register: each check refuses whom it must (authz/actions.csv)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from access import policies
from access.models import AccessRequest, Identification, Resident
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


@pytest.mark.parametrize(("where", "may"), [(None, True), ("own", True), ("other", False)])
def test_a_community_names_a_stranger_of_nowhere_and_of_its_own(placed, where, may):
    """Guard: whom a desk took in is of no community yet; who went out of another compound's gate is that one's."""
    resident = placed.resident
    placed.community_id = {"own": resident.community_id, "other": "310101001009", None: None}[where]

    asked = actors.verdicts(lambda by: policies.check_identify(by, placed, resident))

    assert {asked[Role.STAFF], asked[Role.LEAD]} == {"may" if may else "not allowed"}


def test_where_a_stranger_is_brought_is_said_by_who_has_them_before_them(placed, monkeypatch):
    """Guard: the community, its dispatcher, and the desk once they have arrived; nobody of another place."""
    _own(placed, monkeypatch)
    saying = [*COMMUNITY, Role.DISPATCH, SERVICE]
    actors.prove(lambda by: policies.check_place_stranger(by, placed), saying)

    booked = Appointment.objects.get(case_ref=placed.case_ref)
    intake.check_in(booked, by=actors.actor(Role.INTAKE), at=walkers.AT)
    with_desk = [*saying, Role.INTAKE]
    actors.prove(lambda by: policies.check_place_stranger(by, placed), with_desk, abroad="")
    assert actors.verdicts_abroad(lambda by: policies.check_place_stranger(by, placed), saying) == {"not found"}


def test_a_closed_door_is_reported_by_the_community_and_its_dispatcher(placed, monkeypatch):
    """Guard: drivers have a press of their own (transport); a lead and command ask those who have the case."""
    _own(placed, monkeypatch)

    actors.prove(lambda by: policies.check_report_door(by, placed), [Role.STAFF, Role.DISPATCH])


def test_life_goes_another_way_by_the_communitys_word_or_what_a_desk_told(placed):
    """Guard: death, admission and moving away stop everything, and are said by those who know the person."""
    actors.prove(lambda by: policies.check_life(by, placed.resident), [*COMMUNITY, SERVICE], abroad="not allowed")


@pytest.mark.parametrize(
    ("role", "place", "is_itself"),
    [
        (Role.STAFF, "own", True),
        (Role.LEAD, "own", True),
        (Role.STAFF, "other", False),
        (Role.DISPATCH, "own", False),
        (Role.COMMAND, "own", False),
        (SERVICE, "own", True),
        (SERVICE, "other", True),
    ],
)
def test_typing_is_approving_for_the_communitys_own_staff_alone(role, place, is_itself):
    """Guard: C13. Whoever types for another place waits for its word."""
    by = actors.actor(role)
    code = (by.place_code or "210602001001") if place == "own" else "310101001009"

    assert policies.types_for_itself(by, code) is is_itself


@pytest.mark.parametrize(("minutes", "may"), [(10, True), (10.02, False)])
def test_a_press_of_critical_is_ones_own_to_take_back_for_ten_minutes(placed, minutes, may):
    """Guard: both sides of the ten minutes, and nobody else's press."""
    placed.critical_by, placed.critical_at = actors.actor(Role.STAFF).key, walkers.AT
    at = walkers.AT + timedelta(minutes=minutes)

    assert policies.may_lower(actors.actor(Role.STAFF), placed, at=at) is may
    placed.critical_by = "user:somebody-else"
    assert policies.may_lower(actors.actor(Role.STAFF), placed, at=at) is False


def test_a_wrong_name_is_taken_back_by_who_might_have_given_it(placed):
    """A guard takes nobody's name back; of a name that was, nobody of another place learns."""
    signed = {"at": walkers.AT, "by_key": "user:staff", "by_label": "林晓"}
    given = Identification.objects.create(request=placed, resident=placed.resident, before={}, **signed)
    naming = [*COMMUNITY, Role.DISPATCH, SERVICE]
    actors.prove(lambda by: policies.check_undo_identity(by, placed), naming, abroad="not allowed")

    Identification.objects.filter(pk=given.pk).update(withdrawn_at=walkers.AT)
    assert actors.verdicts(lambda by: policies.check_undo_identity(by, placed))[Role.GUARD] == "may"
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
