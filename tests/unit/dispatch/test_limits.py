"""The limits of the plan and of the dispatcher's list: from the rulebook where a key exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from communities import rulebook as shipped
from communities.services.rulebook import Book
from core.clock import CHINA
from dispatch.limits import LIMITS, Limits, of_book, planned_until, turn_left

NOW = datetime(2022, 6, 28, 10, 40, tzinfo=CHINA)
MIN = timedelta(minutes=1)


def test_the_shipped_rulebook_says_what_the_table_says():
    assert of_book(Book(shipped.shipped()), place="210602", at=NOW) == LIMITS


@pytest.mark.parametrize(
    ("key", "value", "limits"),
    [
        ("waiting.target_min", 20, {"wait_target": 20.0}),
        ("waiting.target_min", 75, {"wait_target": 75.0, "wait": 75.0}),
        ("waiting.measured_min", [50, 90], {"wait": 50.0}),
        ("capacity.stale_h", 6, {"fresh": 360.0}),
        ("engine.move_told_stop_max_min", 3, {"told": 3.0}),
    ],
)
def test_a_policy_moves_the_limit_it_names(key, value, limits):
    """INV-32: a row of the rulebook decides at once, for both judges."""
    rules = [replace(rule, value=value) if rule.key == key else rule for rule in shipped.shipped()]

    assert of_book(Book(rules), place="210602", at=NOW) == Limits(**limits)


@pytest.mark.parametrize(
    ("asked", "is_fixed", "since", "until"),
    [
        (300, False, 120, 540),
        (60, False, 0, 300),
        (-30, False, 0, 240),
        (700, False, 520, 799),
        (300, True, 0, 799),
        (None, False, 0, 799),
    ],
    ids=["later", "soon", "missed", "span ends", "recurs", "no hour"],
)
def test_another_hour_is_planned_so_far_from_the_one_asked_for(asked, is_fixed, since, until):
    """Three hours sooner, four later; what recurs at any hour of the span."""
    hour = None if asked is None else NOW + asked * MIN

    first, last = LIMITS.hours(hour, is_fixed=is_fixed, at=NOW, until=NOW + 800 * MIN)

    assert (first - NOW) // MIN == since
    assert (last - NOW) // MIN == until


@pytest.mark.parametrize(
    ("hour", "asked", "until"),
    [(10, None, 24), (20, None, 48), (19, None, 25), (10, 30, 48)],
    ids=["today", "from the evening on", "six hours", "asked for tomorrow"],
)
def test_the_next_plan_looks_so_far(hour, asked, until):
    day = NOW.replace(hour=0, minute=0)
    of_day = None if asked is None else day + timedelta(hours=asked)

    assert planned_until(day + timedelta(hours=hour), asked=of_day) == day + timedelta(hours=until)


@pytest.mark.parametrize(("kept", "left"), [(34, 0), (14, 18), (60, 0)])
def test_the_disinfection_that_is_kept_in_a_ride_is_not_counted_again(kept, left):
    """E18: a sealed ride takes 30 minutes after the patient is out; what its time holds already is over with it."""
    found = turn_left("sealed", set_down=NOW, mobility="walk", free_at=NOW + kept * MIN)

    assert found == left * MIN
