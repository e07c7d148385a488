"""The gate's device over HTTP: INV-26, INV-27, INV-28."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

import pytest

from communities import selectors
from communities.models import Scan
from core import clock
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
URL = "/api/gate/scan"


@pytest.fixture
def guard(client):
    client.force_login(make.guard())
    return client


def _event(row=None, **fields) -> dict:
    return {
        "event_id": str(uuid.uuid4()),
        "direction": "exit",
        "decision": "let_out",
        "happened_at": clock.now().isoformat(),
        **({"pass_id": bytes(row.pass_id).hex()} if row else {}),
        **fields,
    }


def _send(client, *events) -> list[str]:
    answer = client.post(URL, {"events": list(events)}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return [each["outcome"] for each in answer.json()["results"]]


def test_upload_stores_repeats_and_quarantines(guard):
    """INV-26."""
    event = _event(make.gate_pass(clock.now()), is_offline=True)

    assert _send(guard, event) == ["stored"]
    assert _send(guard, event) == ["already"]
    assert _send(guard, {**event, "direction": "entry", "decision": "let_in"}) == ["quarantined"]
    assert Scan.objects.get().is_offline


def test_one_bad_event_does_not_hold_up_the_others(guard):
    good = _event(make.gate_pass(clock.now()))

    assert _send(guard, {"event_id": "x"}, good, _event(direction="sideways")) == ["invalid", "stored", "invalid"]


def test_emergency_uploaded_twice_opens_one_case(guard):
    event = _event(decision="emergency", building="5号楼", is_offline=True)

    assert _send(guard, event, event) == ["stored", "already"]
    assert Scan.objects.get().is_emergency


def test_emergency_under_an_id_that_was_another_passage_is_not_taken_as_known(guard):
    """INV-26: the device keeps what is quarantined, and people look at it; "already" would have it thrown away."""
    event = _event(make.gate_pass(clock.now()))

    assert _send(guard, event, {**event, "decision": "emergency"}) == ["stored", "quarantined"]


def test_order_of_upload_does_not_matter(guard):
    """INV-27: any order, repeated, split: the same people are out."""
    now, rng = clock.now(), random.Random(27)
    rows = [make.gate_pass(now) for _ in range(4)]
    events = []
    for number, row in enumerate(rows):
        events.append(_event(row, happened_at=(now - timedelta(minutes=90)).isoformat()))
        if number % 2:
            home = {"direction": "entry", "decision": "let_in"}
            events.append(_event(row, **home, happened_at=(now - timedelta(minutes=30)).isoformat()))
    shuffled = events * 2
    rng.shuffle(shuffled)

    for start in range(0, len(shuffled), 3):
        _send(guard, *shuffled[start : start + 3])

    out = [selectors.passage(row.case_ref).is_out for row in rows]
    assert out == [True, False, True, False]
    assert Scan.objects.count() == len(events)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"events": []}', '{"events": "x"}', '{"events": [1]}', "\x00", "{"])
def test_malformed_batches_are_400(guard, body):
    answer = guard.post(URL, body, content_type="application/json")

    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "context"}


def test_batch_is_bounded(guard):
    answer = guard.post(URL, {"events": [{}] * 201}, content_type="application/json")

    assert answer.status_code == 400


def test_sync_tells_what_a_gate_needs_and_nothing_more(guard):
    row = make.gate_pass(clock.now())

    body = guard.get("/api/gate/sync").json()

    assert {"server_time", "gate", "community_mark", "keys", "revoked", "passes"} == set(body)
    assert body["passes"][0]["number"] == row.number
    assert set(body["passes"][0]) == {
        *("pass_id", "number", "code_tail", "holder", "building", "party_size"),
        *("exit_from", "exit_until", "plate", "used"),
    }


@pytest.mark.parametrize("count", [5, 50])
def test_sync_costs_the_same_at_5_and_50_rows(guard, count, django_assert_max_num_queries):
    for _ in range(count):
        make.gate_pass(clock.now())

    with django_assert_max_num_queries(9):
        assert len(guard.get("/api/gate/sync").json()["passes"]) == count


def test_public_keys_need_no_sign_in_and_carry_no_secret(client):
    body = client.get("/api/pass-keys").json()

    assert [set(key) for key in body["keys"]] == [{"key_id", "use", "point"}] * 2
    assert all(len(key["point"]) == 130 for key in body["keys"])


def test_stranger_is_401_and_other_posts_403(client):
    assert client.get("/api/gate/sync").status_code == 401
    assert client.post(URL, {}, content_type="application/json").status_code == 401
    client.force_login(make.user("13800000098", "李某", role="driver", place=("fleet", "F1", "车队")))
    assert client.get("/api/gate/sync").status_code == 403


def test_schema_lists_the_gates_addresses(guard):
    schema = guard.get("/api/schema/?format=json").content.decode()

    for address in ("/api/gate/scan", "/api/gate/sync", "/api/pass-keys"):
        assert address in schema
