"""Who may do what at gates, with zones and the rulebook: each check refuses whom it must (INV-28, authz/actions.csv)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from communities import policies
from communities.models import Scan
from communities.services import gates, zones
from core.actors import SERVICE
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role
from tests.factories import actors
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
AT_GATES = [Role.STAFF, Role.LEAD, Role.GUARD]


@pytest.mark.parametrize("check", [policies.check_scan, policies.check_release])
def test_a_gate_is_its_guards_and_its_communitys(check):
    gate = make.gate(make.community())

    actors.prove(lambda by: check(by, gate), AT_GATES)


def test_a_scan_is_amended_where_it_was_made():
    gate = make.gate(make.community())
    row = Scan(gate=gate, community=gate.community)

    actors.prove(lambda by: policies.check_amend_scan(by, row), AT_GATES)


def test_a_guard_of_another_gate_of_the_same_community_is_a_stranger():
    other = make.gate(make.community(), number=2, name="北门")

    with pytest.raises(NotFound):
        policies.check_scan(actors.actor(Role.GUARD), other)


def test_lost_phones_are_called_in_by_the_community():
    """Guard: a guard does not make void what another guard's phone carries."""
    gate = make.gate(make.community())

    actors.prove(lambda by: policies.check_call_in(by, gate), [Role.STAFF, Role.LEAD])


def test_whose_press_it_is_where_a_phone_carries_a_mark():
    """Guard: of who is signed in only if they are of that gate; a guard of the next gate is not."""
    gate = make.gate(make.community())
    other = make.gate(gate.community, number=2, name="北门")

    here = {role for role in actors.ROLES if policies.stands_at(actors.actor(role), gate)}
    assert here == {Role.STAFF, Role.LEAD, Role.GUARD}
    assert not policies.stands_at(actors.actor(Role.GUARD), other)
    assert not any(policies.stands_at(actors.stranger(role), gate) for role in here)


def test_zones_are_commands():
    community = make.community()

    actors.prove(lambda by: policies.check_change_zone(by, community), [Role.COMMAND, SERVICE])


def test_the_rulebook_is_commands():
    actors.prove(policies.check_change_rulebook, [Role.COMMAND, SERVICE], abroad="")


def test_what_is_refused_leaves_no_row():
    """The refusal comes before anything is written: a driver at a gate, a dispatcher with a zone."""
    community = make.community()
    gate = make.gate(community)
    with pytest.raises(NotAllowed):
        gates.emergency_release(gate, event_id=uuid.uuid4(), by=actors.actor(Role.DRIVER), at=NOW)
    with pytest.raises(NotAllowed):
        zones.put_under(community, zone_class="sealed", since=NOW, by=actors.actor(Role.DISPATCH), at=NOW)

    assert not Scan.objects.exists()
    assert not community.zone_periods.exists()
