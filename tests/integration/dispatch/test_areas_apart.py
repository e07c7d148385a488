"""Each area is planned apart: what is wrong in one is a call for help there, and stops nobody elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client

from access.models import AccessRequest
from accounts.models import Post, User
from calls.models import OpenCall
from calls.states import CallKind, CallStatus
from communities.models import PolicyDocument, PolicyRule
from core.actors import Actor
from core.management.commands.check_invariants import breaches
from dispatch.models import PlanningRun
from dispatch.planning import planner
from drill.celery_workers import working
from tests import odd_rows, walkers
from tests.factories import access as people
from tests.factories import communities as places
from tests.walkers import AT, MIN
from transport.models import Vehicle

PLAN, EAST = "dispatch.tasks.plan_area", "210681001001"


def two_areas() -> tuple[AccessRequest, AccessRequest]:
    """Ask for one person in each of two areas; the hospital has room for both and each area a car."""
    town = walkers.town()
    east = places.community(EAST, "东港花园", dispatch_area=places.area("east", "东港市"))
    walkers.car("E1", dispatch_area="east")
    staff = Actor("user:east", "于淑琴", "staff", "community", EAST, "东港花园")
    there = replace(town, community=east, staff=staff)
    return walkers.ask(town), walkers.ask(there, people.resident(east, "于海"))


@contextmanager
def refused(area: str) -> Iterator[None]:
    """Give an area no car that can be planned with, and let the database refuse to keep why somebody waits."""
    Vehicle.objects.filter(dispatch_area=area).update(lat=float("nan"))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_here() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse_here BEFORE UPDATE ON access_accessrequest FOR EACH ROW"
            f" WHEN (OLD.dispatch_area = '{area}') EXECUTE FUNCTION refuse_here()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse_here() CASCADE")


def pages(area: str) -> Iterator[str]:
    """Read the strip of the board and of command, and the engine's page."""
    for role, place, page in (
        ("dispatch", area, "/calls/strip/"),
        ("command", "210600", "/calls/strip/"),
        ("dispatch", area, "/dispatch/engine/"),
    ):
        user, is_new = User.objects.get_or_create(username=f"{role}-{place}", defaults={"name": "陈值班"})
        if is_new:
            Post.objects.create(user=user, role=role, place_kind="city", place_code=place, place_label="丹东")
        client = Client()
        client.force_login(user)
        yield client.get(page, headers={"HX-Request": "true"} if "strip" in page else {}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_worker_plans_the_good_area_beside_the_bad_one() -> None:
    """R-000-17: the bad area is a failed plan and one open call on board, engine page and command, until it succeeds."""
    bad, good = two_areas()

    with refused("main"), working(connection.settings_dict["NAME"], by_celery=True) as answer:
        for area in ("main", "east", "main"):
            answer(PLAN, {"area": area}, AT)
    bad.refresh_from_db()
    good.refresh_from_db()

    assert good.facts.scheduled_at is not None
    assert bad.facts.scheduled_at is None
    call = OpenCall.objects.get(kind=CallKind.PLAN_FAILED)
    assert (call.subject, call.owner_role, call.status) == ("main", "dispatch", CallStatus.OPEN)
    for shown, words in zip(pages("main"), ("自动排车出错了", "自动排车出错了", "没算成"), strict=True):
        assert words in shown
    assert not any("自动排车出错了" in shown for shown in list(pages("east"))[:1])

    Vehicle.objects.filter(dispatch_area="main").update(lat=40.11)
    planner.plan("main", at=AT + 5 * MIN)

    call.refresh_from_db()
    bad.refresh_from_db()
    assert (call.status, call.ended_words) == (CallStatus.ENDED, "后来排成了")
    assert bad.facts.scheduled_at is not None
    assert breaches() == []


@pytest.mark.django_db
def test_a_call_that_lasts_is_one_call(monkeypatch) -> None:
    """The engine answers and the plan cannot be written, again and again: taken up once is taken up."""
    walkers.ask(walkers.town())

    def broken(*_given, **_named):
        raise ZeroDivisionError

    monkeypatch.setattr(planner, "apply", broken)
    for minute in range(3):
        planner.plan("main", at=AT + minute * MIN)

    assert OpenCall.objects.filter(kind=CallKind.PLAN_FAILED).count() == 1
    assert OpenCall.objects.live().filter(kind=CallKind.PLAN_FAILED).exists()
    assert set(PlanningRun.objects.filter(status="failed").values_list("error", flat=True)) == {"ZeroDivisionError: "}


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["abc", None, -30, [], {"min": 30}])
def test_a_bad_number_in_the_rulebook_stops_no_plan(value) -> None:
    """The next sound row of a wider scope decides."""
    asked = walkers.ask(walkers.town())
    document = PolicyDocument.objects.create(code="d-1", title="振兴区通告")
    for key in ("waiting.target_min", "waiting.measured_min", "critical.fallback_min", "driver.replace_min"):
        PolicyRule.objects.create(document=document, key=key, value="" if value is None else value, scope="210602")

    planner.plan("main", at=AT)

    asked.refresh_from_db()
    assert asked.facts.scheduled_at is not None


@pytest.mark.django_db
def test_a_person_with_an_unknown_word_waits_for_somebody_who_looks_and_the_others_are_planned() -> None:
    town = walkers.town()
    odd, good = walkers.ask(town), walkers.ask(town, walkers.resident(town, "刘桂芳"))
    odd_rows.let_in("access_accessrequest")
    AccessRequest.objects.filter(pk=odd.pk).update(mobility="火箭")

    planner.plan("main", at=AT)

    odd.refresh_from_db()
    good.refresh_from_db()
    assert good.facts.scheduled_at is not None
    assert odd.needs_person_reason == "not_sound"
