"""Marks of passes, runs, services and patients: every state has one, and the words are the state's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from communities.states import PassPhase
from communities.templatetags.pass_marks import phase_mark
from hospitals.models import Intake
from hospitals.states import ServiceStatus
from hospitals.templatetags.care_marks import intake_mark, service_mark
from transport.states import RunStatus
from transport.templatetags.run_marks import run_mark


@pytest.mark.parametrize("phase", PassPhase)
def test_every_phase_of_a_pass_has_its_mark(phase: PassPhase) -> None:
    assert str(phase.label) in phase_mark(phase)


@pytest.mark.parametrize("status", ServiceStatus)
def test_every_status_of_a_service_has_its_mark(status: ServiceStatus) -> None:
    assert str(status.label) in service_mark(status)


@pytest.mark.parametrize("status", RunStatus)
def test_a_driver_reads_every_status_of_a_run(status: RunStatus) -> None:
    words = {"completed": "跑完了", "under_way": "在跑", "accepted": "接了", "draft": "预留返程"}

    assert words.get(status, "等您接") in run_mark(status)


@pytest.mark.parametrize(
    ("status", "level", "words", "css"),
    [
        ("arrived", "", "交接中", "tag-info"),
        ("arrived", "warn", "交接中", "tag-wait"),
        ("arrived", "late", "交接中", "tag-danger"),
        ("in_treatment", None, "治疗中", "tag-info"),
        ("arrived", None, "已交接，等治疗", "tag-info"),
        ("released", None, "等返程车", "tag-info"),
        ("admitted", None, "住院了", "tag"),
        ("died", None, "去世", "muted"),
    ],
)
def test_a_patient_stands_somewhere(status: str, level: str | None, words: str, css: str) -> None:
    """A level of None: the hand-over is done."""
    row: Any = SimpleNamespace(
        intake=Intake(status=status),
        is_handing_over=level is not None,
        hand_over_level=level or "",
        is_wait_over=False,
    )

    drawn = intake_mark(row)

    assert words in drawn
    assert f'"{css}"' in drawn or f" {css}" in drawn
