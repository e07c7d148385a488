"""The engine's plan becomes fact: whole or not at all, explained, replayable."""

from __future__ import annotations

from datetime import timedelta

import pytest

from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from communities.models import GatePass
from dispatch.services import planning
from hospitals.models import Appointment
from tests import walkers
from tests.walkers import AT, MIN
from transport.models import Run, Trip

pytestmark = pytest.mark.django_db


def facts(request: AccessRequest):
    return facts_of(with_facts(AccessRequest.objects.filter(pk=request.pk)).get())


def test_one_request_gets_slot_cars_and_pass():
    """R-000-5, R-000-12, INV-06: the engine arranges the way there, the way back, the place and the pass together."""
    town = walkers.town()
    request = walkers.ask(town)

    (run,) = planning.plan("main", at=AT)

    assert (run.status, run.applied, run.stale, run.error) == ("applied", 1, 0, "")
    assert facts(request).scheduled_at
    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    back = Trip.objects.get(case_ref=request.case_ref, direction="inbound")
    assert (out.status, back.status, back.reserved_run.status) == ("scheduled", "will_call", "draft")
    assert out.dropoff_planned_at <= town.slot.starts_at - 5 * MIN
    assert back.reserved_from >= town.slot.starts_at + timedelta(minutes=240)
    assert Appointment.objects.get(case_ref=request.case_ref).expected_at == out.dropoff_planned_at
    assert GatePass.objects.get(case_ref=request.case_ref).plate == out.run.vehicle.plate
    assert not out.run.is_pinned
    assert planning.plan("main", at=AT) == []


def test_people_of_one_hour_share_a_car():
    """docs/adr/0004: who rides together shares one run."""
    town = walkers.town(cars=1)
    requests = [walkers.ask(town, walkers.resident(town, name)) for name in ("陈玉梅", "王秀兰", "刘桂英")]

    planning.plan("main", at=AT)

    runs = {Trip.objects.get(case_ref=request.case_ref, direction="outbound").run_id for request in requests}
    assert len(runs) == 1
    assert Run.objects.exclude(status="draft").count() == 1
