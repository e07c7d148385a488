"""Ready to go home and no car past the rulebook's minutes: dispatch and command read the call (R-000-12, R-000-17)."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from access.models import AccessRequest
from access.services import strangers
from access.services.strangers import Known
from accounts.models import User
from calls.models import OpenCall
from communities.models import DispatchAreaDivision
from dispatch.home import no_way_home, returns
from hospitals.services import intake
from tests import walkers
from tests.factories import communities as people
from tests.walkers import AT, MIN, Walk
from transport.models import Trip

pytestmark = pytest.mark.django_db
WORDS = "看完了没有车回家"


@pytest.fixture
def case() -> Walk:
    """Somebody ready to go home whose car was taken off."""
    made = walkers.walk(walkers.town(), to="released")
    returns.undo_return(made.request, by=made.town.dispatcher, at=made.at)
    walkers.deliver()
    return made


def strips(case: Walk, minutes: int) -> list[bool]:
    """Say whether dispatch and command read the call."""
    posts = {"dispatch": ("dispatch_area", "main", "主城"), "command": ("city", "210600000000", "丹东市")}
    read = []
    for role, place in posts.items():
        user = User.objects.filter(username=f"reads-{role}").first()
        user = user or people.user(f"reads-{role}", "沈洁", role=role, place=place)
        client = Client()
        with time_machine.travel(case.at + minutes * MIN, tick=False):
            client.force_login(user)
            page = client.get("/calls/strip/", headers={"HX-Request": "true"}).content.decode()
        read.append(WORDS in page and case.town.facility.name in page)
    return read


def test_past_the_limit_dispatch_and_command_read_who_waits_where(case):
    """R-000-12, R-000-17: by what runs by itself; the twin: within the limit there is no call."""
    assert "dispatch.home.no_way_home.sweep" in settings.SWEEPS
    no_way_home.sweep(at=case.at + 14 * MIN)
    assert strips(case, 14) == [False, False]

    for path in settings.SWEEPS:
        if path.endswith("no_way_home.sweep"):
            import_string(path)(at=case.at + 15 * MIN)
            import_string(path)(at=case.at + 16 * MIN)

    assert strips(case, 16) == [True, True]
    (call,) = OpenCall.objects.filter(kind="no_way_home")
    assert (call.subject, call.owner_role, call.is_loud) == (str(case.request.case_ref), "dispatch", False)
    assert call.who == f"{case.trip('inbound').rider} {case.request.resident.building}"
    assert case.request.name not in call.who


def test_a_car_ends_the_call(case):
    no_way_home.sweep(at=case.at + 15 * MIN)
    returns.place_return(case.request, vehicle_code="V2", by=case.town.dispatcher, at=case.at + 16 * MIN)
    walkers.deliver()
    no_way_home.sweep(at=case.at + 17 * MIN)

    assert strips(case, 17) == [False, False]
    assert OpenCall.objects.get(kind="no_way_home").ended_words == "有车了，或不用等车了"


def test_with_a_car_nobody_is_called():
    """The twin: the same wait with a car named."""
    case = walkers.walk(walkers.town(), to="released")
    no_way_home.sweep(at=case.at + 40 * MIN)

    assert strips(case, 40) == [False, False]


def test_who_stays_in_hospital_after_all_needs_no_car(case):
    no_way_home.sweep(at=case.at + 15 * MIN)
    returns.drop_return(case.request.case_ref, at=case.at + 16 * MIN)
    no_way_home.sweep(at=case.at + 17 * MIN)

    assert strips(case, 17) == [False, False]


def test_still_in_treatment_nobody_waits():
    """The twin: the way home stands without a car, and the person is not ready."""
    case = walkers.walk(walkers.town(), to="treated")
    no_way_home.sweep(at=case.at + 600 * MIN)

    assert not OpenCall.objects.filter(kind="no_way_home").exists()


def test_a_sweep_with_nothing_new_costs_five_statements_at_most(case, django_assert_max_num_queries):
    no_way_home.sweep(at=case.at + 15 * MIN)
    with django_assert_max_num_queries(5):
        no_way_home.sweep(at=case.at + 16 * MIN)


def test_a_stranger_nobody_said_a_place_for_is_called_for_until_somebody_does():
    """INV-29, R-000-17: no way home can be planned, so no car is missing; a person is called for all the same."""
    town = walkers.town()
    place = town.facility.division_code[:6]
    DispatchAreaDivision.objects.get_or_create(district_code=place, area_id=town.community.dispatch_area_id)
    here = intake.walk_in(town.facility, is_critical=False, by=town.desk, at=AT)
    walkers.deliver()
    intake.release(here, by=town.desk, at=AT + 10 * MIN)
    walkers.deliver()

    no_way_home.sweep(at=AT + 24 * MIN)
    assert not OpenCall.objects.exists()
    no_way_home.sweep(at=AT + 26 * MIN)

    call = OpenCall.objects.live().get()
    assert (call.kind, call.who, call.place) == ("no_way_home", here.label, town.facility.name)
    assert "写送到哪，或认人" in call.note
    assert (call.owner_place, call.dispatch_area) == ("main", "main")

    row = AccessRequest.objects.get(case_ref=here.case_ref)
    strangers.describe(row, Known(community=town.community), by=town.dispatcher, at=AT + 27 * MIN)
    walkers.deliver()
    trip = Trip.objects.live().get(case_ref=here.case_ref)
    assert trip.status == "unscheduled"
    returns.place_return(row, vehicle_code="V1", by=town.dispatcher, at=AT + 28 * MIN)
    no_way_home.sweep(at=AT + 29 * MIN)
    assert not OpenCall.objects.live().exists()
