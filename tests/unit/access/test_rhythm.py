"""When care is due, how long is too long, and what lies inside a division."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from access.rhythm import Rhythm
from access.selectors.waits import WaitLimits
from core.divisions import division_prefix

TUESDAY = date(2022, 6, 28)  # ISO week 26: an even one


@pytest.mark.parametrize(
    ("rhythm", "day", "is_due"),
    [
        (Rhythm("weekly", "2,4,6"), TUESDAY, True),
        (Rhythm("weekly", "1,3,5"), TUESDAY, False),
        (Rhythm("two_weekly", "2,4,6|3,6"), TUESDAY, False),
        (Rhythm("two_weekly", "2,4,6|3,6"), TUESDAY + timedelta(days=7), True),
        (Rhythm("two_weekly", "2,4,6|3,6"), TUESDAY + timedelta(days=1), True),
        (Rhythm("cycle", "14d", next_date=TUESDAY), TUESDAY, True),
        (Rhythm("cycle", "14d", next_date=TUESDAY), TUESDAY + timedelta(days=14), True),
        (Rhythm("cycle", "14d", next_date=TUESDAY), TUESDAY + timedelta(days=7), False),
        (Rhythm("cycle", "14d", next_date=TUESDAY + timedelta(days=14)), TUESDAY, False),
        (Rhythm("cycle", "", next_date=TUESDAY), TUESDAY, True),
        (Rhythm("cycle", "14d"), TUESDAY, False),
        (Rhythm("date", next_date=TUESDAY), TUESDAY, True),
        (Rhythm("date", next_date=TUESDAY), TUESDAY + timedelta(days=1), False),
        (Rhythm("refill", next_date=TUESDAY), TUESDAY, False),
        (Rhythm("weekly", "two,4"), TUESDAY, False),
        (Rhythm(), TUESDAY, False),
    ],
)
def test_due_days(rhythm, day, is_due):
    assert rhythm.is_due(day) is is_due


def test_the_shift_says_when():
    assert [Rhythm(shift=shift).starts for shift in ("AM", "PM", "EVE", "")] == ["07:30", "12:30", "17:30", "09:00"]


@pytest.mark.parametrize(
    ("minutes", "has_ride", "level"),
    [
        (9, False, ""),
        (10, False, "wait"),
        (15, False, "danger"),
        (15, True, "wait"),
        (29, True, "wait"),
        (30, True, "danger"),
    ],
)
def test_waiting_for_the_way_home(minutes, has_ride, level):
    assert WaitLimits().level(timedelta(minutes=minutes), has_ride=has_ride) == level


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("210600", "2106"),
        ("210000", "21"),
        ("210602", "210602"),
        ("210602002", "210602002"),
        ("210602002000", "210602002"),
        ("210602000000", "210602"),
        ("210602002001", "210602002001"),
    ],
)
def test_division_prefix(code, prefix):
    assert division_prefix(code) == prefix
