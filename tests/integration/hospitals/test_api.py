"""The desk's API: one shape of refusal, one effect per key."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from hospitals.models import Intake
from hospitals.states import IntakeStatus
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db


def send(client: Client, path: str, body: dict[str, Any], key: str = "") -> Any:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return client.post(path, body, content_type="application/json", headers=headers)


def test_walk_in_and_steps(client: Client) -> None:
    facility = make.make_facility()
    client.force_login(make.make_desk_user(facility))
    once = uuid.uuid4().hex
    answer = send(client, "/api/intake/walk-in", {"label": ""}, once)
    assert answer.status_code == 201
    assert send(client, "/api/intake/walk-in", {"label": ""}, once).status_code == 201
    row = Intake.objects.get()
    step = f"/api/intake/{row.pk}/step"
    assert send(client, step, {"step": "hand_over"}).json()["handed_over_at"]
    assert send(client, step, {"step": "hand_over"}).status_code == 409
    assert send(client, step, {"step": "transfer"}).status_code == 422
    assert send(client, step, {"step": "refuse"}).status_code == 400
    assert client.post(step, {"step": "release"}, content_type="application/json").status_code == 422
    assert send(client, step, {"step": "release"}).json()["status"] == IntakeStatus.RELEASED


def test_strangers(client: Client) -> None:
    arrival = make.make_intake()
    step = f"/api/intake/{arrival.pk}/step"
    assert send(client, step, {"step": "hand_over"}).status_code == 401
    client.force_login(make.make_desk_user(make.make_facility()))
    assert send(client, step, {"step": "hand_over"}).status_code == 404
    client.force_login(make.make_desk_user(make.make_facility(), role="driver"))
    assert send(client, step, {"step": "hand_over"}).json()["code"] == "post.role"
