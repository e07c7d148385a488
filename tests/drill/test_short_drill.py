"""A whole day of one county through the real services; and what a drill notices when a service is broken."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F, Value

from config import handlers
from dispatch import problem_care
from dispatch.drill.faults import FAULTS
from dispatch.management.commands import drill as command
from dispatch.services import planning
from hospitals.models import Slot
from hospitals.services import appointments

CONTRACT = [
    "city",
    "day",
    "scenario",
    "seed",
    "faults",
    "due",
    "requested",
    "arrangeable",
    "arranged",
    "completed",
    "admitted",
    "cancelled",
    "unmet",
    "people_out_without_way_home_max",
    "people_out_without_way_home_end",
    "locked_out",
    "mixed_class_rides",
    "refused",
    "invariants_broken",
    "arrived_late",
    "arrive_early",
    "arrived_0_45_early_pct",
    "aboard",
    "aboard_60_pct",
    "aboard_60_possible_pct",
    "wait_after_ready",
    "collected_60_pct",
    "collected_90_pct",
    "handover_15_pct",
    "vehicles_used",
    "vehicle_km",
    "legs_per_vehicle",
    "pooled_pct",
    "planning_s",
    "urgent_to_proposal_s",
    "wall_s",
    "baseline",
]

FEW_CHAIRS = """
UPDATE hospitals_slot SET capacity = 2 FROM hospitals_service s
WHERE s.id = service_id AND s.kind = 'hemodialysis'
"""


def deafen(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Take the handlers of dispatch with these names out of the register: their facts are for the record now."""
    left = {
        event: tuple(each for each in heard if each.__name__ not in names) for event, heard in handlers.HANDLERS.items()
    }
    monkeypatch.setattr(handlers, "HANDLERS", left)


def broken(sheet: dict[str, Any]) -> str:
    """Return what the drill says went wrong, in one line."""
    return "; ".join(sheet["failed"])


def test_short_drill_with_every_fault(small_city):
    """Everybody due is taken there and brought home, whatever fails (R-000-12, INV-19, INV-21).

    Units of one kind are far apart in a county: closing one is drilled with the whole city.
    """
    sheet = small_city.drill(faults=frozenset(FAULTS) - {"unit_closes_1040"}, until_hour=27)

    assert [name for name in CONTRACT if name not in sheet] == []
    assert sheet["failed"] == []
    assert sheet["due"] == sheet["requested"] >= 12
    assert sheet["completed"] + sheet["admitted"] == sheet["arranged"]
    assert all(sheet[name] is not None for name, _words in command.HEADLINES)


def test_a_day_planned_by_a_real_worker(small_city, monkeypatch):
    """contract.md `--workers`: the plans are made in a Celery worker's process, none of them here."""

    def here(*_given: Any, **_named: Any) -> None:
        raise AssertionError("planned in the drill's own process")

    monkeypatch.setattr(planning, "plan", here)
    monkeypatch.setattr(planning, "place_urgent", here)

    sheet = small_city.drill(by_celery=True, until_hour=27)

    assert sheet["failed"] == []
    assert sheet["completed"] + sheet["admitted"] == sheet["arranged"] == sheet["due"]
    assert sheet["plans"]["made"] > 0


def test_drill_without_the_sweep_fails(small_city, settings, monkeypatch):
    """The twin of INV-36 and C15: with the broker gone and no sweep, nobody finds who was missed."""
    settings.SWEEPS = []
    deafen(monkeypatch, "released")

    sheet = small_city.drill(faults=frozenset({"redis_gone"}))

    assert "people_out" in broken(sheet)


def test_drill_without_the_way_home_fails(small_city, settings, monkeypatch):
    """The twin of R-000-12: a return that nobody calls for leaves people at the hospital."""
    deafen(monkeypatch, "released")
    settings.SWEEPS = [path for path in settings.SWEEPS if path != "dispatch.services.returns.sweep"]

    sheet = small_city.drill()

    assert "people_out" in broken(sheet)


def test_drill_that_does_not_see_a_seal_fails(small_city, settings, monkeypatch):
    """The twin of R-002-1a and E18: a compound that is sealed at noon, and nobody is told."""
    deafen(monkeypatch, "zone_changed", "infection_changed")
    settings.SWEEPS = [path for path in settings.SWEEPS if "reclass" not in path]

    sheet = small_city.drill(faults=frozenset({"compound_sealed_noon", "positive_mid_trip"}))

    assert "old_class_rides" in broken(sheet)


def test_drill_of_slots_without_a_limit_fails(small_city, monkeypatch):
    """The twin of INV-01: desks that are sent more people than they have places."""
    for module in (appointments, problem_care):
        monkeypatch.setattr(module, "F", lambda name: Value(999) if name == "capacity" else F(name))
    monkeypatch.setattr(Slot, "free", 99)

    sheet = small_city.drill(first=("ALTER TABLE hospitals_slot DROP CONSTRAINT slot_not_overbooked", FEW_CHAIRS))

    assert "overbooked_slots" in broken(sheet)


def test_slots_with_a_limit_are_never_overbooked(small_city):
    """The same few chairs with the limit in force (INV-01)."""
    sheet = small_city.drill(first=(FEW_CHAIRS,))

    assert sheet["overbooked_slots"] == 0
    assert sheet["arranged"] >= 0.99 * sheet["arrangeable"]
    assert all(each["true_when_rechecked"] for each in sheet["unmet"])
