"""What workers do when somebody rings. Each task reads the database and ends at once when nobody waits."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from structlog import get_logger

from access.services import standing
from communities.models import DispatchArea
from core import clock
from core.errors import Conflict
from dispatch.services import housekeeping, planning
from dispatch.states import PlanningKind

log = get_logger(__name__)


@shared_task(ignore_result=True)
def plan_area(area: str, kind: str = PlanningKind.ROLLING) -> None:
    """Plan one area."""
    try:
        runs = planning.plan(area, at=clock.now(), kind=PlanningKind(kind))
    except Conflict as error:  # the lease passed on: somebody else plans now
        log.warning("planning.given_up", area=area, code=error.code)
        return
    for run in runs:
        log.info("planning.done", area=area, run_id=str(run.pk), status=run.status)


@shared_task(ignore_result=True)
def place_urgent(case_ref: str) -> None:
    """Arrange one critical patient."""
    planning.place_urgent(UUID(case_ref), at=clock.now())


@shared_task(ignore_result=True)
def plan_due() -> None:
    """Plan every area: tomorrow once the evening has come, else the hours ahead."""
    for area in DispatchArea.objects.values_list("code", flat=True):
        plan_area(area, planning.due_kind(area, at=clock.now()))


@shared_task(ignore_result=True)
def make_standing_orders() -> None:
    """Make the requests of tomorrow and the day after from the rhythms of treatment."""
    count = standing.make_due(at=clock.now())
    log.info("standing.made", count=count)


@shared_task(ignore_result=True)
def keep_house() -> None:
    """Open the days ahead, and drop keys nobody can repeat any more."""
    housekeeping.extend_days(at=clock.now())
    housekeeping.drop_old_keys()
