"""What the gate calls for, read on the screen of the other post: R-000-2, R-000-17, E8, INV-21."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from calls.models import OpenCall
from calls.services import calls
from communities.models import Gate, GatePass, Scan
from communities.services import device_marks, gates, passes
from communities.services.gates import ScanEvent
from communities.states import Direction
from core import clock
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
FORGED = ("000", "100")


@pytest.fixture
def gate() -> Gate:
    return make.gate(make.community())


@pytest.fixture
def lead() -> Client:
    client, home = Client(), make.community()
    user = make.user("13800000061", "王主任", role="lead", place=("community", home.code, f"{home.name}社区"))
    client.force_login(user)
    return client


def _strip(client: Client) -> str:
    return client.get("/calls/strip/", headers={"HX-Request": "true"}).content.decode()


def _out(gate: Gate, *, is_void: bool = False) -> GatePass:
    """Somebody goes out; on a pass that was void already, the guard having checked."""
    row = make.gate_pass(clock.now())
    if is_void:
        passes.void_for_case(row.case_ref, by=make.BY, at=clock.now(), reason="换了时间")
        row.refresh_from_db()
    decision = "checked" if is_void else "let_out"
    gates.scan(gate, event=ScanEvent(uuid.uuid4(), Direction.EXIT, decision, row), by=make.GUARD, at=clock.now())
    return row


def _home(gate: Gate, row: GatePass | None, code: str = "") -> Scan:
    event = ScanEvent(uuid.uuid4(), Direction.ENTRY, "checked", row, code_text=code)
    return gates.scan(gate, event=event, by=make.actor(make.guard()), at=clock.now())


def _take(lead: Client, kind: str) -> None:
    call = OpenCall.objects.live().get(kind=kind)
    answer = lead.post(reverse("calls:take", args=[call.pk]), {"idempotency_key": uuid.uuid4().hex})
    assert answer.status_code == 302


@pytest.mark.parametrize("way", ["signed_in", "phone"])
def test_guard_reads_who_took_the_emergency_up(gate, lead, way):
    """Taken up by name on the lead's page, read at the gate; before it the gate reads that nobody has."""
    guard = Client()
    if way == "signed_in":
        guard.force_login(make.guard())
    mark = device_marks.issue(gate, device="a1", at=clock.now())
    body = {"event_id": str(uuid.uuid4()), "pressed_at": clock.now().isoformat()}

    def told() -> dict:
        send = {"content_type": "application/json", "headers": {"X-Gate-Mark": mark}}
        return guard.post("/api/gate/emergency", body, **send).json()

    before = told()
    assert "门岗紧急放行" in _strip(lead)
    _take(lead, "gate_emergency")
    after = told()

    assert (before["is_taken_up"], "还没有人接手" in before["line"]) == (False, True)
    assert (after["is_taken_up"], after["line"].startswith("王主任")) == (True, True)
    assert after["line"].endswith("接手")
    if way == "signed_in":
        page = reverse("communities:gate_emergency_detail", args=[Scan.objects.get().pk])
        part = guard.get(page, headers={"HX-Request": "true"}).content.decode()
        assert "王主任" in part
        assert "data-live" in part
        call = OpenCall.objects.live().get()
        calls.end(call, words="120 接走了", by=make.actor(make.staff()), at=clock.now())
        assert "120 接走了" in guard.get(page).content.decode()


def test_what_the_guard_adds_stands_in_the_call(gate, lead):
    """The twin: a call that somebody ended is not opened again by it."""
    row = gates.emergency_release(gate, event_id=uuid.uuid4(), by=make.actor(make.guard()), at=clock.now())
    facts = {"building": "9号楼", "party_size": 2, "has_ambulance": None, "at": clock.now()}
    gates.add_detail(row, **facts, by=make.GUARD)
    assert "9号楼 2 人" in _strip(lead)
    for came, said in ((False, "120 还没到"), (True, "120 已经到了"), (None, "120 已经到了")):
        gates.add_detail(row, **{**facts, "has_ambulance": came}, by=make.GUARD)
        assert said in _strip(lead)

    calls.end(OpenCall.objects.live().get(), words="办完", by=make.actor(make.staff()), at=clock.now())
    gates.add_detail(row, **facts, by=make.GUARD)
    assert not OpenCall.objects.live().exists()


def test_return_on_a_void_pass_is_a_line_for_the_lead(gate, lead):
    """Seen before: 已告诉社区, and nobody read it. The twin: a return on a good pass calls nobody."""
    void, good = _out(gate, is_void=True), _out(gate)
    gates.scan(gate, event=ScanEvent(uuid.uuid4(), Direction.ENTRY, "let_in", good), by=make.GUARD, at=clock.now())
    assert "作废" not in _strip(lead)
    row = _home(gate, void)

    words = _strip(lead)
    assert row.reason == "revoked_return"
    assert "拿作废的通行证回来了" in words
    assert void.holder in words
    assert f"证 {void.number}，人已经进门" in words
    assert "锦江花园南门" in words
    assert 'data-loud="0"' in words


def test_return_on_a_code_nobody_can_believe_is_a_line_for_the_lead(gate, lead):
    """E8: the lead is alerted; no word of it before it is recorded. The twin: the same code for an exit calls nobody."""
    row = make.gate_pass(clock.now())
    forged = row.token[:-3] + FORGED[row.token[-3:] == FORGED[0]]
    event = ScanEvent(uuid.uuid4(), Direction.EXIT, "turned", code_text=forged)
    gates.scan(gate, event=event, by=make.GUARD, at=clock.now())
    assert not OpenCall.objects.exists()

    _home(gate, None, code=forged)

    assert "门岗扫到认不出的码，人回来了" in _strip(lead)


def test_guards_page_says_nothing_of_a_call_before_it_is_one(gate, client):
    """The words at the gate: once recorded the community reads it, not that it was told already."""
    void = _out(gate, is_void=True)
    client.force_login(make.guard())

    page = client.get(f"/gate/pass/{void.pk}/").content.decode()

    assert "按下面记下，社区就能看到" in page
    assert "已告诉社区" not in page


def test_a_late_return_is_known_to_the_night_gate(gate: Gate, client: Client) -> None:
    """E5, R-002-2b: the treatment overran; after midnight another guard has them in the list and lets them in, green.

    The way home has no window, so no pass need be prolonged.
    """
    noon = clock.at_local(clock.today(), "12:00")
    row = make.gate_pass(noon)
    gates.scan(gate, event=ScanEvent(uuid.uuid4(), Direction.EXIT, "let_out", row), by=make.GUARD, at=noon)
    night = make.guard(username="13800000063", name="夜班师傅")

    with time_machine.travel(noon + timedelta(hours=12, minutes=40)):
        client.force_login(night)  # signed in for this night, whatever the hour the test runs at
        listed = client.get(reverse("communities:gate_list")).content.decode()
        found = client.get(reverse("communities:gate_list"), {"q": row.number[-4:]}).content.decode()
        fields = {"code": row.short_code[-4:], "direction": Direction.ENTRY}
        shown = client.post(reverse("communities:gate_check"), fields).content.decode()

    assert f"{row.holder}" in listed
    assert row.number in found
    assert 'data-answer="green"' in shown
    assert "过期" not in shown
