"""A plan that failed is a call for help of its area until one succeeds; nobody has to look into a log."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core.actors import ENGINE
from core.advance import advance
from core.stored import stored
from dispatch.models import PlanningRun
from dispatch.states import PlanningKind, PlanningStatus

PLAN_FAILED = stored("有人在等，这个片区要人来排。出的错：%(why)s")


@transaction.atomic
def failed(area: str, error: Exception, *, kind: PlanningKind, at: datetime) -> PlanningRun:
    """Store that an area could not be planned, whatever raised it beside the engine itself, and call for help."""
    begun = PlanningRun.objects.filter(area=area, asked_at=at, status=PlanningStatus.SOLVING)
    run = begun.exclude(kind=PlanningKind.URGENT).first() or PlanningRun.objects.create(
        area=area, kind=kind, status=PlanningStatus.SOLVING, status_at=at, asked_at=at, problem={}, requests=0
    )
    note_failure(run, error)
    return run


def note_failure(run: PlanningRun, error: Exception) -> None:
    """Say of a plan that it failed, in the caller's transaction, and call for help."""
    words = f"{type(error).__name__}: {error}"[:300]
    advance(run, PlanningStatus.FAILED, by=ENGINE, at=run.asked_at, error=words)
    report_failed(run.area, why=type(error).__name__, at=run.asked_at)


def report_failed(area: str, *, why: str, at: datetime) -> None:
    """Call for help in the caller's transaction; the same area again is the same call."""
    words = PLAN_FAILED % {"why": why}
    trouble = Trouble(CallKind.PLAN_FAILED, subject=area, note=words)
    calling.call_for_help(trouble, scene=calling.scene_of_area(area), by=ENGINE, at=at)


def note_success(area: str, *, at: datetime) -> None:
    """End the call of an area whose plan was made after all."""
    calls.end_by_fact(CallKind.PLAN_FAILED, area, words=stored("后来排成了"), by=ENGINE, at=at)
