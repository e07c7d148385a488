"""What workers do when somebody rings. Each task reads the database and ends at once when nobody waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init
from structlog import get_logger

from core import bell, clock, heartbeat, pulse
from core.errors import Conflict
from dispatch.doorbells import PLACE_URGENT, PLAN_AREA
from dispatch.planning import planner, urgent_turns
from dispatch.states import PlanningKind
from matching.warm import warm_up_in_background

log = get_logger(__name__)


@worker_process_init.connect(weak=False)
def warm_up_engine(**_signal: Any) -> None:
    """Make the compiled kernels ready beside the first tasks, which are answered by the interpreted form.

    Workers alone load this module; pages have no use for the engine's arrays.
    """
    warm_up_in_background()


@shared_task(ignore_result=True, name=PLAN_AREA)
def plan_area(area: str, kind: str = PlanningKind.ROLLING, at: str = "") -> None:
    """Plan one area as of `at`, ISO text; as of now without it."""
    bell.taken(PLAN_AREA, f"{area}:{kind}")
    with heartbeat.at_work("dispatch"):
        try:
            runs = planner.plan(area, at=_time(at), kind=PlanningKind(kind))
        except Conflict as error:  # the lease passed on: somebody else plans now
            log.warning("planning.given_up", area=area, code=error.code)
            return
        for run in runs:
            log.info("planning.done", area=area, run_id=str(run.pk), status=run.status)


@shared_task(ignore_result=True, name=PLACE_URGENT)
def place_urgent(area: str, at: str = "") -> None:
    """Arrange the critical patients of an area as of `at`, ISO text or now; whoever was never tried first."""
    bell.taken(PLACE_URGENT, area)
    with heartbeat.at_work("urgent"):
        urgent_turns.place_all(area, at=_time(at))


@shared_task(ignore_result=True, name=pulse.ANSWER)
def answer(queue: str) -> None:
    """Give the sign of work that the relay asks for through a queue."""
    bell.taken(pulse.ANSWER, queue)
    heartbeat.beat(queue)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else clock.now()
