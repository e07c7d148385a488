"""没有去: after the planned time, with a reason, taken back within minutes; then amber, and due again."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest
from access.selectors.home import home_lists
from access.services import checks, not_gone
from core import clock
from core.errors import Conflict, Invalid
from core.models import AuditEvent
from hospitals.models import Appointment
from tests import walkers
from tests.factories import access as make
from tests.factories import communities as people
from tests.walkers import MIN, Walk

pytestmark = pytest.mark.django_db


def arranged() -> tuple[Walk, object]:
    case = walkers.walk(walkers.town(), to="placed")
    return case, case.trip("outbound").pickup_planned_at


def held(case: Walk) -> tuple[bool, bool]:
    """Say whether the place and the car are still kept."""
    return (
        Appointment.objects.live().filter(case_ref=case.request.case_ref).exists(),
        case.trip("outbound").status == "scheduled",
    )


def test_before_the_planned_minute_nobody_can_say_so():
    case, planned = arranged()
    with pytest.raises(Conflict, match="才到时间"):
        not_gone.say(case.request, reason="no_car", by=case.town.staff, at=planned - MIN)
    assert held(case) == (True, True)


def test_it_needs_a_reason():
    case, planned = arranged()
    with pytest.raises(Invalid):
        not_gone.say(case.request, reason="", by=case.town.staff, at=planned)


def test_taken_back_within_minutes_everything_stands_as_it_did():
    case, planned = arranged()
    not_gone.say(case.request, reason="not_found", by=case.town.staff, at=planned + MIN)
    checks.sweep(at=planned + 2 * MIN)
    assert held(case) == (True, True)

    not_gone.undo(case.request, by=case.town.staff, at=planned + 2 * MIN)
    checks.sweep(at=planned + 60 * MIN)

    assert AccessRequest.objects.get().status == "approved"
    assert held(case) == (True, True)


def test_not_taken_back_it_is_closed_and_what_was_held_is_given_back():
    case, planned = arranged()
    not_gone.say(case.request, reason="no_car", by=case.town.staff, at=planned + MIN)
    AccessRequest.objects.update(next_check_at=planned + timedelta(hours=5))  # somebody else looked at it meanwhile

    checks.sweep(at=planned + 3 * MIN)

    row = AccessRequest.objects.get()
    assert (row.status, row.outcome, row.not_gone_reason) == ("closed", "not_gone", "no_car")
    assert held(case)[0] is False
    with pytest.raises(Conflict, match="撤不回"):
        not_gone.undo(row, by=case.town.staff, at=planned + 4 * MIN)


def test_whoever_went_after_all_has_gone():
    """The twin: the word was wrong, the driver was just late with the press."""
    case = walkers.walk(walkers.town(), to="accepted")
    planned = case.trip("outbound").pickup_planned_at
    not_gone.say(case.request, reason="no_car", by=case.town.staff, at=planned)
    case.at = planned
    case.step("boarded")

    checks.sweep(at=planned + 10 * MIN)

    row = AccessRequest.objects.get()
    assert (row.status, row.not_gone_at) == ("approved", None)
    assert AuditEvent.objects.filter(verb="request.undo_not_gone", case_ref=row.case_ref).exists()


def test_the_page_asks_why_offers_to_take_it_back_and_says_it_in_amber():
    case, planned = arranged()
    home = case.town.community
    client = Client()
    client.force_login(people.user("13800000077", "林晓", role="staff", place=("community", home.code, home.name)))
    url = reverse("access:request", args=[case.request.pk])
    send = reverse("access:request_not_gone", args=[case.request.pk])
    key = {"idempotency_key": uuid.uuid4().hex}
    with time_machine.travel(planned - MIN, tick=False):
        assert send not in client.get(url).content.decode()
    with time_machine.travel(planned + MIN, tick=False):
        page = client.get(url).content.decode()
        assert send in page
        assert "车没来" in page
        assert client.post(send, key).status_code == 422
        said = client.post(
            send, {"reason": "no_car", "idempotency_key": uuid.uuid4().hex}, follow=True
        ).content.decode()
        assert "说了没有去：车没来" in said
        assert "撤回“没有去”" in said
        assert (
            "已到家" not in said.split('class="log"')[0].split("journey-card")[1].split("</section>")[0].split("<ol")[0]
        )
    with time_machine.travel(planned + 5 * MIN, tick=False):
        checks.sweep(at=clock.now())
        over = client.get(url).content.decode()
        assert '<span class="tag tag-wait">' in over
        assert "没去成" in over
        assert "再申请一趟" in over


def test_whoever_did_not_go_is_due_again():
    town = walkers.town()
    person = walkers.resident(town, "陈玉梅")
    day = clock.local_day(town.slot.starts_at)
    make.need(person, schedule_kind="weekly", schedule_days=str(day.isoweekday()), shift="PM")
    case = walkers.walk(town, to="placed", request=walkers.ask(town, person))
    planned = case.trip("outbound").pickup_planned_at
    assert home_lists(town.staff, at=planned).unasked == []

    not_gone.say(case.request, reason="not_well", by=town.staff, at=planned)
    checks.sweep(at=planned + 3 * MIN)

    (due,) = home_lists(town.staff, at=planned + 3 * MIN).unasked
    assert due.resident == person
    assert home_lists(town.staff, at=planned + 3 * MIN).people == 1
