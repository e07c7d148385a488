"""Ring for the workers.

The rows are the truth and a message is only a doorbell: a lost one is rung again by the sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from access.models import AccessRequest
from access.states import RequestStatus
from communities.models import DispatchArea
from core import bell
from dispatch.doorbells import PLACE_URGENT, PLAN_AREA
from dispatch.models import AreaSetting
from dispatch.planning import turns
from dispatch.planning.turns import BY_120, its_turn, standing_aside
from dispatch.states import PlanningKind
from transport.models import Trip
from transport.states import TripDirection, TripStatus

Answer = Callable[[str, dict[str, str]], None]  # given the name of the task and its arguments
_answer: ContextVar[Answer | None] = ContextVar("wake_answer", default=None)


@contextmanager
def answered_by(answer: Answer) -> Iterator[None]:
    """Have whoever is rung for in this block answered by a call, at once and in this thread, instead of by a worker.

    For code that plans by itself without a broker. Another thread still rings for the workers; what the answer raises
    is raised where the bell was rung.
    """
    token = _answer.set(answer)
    try:
        yield
    finally:
        _answer.reset(token)


def ring_for(case_ref: UUID) -> None:
    """Have a case looked at by the next plan, and ring once this transaction has committed."""
    rows = AccessRequest.objects.filter(case_ref=case_ref)
    rows.filter(try_again_at__isnull=False).update(try_again_at=None)
    row = rows.values("dispatch_area", "is_critical").first()
    if row is None:
        return
    area = row["dispatch_area"]
    if row["is_critical"]:
        transaction.on_commit(lambda: ring_urgent(area))
    transaction.on_commit(lambda: ring(area))


def ring(area: str, *, kind: str = PlanningKind.ROLLING) -> bool:
    """Ask a worker to plan an area; False when the broker is away."""
    return _ring(PLAN_AREA, "dispatch", f"{area}:{kind}", area=area, kind=kind)


def ring_urgent(area: str) -> bool:
    """Ask the worker for critical patients to look at those of an area; False when the broker is away."""
    return _ring(PLACE_URGENT, "urgent", area, area=area)


def _ring(task: str, queue: str, subject: str, **arguments: str) -> bool:
    if (answer := _answer.get()) is not None:
        answer(task, arguments)
        return True
    return bell.ring(task, queue, subject, arguments)


def ring_all(*, at: datetime) -> None:
    """Ring for every area, as the clock does: tomorrow once the evening has come, else the hours ahead."""
    for area in DispatchArea.objects.values_list("code", flat=True):
        ring(area, kind=turns.due_kind(area, at=at))


def sweep(*, at: datetime) -> None:
    """Ring for every area where somebody waits whom no plan has looked at lately, or a critical patient."""
    waiting = nobody_looks_at(at=at)
    for area in sorted(set(waiting.filter(is_critical=True).values_list("dispatch_area", flat=True))):
        ring_urgent(area)
    for area in areas_of(waiting, at=at):
        ring(area)


def nobody_looks_at(*, at: datetime) -> QuerySet[AccessRequest]:
    """Return the requests without place and car whose turn it is, in areas whose engine is on."""
    span = turns.rolling_span(at)
    asked = AccessRequest.objects.for_present().open().filter(status=RequestStatus.APPROVED, community__isnull=False)
    asked = asked.filter(Q(arrive_at__isnull=True) | Q(arrive_at__lt=span.until))
    due = asked.filter(its_turn(at)).exclude(standing_aside(), needs_person_reason=BY_120)
    off = AreaSetting.objects.filter(is_engine_on=False).values("area")
    waiting = due.exclude(dispatch_area__in=off).exclude(facts__scheduled_at__isnull=False)
    return waiting.filter(facts__boarded_at__isnull=True, facts__arrived_at__isnull=True)


def areas_of(waiting: QuerySet[AccessRequest], *, at: datetime) -> list[str]:
    """Return the areas to plan: of those who wait, and where somebody waits for the way home without a car."""
    return sorted(set(waiting.values_list("dispatch_area", flat=True).distinct()) | _areas_of_returns(at))


def _areas_of_returns(at: datetime) -> set[str]:
    """Return the areas where somebody waits for the way home without a car."""
    home = Trip.objects.filter(direction=TripDirection.INBOUND, status=TripStatus.UNSCHEDULED)
    passed_over = AccessRequest.objects.filter(try_again_at__gt=at).values("case_ref")
    fresh = home.filter(ready_at__gt=at - timedelta(days=1)).exclude(case_ref__in=passed_over)
    return set(fresh.values_list("dispatch_area", flat=True).distinct())


__all__ = [
    "answered_by",
    "areas_of",
    "nobody_looks_at",
    "ring",
    "ring_all",
    "ring_for",
    "ring_urgent",
    "sweep",
]
