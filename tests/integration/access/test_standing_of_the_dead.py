"""E28: a dead person's case says so, in its own word, on the community's page."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.selectors.standing import hhmm
from hospitals.services import intake
from tests import walkers
from tests.factories import communities as people
from tests.walkers import Walk

pytestmark = pytest.mark.django_db


def standing_on_the_page(case: Walk) -> str:
    """Read where the case stands on the community's page, as the worker does."""
    home = case.town.community
    client = Client()
    with time_machine.travel(case.at, tick=False):
        client.force_login(people.user("13800000077", "林晓", role="staff", place=("community", home.code, home.name)))
        page = client.get(reverse("access:request", args=[case.request.pk])).content.decode()
    return page.partition("journey-card")[2].partition("</section>")[0]


@pytest.mark.parametrize("is_delivered", [False, True])
def test_a_death_is_called_one(is_delivered: bool):
    """E28: from the same commit on, and after the case is closed. Seen before: 住院或转交."""
    case = walkers.walk(walkers.town(), to="treated")
    intake.record_death(case.intake, by=case.town.desk, at=case.at)
    if is_delivered:
        walkers.deliver()

    shown = standing_on_the_page(case)
    assert f"{hhmm(case.at)} 去世" in shown
    assert "住院" not in shown
    assert "不用返程车" in shown


def test_somebody_admitted_is_not_called_dead():
    """The twin."""
    case = walkers.walk(walkers.town(), to="treated")
    intake.admit(case.intake, by=case.town.desk, at=case.at)
    walkers.deliver()

    shown = standing_on_the_page(case)
    assert "住院" in shown
    assert "去世" not in shown
