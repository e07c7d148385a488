"""A plan that fails is on the screens of dispatch and command, and leaves them when one succeeds."""

from __future__ import annotations

import pytest
from django.test import Client

from access.services import requests
from accounts.models import Post, User
from calls.models import OpenCall
from calls.states import CallKind, CallStatus
from dispatch.models import PlanningRun
from dispatch.planning import plan_over, planner
from tests import walkers
from tests.walkers import AT, MIN

pytestmark = pytest.mark.django_db


def strip(role: str, place: str) -> str:
    """Read the strip of a post, as its page asks for it."""
    user = User.objects.create_user(f"{role}-{place}", "a-long-test-password", name="陈值班")
    Post.objects.create(user=user, role=role, place_kind="city", place_code=place, place_label="丹东")
    client = Client()
    client.force_login(user)
    return client.get("/calls/strip/", headers={"HX-Request": "true"}).content.decode()


def test_a_plan_that_failed_calls_for_help_until_one_succeeds(monkeypatch) -> None:
    """R-000-17: the board and command read it; nobody has to look into a log."""
    walkers.ask(walkers.town())
    solve = planner._solve

    def broken(*_given, **_named):
        raise ZeroDivisionError

    monkeypatch.setattr(planner, "_solve", broken)
    planner.plan("main", at=AT)

    assert PlanningRun.objects.filter(status="failed").exists()
    for role, place in (("dispatch", "main"), ("command", "210600")):
        assert "自动排车出错了" in strip(role, place)
    call = OpenCall.objects.get(kind=CallKind.PLAN_FAILED)
    assert call.owner_role == "dispatch"

    monkeypatch.setattr(planner, "_solve", solve)
    planner.plan("main", at=AT + 5 * MIN)

    call.refresh_from_db()
    assert (call.status, call.ended_words) == (CallStatus.ENDED, "后来排成了")


@pytest.mark.parametrize("how", ["placed", "cancelled", "waits"])
def test_it_ends_when_nobody_is_left_to_plan_for(monkeypatch, how) -> None:
    """Placed by hand or called off, the board is empty and nothing rings; the twin: while somebody waits it stands."""
    town = walkers.town()
    request = walkers.ask(town)

    def broken(*_given, **_named):
        raise ZeroDivisionError

    monkeypatch.setattr(planner, "_solve", broken)
    planner.plan("main", at=AT)
    if how == "placed":
        walkers.place_by_hand(town, request, at=AT + MIN)
    elif how == "cancelled":
        requests.cancel(request, reason="patient", by=town.staff, at=AT + MIN)

    plan_over.sweep(at=AT + 2 * MIN)

    assert OpenCall.objects.live().exists() is (how == "waits")
