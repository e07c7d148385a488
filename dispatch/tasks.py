"""What workers do when somebody rings. Each task reads the database and ends at once when nobody waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.conf import settings
from redis import Redis
from structlog import get_logger

from access.services import standing
from communities.models import DispatchArea
from core import clock
from core.errors import Conflict
from dispatch.services import housekeeping, planning, urgent
from dispatch.states import PlanningKind

log = get_logger(__name__)
DONE_KEPT_S = 600


@shared_task(ignore_result=True)
def plan_area(area: str, kind: str = PlanningKind.ROLLING, at: str = "", say_done: str = "") -> None:
    """Plan one area. A drill hands in its own time as ISO text, and a name under which to say that it is done."""
    with _saying(say_done):
        try:
            runs = planning.plan(area, at=_time(at), kind=PlanningKind(kind))
        except Conflict as error:  # the lease passed on: somebody else plans now
            log.warning("planning.given_up", area=area, code=error.code)
            return
        for run in runs:
            log.info("planning.done", area=area, run_id=str(run.pk), status=run.status)


@shared_task(ignore_result=True)
def place_urgent(case_ref: str, at: str = "", say_done: str = "") -> None:
    """Arrange one critical patient."""
    with _saying(say_done):
        urgent.place_urgent(UUID(case_ref), at=_time(at))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else clock.now()


@contextmanager
def _saying(token: str) -> Iterator[None]:
    """Say that a task is over, well or not, to a drill that waits for it."""
    try:
        yield
    finally:
        if token:
            line = Redis.from_url(settings.REDIS_URL)
            line.lpush(token, "1")
            line.expire(token, DONE_KEPT_S)


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
