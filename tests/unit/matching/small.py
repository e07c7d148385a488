"""A small town by hand: one street, four homes, two hospitals, three cars. One degree of latitude is 111 km."""

from __future__ import annotations

from typing import Any

from matching.problem import Facility, Load, Place, Problem, Request, Slot, Vehicle

KM = 1.0 / 111.19


def place(name: str, km: float) -> Place:
    """Return a place `km` along the street."""
    return Place(id=name, latitude=40.0 + km * KM, longitude=124.0)


PLACES = (
    place("depot", 0.0),
    place("home0", 1.0),
    place("home1", 2.0),
    place("home2", 3.0),
    place("home3", 9.0),
    place("hospital", 6.0),
    place("yellow", 8.0),
)


def slot(name: str = "s1", start: float = 540.0, capacity: int = 4, need: str = "dialysis") -> Slot:
    """Return a dialysis slot."""
    return Slot(id=name, need=need, start_min=start, capacity=capacity)


def hospital(name: str = "hospital", **changes: Any) -> Facility:
    """Return a facility that treats dialysis in one slot of four."""
    base: dict[str, Any] = {"id": name, "place": name, "needs": frozenset({"dialysis"}), "slots": (slot(),)}
    return Facility(**{**base, **changes})


def patient(number: int = 0, **changes: Any) -> Request:
    """Return a dialysis patient of home `number`."""
    base: dict[str, Any] = {"id": f"p{number}", "need": "dialysis", "home": f"home{number}", "zone": "controlled"}
    return Request(**{**base, **changes})


def car(number: int = 0, **changes: Any) -> Vehicle:
    """Return a car with three seats on shift from 06:00 to 20:00."""
    base: dict[str, Any] = {
        "id": f"car{number}",
        "capacity": Load(seats=3),
        "start_place": "depot",
        "end_place": "depot",
        "shift_start_min": 360.0,
        "shift_end_min": 1200.0,
    }
    return Vehicle(**{**base, **changes})


def town(**changes: Any) -> Problem:
    """Return the problem with three patients and two cars."""
    base: dict[str, Any] = {
        "places": PLACES,
        "facilities": (hospital(),),
        "vehicles": (car(0), car(1)),
        "requests": (patient(0), patient(1), patient(2)),
        "now_min": 300.0,
    }
    return Problem(**{**base, **changes})
