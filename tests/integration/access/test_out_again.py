"""Somebody goes out once more on the pass of a way that is over: on the list, with an owner, until home (INV-18, INV-19)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from access import journey
from access.models import AccessRequest, HandClosing, HomeMark, Outside, Resident
from access.selectors import facts_of, with_facts
from access.services import calls_over, closing, home, out_again, requests, residents
from access.services.requests import AccessWish
from accounts.middleware import SESSION_POST
from calls.models import OpenCall
from calls.services import calls
from calls.states import CallKind
from communities.models import Scan
from communities.services import gates
from communities.services.gates import ScanEvent
from core import clock, outbox
from core.actors import RELAY
from core.errors import Conflict
from core.management.commands.check_invariants import breaches
from core.models import OutboxMessage
from tests.factories import town

pytestmark = pytest.mark.django_db
MIN = timedelta(minutes=1)
KIND = CallKind.OUT_AGAIN


@pytest.fixture
def side() -> town.Side:
    """One half of the town with nobody calling; the party of `placed` went out, came back for their papers, and is over."""
    made = town.build(1, at=clock.now())
    for call in OpenCall.objects.live():
        calls.end_by_fact(CallKind(call.kind), call.subject, words="办完了", by=RELAY, at=clock.now())
    pass_through(made, "exit", "let_out", at=clock.now() - 30 * MIN)
    pass_through(made, "entry", "let_in", at=clock.now() - 20 * MIN)
    relay()
    assert request_of(made).status == "closed"
    return made


@pytest.fixture(autouse=True)
def nothing_is_broken(side: town.Side) -> Iterator[None]:
    """Every invariant holds before and after each test."""
    assert broken() == []
    yield
    assert broken() == []


def broken() -> list[str]:
    """Name the broken invariants of people out and calls; those about quiet queues do not hold in the middle of a test."""
    return [each["id"] for each in breaches() if each["id"].startswith(("INV-1", "INV-2", "calls"))]


def relay() -> None:
    while outbox.deliver_next():
        pass


def request_of(side: town.Side) -> AccessRequest:
    return AccessRequest.objects.get(pk=side.cases["placed"].request.pk)


def facts(side: town.Side) -> journey.Facts:
    return facts_of(with_facts(AccessRequest.objects.filter(pk=request_of(side).pk)).get())


def pass_through(side: town.Side, direction: str, decision: str, *, at: datetime | None = None) -> Scan:
    event = ScanEvent(uuid.uuid4(), direction, decision, side.cases["placed"].gate_pass)
    return gates.scan(side.gate, event=event, by=side.actors["guard"], at=at or clock.now())


def on(side: town.Side, role: str) -> Client:
    client, user = Client(), side.users[role]
    client.force_login(user)
    session = client.session
    session[SESSION_POST] = user.posts.get(role=role).pk
    session.save()
    return client


def read(side: town.Side, role: str, url: str) -> str:
    return on(side, role).get(url).content.decode()


def listed(side: town.Side, role: str = "staff") -> str:
    return on(side, role).get(reverse("access:people_out"), headers={"HX-Request": "true"}).content.decode()


def strip(side: town.Side, role: str) -> str:
    return on(side, role).get("/calls/strip/", headers={"HX-Request": "true"}).content.decode()


def press(side: town.Side, role: str, url: str, **fields: object):
    return on(side, role).post(url, {"idempotency_key": uuid.uuid4().hex, **fields})


def at_gate(side: town.Side, direction: str, decision: str) -> str:
    """Let the guard type the number and press; return the answer's page."""
    number = side.cases["placed"].gate_pass
    shown = press(side, "guard", reverse("communities:gate_check"), code=number.number, direction=direction)
    fields = {"gate_pass": number.pk, "event_id": uuid.uuid4(), "direction": direction, "decision": decision}
    assert press(side, "guard", reverse("communities:gate_scan"), **fields).status_code == 302
    return shown.content.decode()


def out_on_the_old_pass(side: town.Side) -> str:
    return at_gate(side, "exit", "checked")


def name_on_list(side: town.Side) -> str:
    return f'data-key="out-{request_of(side).case_ref}"'


def test_from_the_gate_to_the_list_of_people_out_and_home_again(side) -> None:
    """INV-18, INV-19, E8, R-000-17: on the list from the exit on, the community's, and off it with the entry.

    Seen before: the guard pressed 核对过，放行 and the person stood nowhere, as their case was closed.
    """
    assert name_on_list(side) not in listed(side)

    shown = out_on_the_old_pass(side)

    assert "回来过了；按下面放行，社区就能看到" in shown
    gone = f"{Scan.objects.filter(direction='exit').latest('happened_at').happened_at.astimezone(clock.CHINA):%H:%M}"
    for role in ("staff", "dispatch", "command"):
        assert name_on_list(side) in listed(side, role)
        assert f"{gone} 拿旧证出了门，那一趟已经结了" in listed(side, role)
        assert "归 社区工作人员" in listed(side, role)
        assert "拿旧证出门了" in strip(side, role)
        assert f"证 {side.cases['placed'].gate_pass.number}，{gone} 出门，那一趟已经结了" in strip(side, role)
    assert "还没有人接手" in strip(side, "guard")
    assert broken() == []
    relay()
    assert OpenCall.objects.filter(kind=KIND).count() == 1
    page = read(side, "staff", reverse("access:request", args=[request_of(side).pk]))
    assert reverse("access:request_new", args=[request_of(side).resident_id]) in page
    assert reverse("access:request_home", args=[request_of(side).pk]) in page
    assert "确定取消" not in page

    at_gate(side, "entry", "let_in")

    assert name_on_list(side) not in listed(side)
    assert OpenCall.objects.get(kind=KIND).ended_words == "门岗记了：人回来了"
    assert request_of(side).status == "closed"


def test_said_to_be_home_takes_them_off_and_may_be_taken_back(side) -> None:
    """INV-19: 已到家 by word counts after the exit, however often it was said before."""
    HomeMark.objects.create(case_ref=request_of(side).case_ref, at=clock.now() - 21 * MIN, by_key="x", by_label="x")
    out_on_the_old_pass(side)
    said = reverse("access:request_home", args=[request_of(side).pk])

    press(side, "staff", said)

    assert name_on_list(side) not in listed(side)
    assert OpenCall.objects.get(kind=KIND).ended_words == "说了：已到家"
    page = read(side, "staff", reverse("access:request", args=[request_of(side).pk]))
    assert reverse("access:request_not_home", args=[request_of(side).pk]) in page
    press(side, "staff", reverse("access:request_not_home", args=[request_of(side).pk]))
    assert name_on_list(side) in listed(side)
    press(side, "staff", said)
    assert name_on_list(side) not in listed(side)


def test_the_word_that_closed_the_case_is_not_taken_back(side) -> None:
    """The twin: nothing was said since, so there is nothing to take back."""
    with pytest.raises(Conflict, match="结案"):
        home.undo_say_home(request_of(side), by=side.actors["staff"], at=clock.now())


def test_a_new_way_may_be_asked_for_and_ends_the_call(side) -> None:
    """INV-19: the closed case is no way of that day; the person stays on the list until they are home."""
    out_on_the_old_pass(side)
    person = request_of(side).resident
    wish = AccessWish(need_kind="outpatient", arrive_at=clock.now() + 120 * MIN)

    new = requests.submit(person, wish=wish, by=side.actors["staff"], at=clock.now())

    relay()
    assert new.status == "approved"
    assert OpenCall.objects.get(kind=KIND).ended_words == f"又申请了一趟：{new.number}"
    assert name_on_list(side) in listed(side)


def test_the_community_puts_nobody_away_who_is_out(side) -> None:
    """INV-17."""
    out_on_the_old_pass(side)
    person = Resident.objects.get(pk=request_of(side).resident_id)

    with pytest.raises(Conflict, match="还在外面"):
        residents.archive(person, reason="moved", by=side.actors["staff"], at=clock.now())


def test_an_exit_pressed_by_mistake_calls_nobody(side) -> None:
    """The guard takes it back: off the list, and the call is over."""
    out_on_the_old_pass(side)
    row = Scan.objects.filter(direction="exit").latest("happened_at")

    press(side, "guard", reverse("communities:gate_undo", args=[row.pk]))

    assert name_on_list(side) not in listed(side)
    assert OpenCall.objects.get(kind=KIND).ended_words == "门岗撤回了：没有出门"


def test_a_late_exit_of_whoever_is_home_since_calls_nobody(side) -> None:
    """INV-27: told by a phone without network after the return; the twin of the exit that is the last word."""
    gone, back = clock.now() - 10 * MIN, clock.now() - 5 * MIN
    pass_through(side, "entry", "let_in", at=back)

    event = ScanEvent(uuid.uuid4(), "exit", "checked", side.cases["placed"].gate_pass, happened_at=gone)
    gates.scan(side.gate, event=event, by=side.actors["guard"], at=clock.now())
    relay()

    assert name_on_list(side) not in listed(side)
    assert not OpenCall.objects.filter(kind=KIND).exists()


def test_the_relay_and_the_sweep_call_where_no_gate_saw_the_way_home(side, settings) -> None:
    """R-000-17: driven home past the gate, the old pass answers as if still out; what a person ended stays ended."""
    out_on_the_old_pass(side)
    calls.end(OpenCall.objects.get(kind=KIND), words="在超市", by=side.actors["staff"], at=clock.now())
    OutboxMessage.objects.all().delete()
    out_again.sweep(at=clock.now())
    assert not OpenCall.objects.live().filter(kind=KIND).exists()
    assert "access.services.out_again.sweep" in settings.SWEEPS

    later = clock.now() + MIN
    row = pass_through(side, "exit", "checked", at=later)
    assert row.reason == "used_out"
    assert not OpenCall.objects.live().filter(kind=KIND).exists()
    out_again.sweep(at=later)
    assert OpenCall.objects.live().filter(kind=KIND).count() == 1
    relay()
    assert OpenCall.objects.filter(kind=KIND).count() == 2


def test_a_call_that_a_person_ended_is_not_made_again_by_a_late_relay(side) -> None:
    """Guard: R-000-17. Of one exit the community is called once: the relay tells of it after the call was ended."""
    out_on_the_old_pass(side)
    calls.end(OpenCall.objects.get(kind=KIND), words="在超市", by=side.actors["staff"], at=clock.now())

    relay()

    assert name_on_list(side) in listed(side)
    assert OpenCall.objects.get(kind=KIND).ended_words == "在超市"


def test_a_call_outlives_no_way_out(side) -> None:
    """R-000-17: whatever brought them home, the sweep ends the call; while they are out it does not."""
    out_on_the_old_pass(side)
    calls_over.sweep(at=clock.now())
    assert OpenCall.objects.live().filter(kind=KIND).exists()

    case_ref = request_of(side).case_ref
    HomeMark.objects.create(case_ref=case_ref, at=clock.now(), by_key="x", by_label="x")
    calls_over.sweep(at=clock.now())

    assert not OpenCall.objects.live().filter(kind=KIND).exists()


def test_two_peoples_word_is_about_one_way_out(side) -> None:
    """INV-19: closed by hand and out again, the person is out; two people may say it anew."""
    case_ref, past = request_of(side).case_ref, clock.now() - 15 * MIN
    said = {"reason": "在亲戚家", "first_key": "a", "first_at": past, "second_key": "b", "second_at": past}
    HandClosing.objects.create(case_ref=case_ref, **said)
    out_on_the_old_pass(side)
    assert facts(side).hand_closed_at is None
    assert journey.is_out(facts(side))
    lead, command = side.actors["lead"], side.actors["command"]

    home.hand_closing(request_of(side), reason="又在亲戚家", by=lead, at=clock.now())
    assert name_on_list(side) in listed(side)
    home.hand_closing(request_of(side), reason="打过电话", by=command, at=clock.now())

    assert name_on_list(side) not in listed(side)
    calls_over.sweep(at=clock.now())


def test_a_closing_never_ends_a_second_time(side) -> None:
    """ADR 0002: the case stays closed, as it was; where the person is says the view."""
    closed_at = request_of(side).closed_at
    out_on_the_old_pass(side)
    relay()
    at_gate(side, "entry", "let_in")
    relay()

    assert not closing.close_if_over(request_of(side).case_ref, at=clock.now())
    assert request_of(side).closed_at == closed_at


def test_the_view_before_lost_them(side) -> None:
    """INV-19, the twin: with the list that left closed requests out, the invariant names the lost one."""
    out_on_the_old_pass(side)
    with connection.cursor() as cursor:
        cursor.execute("ALTER VIEW access_outside RENAME TO outside_now")
        cursor.execute(
            "CREATE VIEW access_outside AS SELECT o.* FROM outside_now o JOIN access_accessrequest r"
            " ON r.case_ref = o.case_ref WHERE r.status <> 'closed'"
        )
    assert not Outside.objects.filter(case_ref=request_of(side).case_ref).exists()
    assert name_on_list(side) not in listed(side)
    assert {"INV-18", "INV-19"} <= set(broken())
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW access_outside")
        cursor.execute("ALTER VIEW outside_now RENAME TO access_outside")
