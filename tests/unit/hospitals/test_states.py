"""When a house does not receive, and what the sets of its statuses hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hospitals.states import ENDED, FINAL, INSIDE, KEPT, TRANSFER_OPEN, is_barred, is_shut

AT = datetime(2022, 6, 28, 2, 40, tzinfo=UTC)
S = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "until", "shut"),
    [
        ("open", None, False),
        ("open", AT + S, False),
        ("limited", None, False),
        ("closed", None, True),
        ("closed", AT + S, True),
        ("closed", AT, False),
        ("diverting", None, True),
        ("diverting", AT - S, False),
    ],
)
def test_a_closure_holds_until_its_end_and_no_longer(status, until, shut):
    """Guard: R-002-7d, both ends; and that no closure bars whoever may die (R-002-3d)."""
    assert is_shut(status, until, AT) is shut
    assert is_barred(status, until, AT, is_critical=False) is shut
    assert is_barred(status, until, AT, is_critical=True) is False


def test_what_each_set_of_a_desks_statuses_holds():
    """Guards: who is inside, what ends a stay, from where nobody is brought home, and what no desk takes back."""
    assert set(INSIDE) == {"arrived", "in_treatment"}
    assert set(ENDED) == {"released", "admitted", "transferred", "died"}
    assert set(KEPT) == {"admitted", "died"}
    assert set(FINAL) == {"admitted", "died", "transferred"}
    assert set(TRANSFER_OPEN) == {"asked", "accepted"}
