"""A hand-over past its limit is read by command, whoever noticed it first (R-002-3, INV-30)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from calls.models import OpenCall
from calls.services import calls
from hospitals.services import intake, overload, undo
from tests.factories import communities as people
from tests.factories import hospitals as make
from tests.factories.hospitals import AT

pytestmark = pytest.mark.django_db
MIN = timedelta(minutes=1)
WORDS = "到院没人交接"


def commands_page(*, at: datetime) -> str:
    user = User.objects.filter(username="zhihui").first()
    user = user or people.user("zhihui", "沈洁", role="command", place=("city", "210600000000", "丹东市"))
    client = Client()
    with time_machine.travel(at, tick=False):
        client.force_login(user)
        return client.get("/calls/").content.decode()


def test_pressed_late_before_any_sweep_command_reads_it_among_the_ended():
    """R-002-3, INV-30: seen before, 已报 was on record and nobody had been told."""
    arrival = make.make_intake()
    desk = make.desk_actor(arrival.facility)
    intake.hand_over(arrival, by=desk, at=AT + 18 * MIN)

    page = commands_page(at=AT + 19 * MIN)
    ended = page.partition("一天内办完的")[2]
    assert WORDS in ended
    assert arrival.facility.name in ended
    assert "过了时限 3 分钟才交接" in ended
    assert arrival.label not in ended, "an illness is where they are: the name is masked"
    assert not OpenCall.objects.live().exists()
    assert arrival.late_reported_at == AT + 18 * MIN


def test_taken_over_in_time_command_reads_nothing():
    """The twin."""
    arrival = make.make_intake()
    intake.hand_over(arrival, by=make.desk_actor(arrival.facility), at=AT + 15 * MIN)

    assert WORDS not in commands_page(at=AT + 19 * MIN)
    assert arrival.late_reported_at is None


def test_after_the_sweep_it_is_one_call_that_the_press_ends():
    arrival = make.make_intake()
    overload.report_late_hand_overs(at=AT + 16 * MIN)
    arrival.refresh_from_db()
    intake.hand_over(arrival, by=make.desk_actor(arrival.facility), at=AT + 18 * MIN)

    assert OpenCall.objects.get(kind="late_hand_over").ended_at == AT + 18 * MIN


@pytest.mark.parametrize("step", [intake.hand_over, intake.start_treatment])
def test_a_hand_over_taken_back_is_called_for_again(step):
    """R-002-3: the press ended the call; taken back, nobody has taken over, and 已报 is to be true again."""
    arrival = make.make_intake()
    desk = make.desk_actor(arrival.facility)
    step(arrival, by=desk, at=AT + 18 * MIN)
    undo.undo_last(arrival, by=desk, at=AT + 20 * MIN)
    arrival.refresh_from_db()
    assert arrival.late_reported_at is None
    overload.report_late_hand_overs(at=AT + 21 * MIN)

    assert WORDS in commands_page(at=AT + 21 * MIN).partition("一天内办完的")[0]
    assert OpenCall.objects.live().filter(kind="late_hand_over").exists()


def test_a_call_ended_by_a_person_is_made_again_while_nobody_takes_over():
    """R-002-3, R-000-17: the word 办完了 takes nobody in; ten minutes on, command is called again, and not before."""
    arrival = make.make_intake()
    overload.report_late_hand_overs(at=AT + 16 * MIN)
    command = people.actor(people.user("zhihui", "沈洁", role="command", place=("city", "210600000000", "丹东市")))
    calls.end(OpenCall.objects.live().get(), words="打过电话", by=command, at=AT + 17 * MIN)

    for minutes, lives in ((18, False), (26, False), (28, True), (29, True)):
        overload.report_late_hand_overs(at=AT + minutes * MIN)
        assert OpenCall.objects.live().filter(kind="late_hand_over").exists() is lives
    arrival.refresh_from_db()
    intake.hand_over(arrival, by=make.desk_actor(arrival.facility), at=AT + 30 * MIN)
    assert not OpenCall.objects.live().exists()
    assert overload.report_late_hand_overs(at=AT + 60 * MIN) == 0
    assert not OpenCall.objects.live().exists()
