"""Machines set apart: how a slot's places are parted, and whose they are (E20)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospitals.machines import HBV, HCV, OTHERS, class_on, has_machines, left_of, places_of, taken_of

DIALYSIS = "hemodialysis"


@pytest.mark.parametrize(
    ("capacity", "hbv", "hcv", "parted"),
    [
        (10, 2, 1, {HBV: 2, HCV: 1, OTHERS: 7}),
        (10, 0, 0, {HBV: 0, HCV: 0, OTHERS: 10}),
        (2, 2, 1, {HBV: 2, HCV: 0, OTHERS: 0}),
        (1, 2, 1, {HBV: 1, HCV: 0, OTHERS: 0}),
        (0, 2, 1, {HBV: 0, HCV: 0, OTHERS: 0}),
    ],
)
def test_e20_a_slots_places_are_parted_by_machine_class(capacity: int, hbv: int, hcv: int, parted: dict) -> None:
    assert places_of(DIALYSIS, capacity, hbv=hbv, hcv=hcv) == parted


@given(*[st.integers(0, 60)] * 3)
def test_e20_no_place_is_counted_twice_or_lost(capacity: int, hbv: int, hcv: int) -> None:
    parted = places_of(DIALYSIS, capacity, hbv=hbv, hcv=hcv)
    assert sum(parted.values()) == capacity
    assert min(parted.values()) >= 0
    assert parted[HBV] <= hbv
    assert parted[HCV] <= hcv


def test_other_services_know_no_machine_class() -> None:
    assert places_of("chemotherapy", 5, hbv=2, hcv=1) == {OTHERS: 5}
    assert class_on("chemotherapy", HBV) == OTHERS
    assert [class_on(DIALYSIS, known) for known in (HBV, HCV, "", "something")] == [HBV, HCV, OTHERS, OTHERS]


@pytest.mark.parametrize(("hbv", "hcv", "asks", "may"), [(0, 1, HBV, False), (1, 0, HCV, False), (1, 0, HBV, True)])
def test_e20_a_unit_without_a_machine_of_the_class_is_not_offered(hbv: int, hcv: int, asks: str, may: bool) -> None:
    assert has_machines(DIALYSIS, asks, hbv=hbv, hcv=hcv) is may
    assert has_machines(DIALYSIS, OTHERS, hbv=hbv, hcv=hcv)
    assert has_machines("chemotherapy", asks, hbv=0, hcv=0)


def test_what_is_left_is_counted_by_class() -> None:
    taken = taken_of(8, {HBV: 2, HCV: 0})
    assert taken == {HBV: 2, HCV: 0, OTHERS: 6}
    assert left_of({HBV: 2, HCV: 1, OTHERS: 5}, taken) == {HBV: 0, HCV: 1, OTHERS: 0}
