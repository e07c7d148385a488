"""Each promise is named when it is broken on purpose (INV-01, INV-29, INV-30)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hospitals.invariants import INVARIANTS
from hospitals.models import Intake, Slot
from hospitals.services import status
from hospitals.services.status import StatusChange
from hospitals.states import ServiceStatus
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db


def broken() -> set[str]:
    found = set()
    with connection.cursor() as cursor:
        for promise in INVARIANTS:
            cursor.execute(promise.sql)
            if cursor.fetchone():
                found.add(promise.ident)
    return found


def test_nothing_is_broken_by_the_services() -> None:
    make.make_intake(at=timezone.now())
    make.make_appointment()
    assert broken() == set()


def test_inv_01_a_wrong_counter_is_named() -> None:
    appointment = make.make_appointment()
    Slot.objects.filter(pk=appointment.slot_id).update(booked=0)
    assert broken() == {"INV-01"}


def test_inv_29_an_arrival_without_intake_is_named() -> None:
    appointment = make.make_appointment()
    type(appointment).objects.filter(pk=appointment.pk).update(status="arrived")
    assert broken() == {"INV-29"}


def test_inv_30_an_unreported_late_hand_over_is_named() -> None:
    arrival = make.make_intake(at=timezone.now() - timedelta(minutes=21))
    assert broken() == {"INV-30"}
    Intake.objects.filter(pk=arrival.pk).update(late_reported_at=timezone.now())
    assert broken() == set()
    Intake.objects.filter(pk=arrival.pk).update(status="admitted")
    assert broken() == {"INV-30b"}


def test_a_service_shut_until_now_opens_by_the_sweep() -> None:
    service = make.make_service(kind="imaging")
    change = StatusChange(ServiceStatus.CLOSED, until=make.AT + timedelta(hours=1), reason="检修")
    status.set_status(service, change, by=make.desk_actor(service.facility), at=make.AT)
    assert status.reopen_due(at=make.AT) == 0
    assert status.reopen_due(at=make.AT + timedelta(hours=1)) == 1
    service.refresh_from_db()
    assert service.status == ServiceStatus.OPEN
