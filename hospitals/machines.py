"""Machines set apart: nobody is treated on the haemodialysis machine of another machine class (E20). Pure.

The one rule for whoever gives places away: the plan, a dispatcher's hand, the booking and the desk's own numbers.
"""

from __future__ import annotations

from core.vocabulary import ServiceKind

HBV, HCV, OTHERS = "HBV", "HCV", ""
APART = (HBV, HCV)
SERVICES = frozenset({ServiceKind.HEMODIALYSIS})  # whose places are machines that the blood runs through


def class_on(service_kind: str, machine_class: str) -> str:
    """Return whose machines a patient takes at a service: other services do not tell the classes apart."""
    return machine_class if service_kind in SERVICES and machine_class in APART else OTHERS


def places_of(service_kind: str, capacity: int, *, hbv: int, hcv: int) -> dict[str, int]:
    """Part a slot's places by machine class; with fewer places than machines set apart, nothing is left to others."""
    if service_kind not in SERVICES:
        return {OTHERS: capacity}
    for_hbv = min(hbv, capacity)
    for_hcv = min(hcv, capacity - for_hbv)
    return {HBV: for_hbv, HCV: for_hcv, OTHERS: capacity - for_hbv - for_hcv}


def has_machines(service_kind: str, machine_class: str, *, hbv: int, hcv: int) -> bool:
    """Say whether a service may be offered to a machine class at all: no machine set apart, not offered."""
    name = class_on(service_kind, machine_class)
    return name == OTHERS or {HBV: hbv, HCV: hcv}[name] > 0


def left_of(places: dict[str, int], taken: dict[str, int]) -> dict[str, int]:
    """Return the places left by machine class."""
    return {name: max(0, count - taken.get(name, 0)) for name, count in places.items()}


def taken_of(booked: int, apart: dict[str, int]) -> dict[str, int]:
    """Return the places taken by machine class, from all that are booked and those of the classes set apart."""
    return {**apart, OTHERS: booked - sum(apart.values())}
