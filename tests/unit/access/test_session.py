"""How long a session lasts, and for how many days medicine is there: one rule each (2.4, E29)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.rhythm import OTHER_SESSION_H, SESSION_H, days_left, session_min
from access.states import FIXED, GOODS
from core.vocabulary import NeedKind

TODAY = date(2022, 6, 28)


@pytest.mark.parametrize(
    ("kind", "hours", "slot_min", "minutes"),
    [
        ("dialysis", None, None, 240),
        ("dialysis", 3.5, None, 210),
        ("dialysis", 3.5, 240, 240),
        ("chemotherapy", None, None, 240),
        ("radiotherapy", None, None, 60),
        ("radiotherapy", 0.25, None, 15),
        ("outpatient", None, 60, 60),
        ("", None, None, 60),
        ("dialysis", 0, None, 240),
        ("dialysis", None, 0, 240),
    ],
)
def test_the_slot_then_the_person_then_the_kind(kind, hours, slot_min, minutes):
    assert session_min(kind, hours=hours, slot_min=slot_min) == minutes


@given(
    st.sampled_from([kind.value for kind in NeedKind]),
    st.none() | st.floats(0, 24),
    st.none() | st.integers(0, 1440),
)
def test_a_session_always_has_a_length(kind, hours, slot_min):
    """The engine passes over a request without a length: there is never one."""
    found = session_min(kind, hours=hours, slot_min=slot_min)
    assert 1 <= found <= 1440
    if slot_min:
        assert found == slot_min
    elif not hours:
        assert found == SESSION_H.get(kind, OTHER_SESSION_H) * 60


def test_nobody_is_driven_on_a_rhythm_for_goods():
    """E29: what is brought to the door is no fixed treatment."""
    assert not FIXED & GOODS


@pytest.mark.parametrize(
    ("last_refill", "supply_days", "next_date", "left"),
    [
        (None, None, None, None),
        (TODAY - timedelta(days=20), 28, None, 8),
        (TODAY - timedelta(days=30), 28, None, -2),
        (None, None, TODAY + timedelta(days=3), 3),
        (TODAY - timedelta(days=25), 28, TODAY + timedelta(days=1), 1),
        (TODAY, 28, TODAY - timedelta(days=1), 28),  # the date of the refill before: done since
        (TODAY, None, None, None),
    ],
)
def test_days_left(last_refill, supply_days, next_date, left):
    assert days_left(TODAY, last_refill=last_refill, supply_days=supply_days, next_date=next_date) == left
