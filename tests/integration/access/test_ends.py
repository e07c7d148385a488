"""Closed is not home: each end of a case is said as what it was."""

from __future__ import annotations

import pytest

from access.selectors.facts import facts_of, with_facts
from access.selectors.journey_line import journey_line
from access.services import home, requests
from core.actors import Actor
from tests import walkers
from tests.walkers import MIN, Walk

pytestmark = pytest.mark.django_db


def line(case: Walk):
    row = with_facts(type(case.request).objects.all()).select_related("resident", "community", "facility").get()
    return journey_line(row, at=case.at + MIN)


def test_two_peoples_word_is_no_evidence_of_being_home():
    case = walkers.walk(walkers.town(), to="released")
    for key in ("user:lead", "user:other"):
        by = Actor(key, "周岚", "lead", "community", case.town.community.pk, case.town.community.name)
        home.hand_closing(case.request, reason="家属来电，在亲戚家", by=by, at=case.at)

    shown = line(case)

    assert facts_of(with_facts(type(case.request).objects.all()).get()).hand_closed_at
    assert shown.standing.word == "closed"
    assert "已到家" not in shown.summary
    assert [stop.is_actual for stop in shown.stops if stop.key == "home"] == [False]


def test_whoever_came_home_is_home():
    """The twin."""
    shown = line(walkers.walk(walkers.town(), to="home"))
    assert shown.standing.word == "home"
    assert [stop.is_actual for stop in shown.stops if stop.key == "home"] == [True]


@pytest.mark.parametrize(
    ("outcome", "word"), [("transferred", "transferred"), ("not_gone", "not_gone"), ("home", "home")]
)
def test_each_outcome_has_its_own_word(outcome: str, word: str):
    case = walkers.walk(walkers.town(), to="placed")
    requests.close(case.request, outcome=outcome, by=case.town.staff, at=case.at)
    assert line(case).standing.word == word


def test_a_case_closed_with_a_word_nobody_knows_is_closed():
    """A row that slipped through: the page stands, and does not say that somebody is home."""
    case = walkers.walk(walkers.town(), to="placed")
    requests.close(case.request, outcome="home", by=case.town.staff, at=case.at)
    row = with_facts(type(case.request).objects.all()).select_related("resident", "community", "facility").get()
    row.outcome = "火箭"
    assert journey_line(row, at=case.at + MIN).standing.word == "closed"
