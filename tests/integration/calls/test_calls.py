"""Calls for help: an owner from the first moment, taken up by name, climbing while nobody does, ended with words."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.middleware import SESSION_POST
from calls.models import OpenCall
from calls.services import calls, leaving
from calls.services.calls import Trouble
from calls.states import CallKind, CallStatus
from communities.services import calling, gates, rulebook
from core import clock
from core.actors import RELAY, Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from hospitals.models import Intake
from hospitals.services import intake as arrivals
from hospitals.services import overload
from tests.factories import town

pytestmark = pytest.mark.django_db
MIN = timedelta(minutes=1)


@pytest.fixture
def side() -> town.Side:
    """One half of the town, with somebody on every post; its own emergency is over."""
    made = town.build(1, at=clock.now())
    for call in OpenCall.objects.live():
        calls.end_by_fact(CallKind(call.kind), call.subject, words="办完了", by=RELAY, at=clock.now())
    return made


def raised(side: town.Side, kind: CallKind = CallKind.GATE_EMERGENCY, subject: str = "") -> OpenCall:
    """Raise a call where this side lives."""
    trouble = Trouble(kind, subject=subject or str(uuid.uuid4()), who="9号楼 2 人", place="南门")
    return calling.call_for_help(
        trouble, scene=calling.scene_of_community(side.community), by=side.actors["guard"], at=clock.now()
    )


def on(side: town.Side, role: str) -> Client:
    """Sign in on a post of this side."""
    client = Client()
    user = side.users[role]
    client.force_login(user)
    session = client.session
    session[SESSION_POST] = user.posts.get(role=role).pk
    session.save()
    return client


def strip(client: Client) -> str:
    """Read the strip as the page asks for it."""
    answer = client.get("/calls/strip/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "first", "then"),
    [
        (CallKind.GATE_EMERGENCY, "staff", ["dispatch", "command"]),
        (CallKind.UNWELL_ABOARD, "dispatch", ["command"]),
        (CallKind.LATE_HAND_OVER, "command", []),
    ],
)
def test_a_call_climbs_by_the_minutes_of_the_rulebook(side, kind, first, then) -> None:
    """R-000-17: from its owner to the next, with time stamps, until somebody takes it up."""
    call, at = raised(side, kind), clock.now()
    key = "call.life_climb_min" if call.is_loud else "call.climb_min"
    minutes = int(rulebook.value(key, place=side.community.code, at=at).value)
    assert (call.owner_role, call.status) == (first, CallStatus.OPEN)

    for number, role in enumerate(then, start=1):
        assert calls.climb_due(at=at + number * minutes * MIN - MIN) == 0
        assert calls.climb_due(at=at + number * minutes * MIN + number * MIN) == 1
        call.refresh_from_db()
        at = call.climbed_at - number * minutes * MIN
        assert call.owner_role == role

    call.refresh_from_db()
    assert call.climbs_at is None


def test_a_call_climbs_past_a_post_that_nobody_holds_any_more(side) -> None:
    """R-000-17: its minutes are not spent on an empty chair."""
    call, at = raised(side), clock.now()
    side.users["dispatch"].posts.update(valid_until=at + MIN)

    assert calls.climb_due(at=at + 60 * MIN) == 1

    call.refresh_from_db()
    assert call.owner_role == "command"


def test_a_call_taken_up_climbs_no_further(side) -> None:
    call = raised(side)
    calls.take_up(call, by=side.actors["staff"], at=clock.now())

    assert calls.climb_due(at=clock.now() + 60 * MIN) == 0


def test_said_again_long_after_somebody_took_it_up_it_is_a_new_trouble(side) -> None:
    """Half an hour is somebody's to act in; our own workers saying it again are no new trouble."""
    call, at = raised(side, subject="the door"), clock.now()
    calls.take_up(call, by=side.actors["staff"], at=at)
    trouble = Trouble(CallKind.GATE_EMERGENCY, subject="the door", who="9号楼 2 人", place="南门")
    scene = calling.scene_of_community(side.community)

    def status_after(minutes: int, by: Actor) -> str:
        calling.call_for_help(trouble, scene=scene, by=by, at=at + minutes * MIN)
        call.refresh_from_db()
        return call.status

    assert status_after(29, side.actors["guard"]) == CallStatus.TAKEN
    assert status_after(40, RELAY) == CallStatus.TAKEN
    assert status_after(41, side.actors["guard"]) == CallStatus.OPEN
    assert call.taken_by == ""


def test_a_call_put_back_climbs_again(side) -> None:
    call = raised(side)
    calls.take_up(call, by=side.actors["staff"], at=clock.now())
    calls.put_back(call, by=side.actors["staff"], at=clock.now())

    assert calls.climb_due(at=clock.now() + 60 * MIN) == 1


def test_the_second_to_take_up_reads_who_has_it(side) -> None:
    call = raised(side)
    calls.take_up(call, by=side.actors["staff"], at=clock.now())
    calls.take_up(call, by=side.actors["staff"], at=clock.now())  # pressed twice it stands

    with pytest.raises(Conflict) as caught:
        calls.take_up(call, by=side.actors["dispatch"], at=clock.now())

    assert side.users["staff"].name in caught.value.message


def test_a_call_that_ended_meanwhile_is_not_taken_up(side) -> None:
    """Somebody's list is a minute old: what is over stays over, and they read that it is."""
    call, seen_before = raised(side), OpenCall.objects.live().get()
    calls.end(call, words="人接走了", by=side.actors["staff"], at=clock.now())

    with pytest.raises(Conflict):
        calls.take_up(seen_before, by=side.actors["dispatch"], at=clock.now())

    call.refresh_from_db()
    assert (call.status, call.taken_by, call.ended_words) == (CallStatus.ENDED, "", "人接走了")


def test_the_same_trouble_is_one_call_while_it_lasts(side) -> None:
    first = raised(side, subject="case")
    again = raised(side, subject="case")
    assert first.pk == again.pk

    calls.end(first, words="送走了", by=side.actors["staff"], at=clock.now())

    assert raised(side, subject="case").pk != first.pk


def test_the_database_holds_one_live_call_with_an_owner(side) -> None:
    """The twin: without the service the constraints refuse."""
    call = raised(side, subject="case")
    for wrong in ({"subject": "case"}, {"subject": "other", "owner_place": ""}):
        copy = OpenCall.objects.get(pk=call.pk)
        copy.pk, copy._state.adding = uuid.uuid4(), True
        for name, value in wrong.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


def test_a_call_ends_with_words(side) -> None:
    call = raised(side)

    with pytest.raises(Invalid):
        calls.end(call, words=" ", by=side.actors["staff"], at=clock.now())


@pytest.mark.parametrize("role", ["guard", "driver", "auditor", "sysadmin"])
def test_who_only_watches_takes_nothing_up(side, role) -> None:
    call = raised(side)

    with pytest.raises((NotAllowed, NotFound)):
        calls.take_up(call, by=side.actors[role], at=clock.now())


def test_another_place_neither_sees_nor_takes_a_call(side) -> None:
    other = town.build(2, at=clock.now())
    call = raised(side)

    for role in ("staff", "dispatch", "intake", "guard"):
        assert str(call.pk) not in strip(on(other, role))
        with pytest.raises(NotFound):
            calls.take_up(call, by=other.actors[role], at=clock.now())


def test_only_a_worker_lets_calls_climb(side) -> None:
    with pytest.raises(NotAllowed):
        calls.climb_due(at=clock.now(), by=side.actors["command"])


def test_emergency_at_the_gate_is_read_and_taken_up_by_name(side) -> None:
    """R-000-2, R-000-17: the guard's press stands on the screens of community, dispatch and command; the guard reads who."""
    scan = gates.emergency_release(
        side.gate, event_id=uuid.uuid4(), building="5号楼", party_size=2, by=side.actors["guard"], at=clock.now()
    )
    call = OpenCall.objects.live().get(subject=str(scan.case_ref))

    for role in ("staff", "lead", "dispatch", "command"):
        words = strip(on(side, role))
        assert "门岗紧急放行" in words
        assert "5号楼 2 人" in words
        assert f"{side.users['guard'].name} " in words  # who called
        assert 'data-loud="1"' in words
    assert "还没有人接手" in strip(on(side, "guard"))
    assert "5号楼" not in strip(on(side, "guard"))

    answer = on(side, "staff").post(f"/calls/{call.pk}/take/", {"idempotency_key": uuid.uuid4().hex})

    assert answer.status_code == 302
    for role in ("guard", "dispatch", "command"):
        assert f"{side.users['staff'].name}" in strip(on(side, role))
        assert 'data-loud="0"' in strip(on(side, role))
    assert on(side, "guard").post(f"/calls/{call.pk}/take/", {"idempotency_key": uuid.uuid4().hex}).status_code == 403


def test_overload_stands_before_dispatch_and_command_until_it_is_ended(side) -> None:
    """R-000-8, R-002-3d: 接不动 has a receiver, an owner and an end; the desk reads who took it up."""
    desk = on(side, "intake")
    answer = desk.post(
        "/desk/overload/", {"idempotency_key": uuid.uuid4().hex, "missing": "bed", "doing_now": "吸氧监护"}, follow=True
    )
    assert "已上报，归" in answer.content.decode()

    for role in ("dispatch", "command"):
        words = strip(on(side, role))
        assert "接诊台接不动了" in words
        assert "缺床位。现在：吸氧监护" in words
    call = OpenCall.objects.live().get(kind=CallKind.OVERLOAD)
    on(side, "dispatch").post(f"/calls/{call.pk}/take/", {"idempotency_key": uuid.uuid4().hex})
    assert side.users["dispatch"].name in strip(desk)

    empty = desk.post(f"/calls/{call.pk}/end/", {"idempotency_key": uuid.uuid4().hex, "words": ""})
    assert empty.status_code == 422
    assert "写一句办成了什么" in empty.content.decode()
    desk.post(f"/calls/{call.pk}/end/", {"idempotency_key": uuid.uuid4().hex, "words": "内科加了两张床"})

    assert "接不动" not in strip(on(side, "command"))
    assert "内科加了两张床" in on(side, "command").get("/calls/").content.decode()


def test_a_late_hand_over_stands_before_command_until_it_is_done(side) -> None:
    """R-002-3, INV-30: at the limit command reads it; the hand-over itself ends the call."""
    late = side.walk_in
    Intake.objects.filter(pk=late.pk).update(hand_over_due_at=clock.now() - MIN)
    overload.report_late_hand_overs(at=clock.now())
    assert "到院没人交接" in strip(on(side, "command"))
    assert "归" in strip(on(side, "intake"))

    arrivals.hand_over(Intake.objects.get(pk=late.pk), by=side.actors["intake"], at=clock.now())

    assert "到院没人交接" not in strip(on(side, "command"))


def test_strip_costs_as_much_for_five_calls_as_for_fifty(side) -> None:
    counts = []
    for more in (5, 45):
        for _number in range(more):
            raised(side)
        client = on(side, "dispatch")
        with CaptureQueriesContext(connection) as seen:
            strip(client)
        counts.append(len(seen))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("leaves", ["signs out", "post ends", "may sign in no more", "stays"])
def test_whoever_leaves_hands_back_what_they_took_up(side, leaves) -> None:
    """R-000-17: a name on the screen is somebody who can still do something; the call waits, sounds and climbs again."""
    call, user, at = raised(side), side.users["staff"], clock.now()
    calls.take_up(call, by=side.actors["staff"], at=at)
    client, said = on(side, "staff"), ""
    if leaves == "signs out":
        said = client.post("/sign-out/", follow=True).content.decode()
    elif leaves == "post ends":
        user.posts.filter(role="staff").update(valid_until=at - MIN)
    elif leaves == "may sign in no more":
        user.is_active = False
        user.save()

    handed = leaving.hand_back_left(at=at)

    call.refresh_from_db()
    assert leaving.hand_back_left(at=at) == 0
    assert ("您接手没办完的 1 件求助放回去了" in said) == (leaves == "signs out")
    if leaves == "stays":
        assert (handed, call.status, call.taken_by) == (0, CallStatus.TAKEN, call.taken_by)
        return
    assert (handed, call.status, call.taken_by) == (0 if said else 1, CallStatus.OPEN, "")
    assert "还没有人接手" in strip(on(side, "dispatch"))
    assert calls.climb_due(at=at + 60 * MIN) == 1
