"""A press gives the pick-up that was read, or says both times (ui.md 8.8)."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock
from core.vocabulary import hhmm
from dispatch.home import returns
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.walkers import AT, MIN
from transport.models import Trip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten_forty")]


def form_of(page: str) -> dict[str, str]:
    """The panel's form as it was read."""
    form = page.partition('<form id="press"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(slot|facility|car|back|pickup)" value="([^"]*)"', form))


def ready_to_go_home() -> tuple[walkers.Walk, datetime]:
    case = walkers.walk(walkers.town(cars=1), to="released")
    trip = case.trip("inbound")
    if trip.run_id:
        returns.undo_return(case.request, by=case.town.dispatcher, at=case.at)
    return case, case.at


def press(dispatcher: Client, case: walkers.Walk, form: dict[str, str], at: datetime):
    clock.forget()
    with time_machine.travel(at, tick=False):
        address = reverse("dispatch:place_return", args=[case.request.pk])
        return dispatcher.post(address, {**form, "idempotency_key": uuid.uuid4().hex}, follow=True)


def read(dispatcher: Client, case: walkers.Walk, at: datetime) -> dict[str, str]:
    clock.forget()
    with time_machine.travel(at, tick=False):
        page = dispatcher.get(f"{reverse('dispatch:board')}?who={case.request.pk}").content.decode()
    return form_of(page)


def test_a_car_that_comes_later_than_was_read_is_asked_about_with_both_times(dispatcher):
    """Guard: the button said one pick-up, the press gave a later one and said nothing."""
    case, at = ready_to_go_home()
    form = read(dispatcher, case, at)
    was = datetime.fromtimestamp(int(form["pickup"]), clock.CHINA)

    asked = press(dispatcher, case, form, at + 9 * MIN)

    page = asked.content.decode()
    assert asked.status_code == 409
    assert f"还没有排。您看到的是 辽F·V1 {hhmm(was)} 接到人，现在要到 {hhmm(was + 9 * MIN)} 才能接到" in page
    assert not case.trip("inbound").run_id
    done = press(dispatcher, case, form_of(page), at + 9 * MIN)
    assert f"{hhmm(was + 9 * MIN)} 接" in done.content.decode()
    assert case.trip("inbound").run_id


def test_a_minute_between_reading_and_pressing_is_placed_and_said(dispatcher):
    case, at = ready_to_go_home()
    form = read(dispatcher, case, at)
    was = datetime.fromtimestamp(int(form["pickup"]), clock.CHINA)

    page = press(dispatcher, case, form, at + MIN).content.decode()

    assert case.trip("inbound").run_id
    assert f"接人的时间是 {hhmm(was + MIN)}，刚才看到的是 {hhmm(was)}。" in page


def test_what_is_given_as_it_was_read_says_one_time(dispatcher):
    case, at = ready_to_go_home()

    page = press(dispatcher, case, read(dispatcher, case, at), at).content.decode()

    assert case.trip("inbound").run_id
    assert "刚才看到的是" not in page


@pytest.mark.parametrize("is_critical", [False, True])
def test_a_way_there_too_but_nobody_critical_is_asked_about(dispatcher, is_critical):
    """Guard: for whoever may die the car goes at once; the answer names both times."""
    town = walkers.town(cars=1)
    request = walkers.ask(town, is_critical=is_critical)
    place = {"facility": town.facility.pk} if is_critical else {"slot": str(town.slot.pk)}
    earlier = {**place, "car": "V1", "pickup": str(int(AT.timestamp())), "idempotency_key": uuid.uuid4().hex}

    answer = dispatcher.post(reverse("dispatch:place", args=[request.pk]), earlier, follow=True)

    is_placed = Trip.objects.filter(case_ref=request.case_ref, direction="outbound", run__isnull=False).exists()
    assert is_placed == is_critical
    assert ("刚才看到的是" in answer.content.decode()) == is_critical
    assert ("还没有排。您看到的是" in answer.content.decode()) != is_critical


def test_the_house_that_was_chosen_stays_when_its_hour_went_to_somebody_else(dispatcher):
    """Guard: the page of the conflict began with the first of several houses."""
    town = walkers.town(capacity=1)
    request = walkers.ask(town)
    desk_rows.make_slot(town.slot.service, starts_at=town.slot.starts_at + timedelta(hours=1))
    form = form_of(dispatcher.get(f"{reverse('dispatch:board')}?who={request.pk}").content.decode())
    walkers.place_by_hand(town, walkers.ask(town, walkers.resident(town, "赵德福")), out_vehicle="V2")

    refused = dispatcher.post(
        reverse("dispatch:place", args=[request.pk]), {**form, "idempotency_key": uuid.uuid4().hex}
    )

    page = refused.content.decode()
    assert refused.status_code == 409
    assert form_of(page)["facility"] == town.facility.pk
    assert f"您选的 {hhmm(town.slot.starts_at)} 刚被约满" in page
    assert form_of(page)["slot"] != form["slot"]
