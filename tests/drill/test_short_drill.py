"""A whole day of one county through the real services, with every fault and by a real worker."""

from __future__ import annotations

from typing import Any

from dispatch.planning import planner, urgent
from drill import chain, report
from drill.faults import FAULTS
from drill.management.commands import drill as command

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
    *chain.KEYS,
]

HAPPENED = (
    "后面还有",
    "在家去世",
    "在别处住院了",
    "出院回家了",
    "转问",
    "没有答复",
    "接手：转院没人答复",
    "辆救护车",
    "临产",
    "接不动了",
    "在车上不舒服",
    "接手：车上有人不舒服",
    "没有下楼",
)
"""What each fault writes into the notes of the day, so that none is passed over in silence."""


def test_short_drill_with_every_fault(small_city):
    """Everybody due is taken there and brought home, whatever fails (R-000-12, INV-19, INV-21).

    Units of one kind are far apart in a county: closing one is drilled with the whole city.
    """
    sheet = small_city.drill(faults=frozenset(FAULTS) - {"unit_closes_1040"}, until_hour=27)

    assert [name for name in CONTRACT if name not in sheet] == []
    assert sheet["failed"] == []
    assert sheet["due"] == sheet["requested"] >= 12
    assert sheet["completed"] + sheet["admitted"] == sheet["arranged"]
    assert {name: sheet[name] for name in chain.KEYS} == dict.fromkeys(chain.KEYS, 0)
    assert [name for name in FAULTS if name not in report.FAULT_WORDS] == []
    for happened in HAPPENED:
        assert any(happened in line for line in sheet["notes"]), (happened, sheet["notes"])
    assert all(sheet[name] is not None for name, _words in command.HEADLINES)


def test_a_day_planned_by_a_real_worker(small_city, monkeypatch):
    """contract.md `--workers`: the plans are made in a Celery worker's process, none of them here."""

    def here(*_given: Any, **_named: Any) -> None:
        raise AssertionError("planned in the drill's own process")

    monkeypatch.setattr(planner, "plan", here)
    monkeypatch.setattr(urgent, "place_urgent", here)

    sheet = small_city.drill(by_celery=True, until_hour=27)

    assert sheet["failed"] == []
    assert sheet["completed"] + sheet["admitted"] == sheet["arranged"] == sheet["due"]
    assert sheet["plans"]["made"] > 0
