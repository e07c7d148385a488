"""紧急放行 from a phone without session, cookie or network: R-002-2b, INV-26, INV-28, E7, E8."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse

from communities.models import Gate, Scan
from communities.services import device_marks
from core import clock
from core.errors import NotAllowed, NotFound
from core.models import OutboxMessage
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
URL = "/api/gate/emergency"
FORM = "/gate/emergency/"


@pytest.fixture
def gate() -> Gate:
    return make.gate(make.community())


@pytest.fixture
def mark(gate) -> str:
    return device_marks.issue(gate, device="aabbcc", at=clock.now())


def _press(client, mark="", *, event_id=None, pressed_at=None):
    body = {"event_id": str(event_id or uuid.uuid4()), "pressed_at": (pressed_at or clock.now()).isoformat()}
    headers = {"X-Gate-Mark": mark} if mark else {}
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_phone_with_its_mark_is_believed_without_session_or_cookie(gate, mark):
    """The twin is the next test: a phone without a mark is not."""
    client, event_id, pressed = Client(enforce_csrf_checks=True), uuid.uuid4(), clock.now() - timedelta(minutes=7)

    first = _press(client, mark, event_id=event_id, pressed_at=pressed)
    again = _press(client, mark, event_id=event_id, pressed_at=pressed)

    row = Scan.objects.get()
    assert (first.status_code, first.json()["outcome"], again.json()["outcome"]) == (200, "stored", "already")
    assert first.json()["url"] == ""
    assert (row.gate, row.is_emergency, row.is_offline, row.happened_at) == (gate, True, True, pressed)
    assert (row.operator_key, row.operator_label) == ("device:aabbcc", "门岗手机")
    assert OutboxMessage.objects.filter(kind="gate.emergency").count() == 1
    assert not client.cookies


@pytest.mark.parametrize("bad", ["", "x", "forged", "old", "called_in", "gone"])
def test_phone_without_a_good_mark_is_not(gate, mark, bad):
    when = clock.now()
    marks = {"x": "x", "forged": mark[:-2] + ("aa" if mark[-2:] != "aa" else "bb")}
    if bad == "old":
        marks["old"] = device_marks.issue(gate, device="a", at=when - timedelta(days=91))
    if bad == "called_in":
        device_marks.call_in(gate, by=make.actor(make.staff()), at=when + timedelta(seconds=1))
        marks["called_in"] = mark
    if bad == "gone":
        marks["gone"] = signing.dumps(["no-such-gate", "a", int(when.timestamp())], salt=device_marks.SALT)

    answer = _press(Client(), marks.get(bad, ""))

    assert answer.status_code == 401
    assert not Scan.objects.exists()


def test_lost_phones_are_called_in_by_their_own_community_alone(gate, mark):
    other = make.actor(make.staff(make.community(make.NEXT_DOOR, "隔壁"), username="13800000077"))

    with pytest.raises(NotFound):
        device_marks.call_in(gate, by=other, at=clock.now())
    with pytest.raises(NotAllowed):
        device_marks.call_in(gate, by=make.actor(make.guard()), at=clock.now())

    assert device_marks.read(mark, at=clock.now()) is not None


def test_lost_phone_is_called_in_on_the_page_of_passes(client, gate, mark):
    """The twin: a mark given after it is good."""
    client.force_login(make.staff())
    assert "作废旧手机" in client.get("/passes/").content.decode()
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert client.post("/passes/lost-phone/", {"idempotency_key": uuid.uuid4().hex}).status_code == 302
    later = clock.now() + timedelta(minutes=2)

    assert device_marks.read(mark, at=later) is None
    assert device_marks.read(device_marks.issue(gate, device="b", at=later), at=later) is not None


def test_who_is_signed_in_is_named_and_led_to_the_page(client, gate, mark):
    user = make.guard()
    client.force_login(user)

    answer = _press(client, mark).json()

    row = Scan.objects.get()
    assert (row.operator_key, row.operator_label) == (f"user:{user.pk}", user.name)
    assert answer["url"] == reverse("communities:gate_emergency_detail", args=[row.pk])
    assert _press(client).status_code == 200  # without a mark the session is enough


def test_press_kept_at_one_gate_stays_that_gates(client, gate, mark):
    """Whoever signs in meanwhile at another compound does not carry the party there."""
    client.force_login(make.guard(make.community(make.NEXT_DOOR, "隔壁"), username="13800000078"))

    answer = _press(client, mark).json()

    assert (Scan.objects.get().gate, answer["url"]) == (gate, "")


def test_other_posts_and_other_forms_open_nothing(client, mark):
    """Another site's page can send neither JSON nor the header; a form is not read."""
    client.force_login(make.user("13800000098", "李某", role="driver", place=("fleet", "F1", "车队")))

    assert _press(client).status_code == 403
    assert client.post(URL, {"event_id": str(uuid.uuid4())}, headers={"X-Gate-Mark": mark}).status_code == 415
    assert client.post(URL, {}, content_type="application/json", headers={"X-Gate-Mark": mark}).status_code == 400
    assert not Scan.objects.exists()


def test_one_phone_cannot_flood(mark):
    """What is too much waits on the phone (429); what is known already is still answered."""
    client, known = Client(), uuid.uuid4()
    _press(client, mark, event_id=known)
    for _ in range(device_marks.PER_SPAN - 1):
        _press(client, mark)

    over = _press(client, mark)

    assert (over.status_code, over["Retry-After"]) == (429, "60")
    assert _press(client, mark, event_id=known).json()["outcome"] == "already"
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert _press(client, mark).status_code == 200


def test_clock_that_is_days_off_is_not_believed(mark):
    before = clock.now()

    _press(Client(), mark, pressed_at=clock.now() - timedelta(days=400))
    _press(Client(), mark, pressed_at=clock.now() + timedelta(days=2))

    assert all(before <= row.happened_at <= clock.now() for row in Scan.objects.all())


def _fields(client) -> dict[str, str]:
    """Return the hidden fields of the button on the guard's page, as a browser without scripts sends them."""
    page = client.get("/gate/").content.decode()
    form = page[page.index("data-emergency") :]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))


@pytest.mark.parametrize("lost", ["session", "cookie", "nothing"])
def test_form_works_without_scripts_session_or_csrf_cookie(gate, lost):
    """The twin: the same form without the mark is led to sign-in, or refused."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.guard())
    fields = _fields(client)
    if lost == "session":
        client.logout()
    if lost == "cookie":
        del client.cookies["csrftoken"]

    answer = client.post(FORM, fields)
    unmarked = client.post(FORM, {**fields, "device_mark": "", "idempotency_key": uuid.uuid4().hex, "event_id": ""})

    assert Scan.objects.filter(is_emergency=True).count() == (2 if lost == "nothing" else 1)
    if lost == "session":
        page = answer.content.decode()
        assert answer.status_code == 200
        assert all(word in page for word in ("已放行", "已记下", "tel:120", "tel:04153120001"))
        assert unmarked.status_code in {302, 403}
    else:
        assert answer["Location"].startswith("/gate/emergency/")
    if lost == "cookie":
        assert unmarked.status_code == 403


def test_two_phones_that_drew_one_key_are_both_heard(gate, mark):
    """Guard: a key without a session is its address's. Shared by all, the second phone would be refused as used."""
    other = make.gate(make.community(make.NEXT_DOOR, "隔壁"))
    marks = {"10.0.0.1": mark, "10.0.0.2": device_marks.issue(other, device="dd", at=clock.now())}

    for address, each in marks.items():
        sent = {"device_mark": each, "idempotency_key": "k" * 32}
        assert Client(REMOTE_ADDR=address).post(FORM, sent).status_code == 200

    assert set(Scan.objects.values_list("gate", flat=True)) == {gate.pk, other.pk}


def test_guards_page_after_the_press_says_that_nobody_took_it_up_yet(client, gate):
    """R-000-2: no word says that somebody was told."""
    client.force_login(make.guard())
    _press(client)

    page = client.get(reverse("communities:gate_emergency_detail", args=[Scan.objects.get().pk])).content.decode()

    assert "还没有人接手" in page
    assert "已通知" not in page


def test_sign_in_and_error_pages_carry_the_button_for_phones_that_keep_a_mark(client):
    for path in ("/sign-in/", "/no-such-page/"):
        page = client.get(path).content.decode()
        assert "data-emergency-kept hidden" in page
        assert URL in page
