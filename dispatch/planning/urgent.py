"""One critical patient at once: an ambulance that sets out now, else the soonest car that may (R-000-2,
R-000-10, C7).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from access.models import AccessRequest
from access.selectors.rescue import critical_since, fallback_after, place_of
from core.actors import ENGINE
from core.advance import advance
from dispatch import soundness
from dispatch.hand import rescues
from dispatch.models import AreaSetting, PlanningRun
from dispatch.planning import planner, turns
from dispatch.planning import question as reading
from dispatch.planning.apply import Writer
from dispatch.planning.critical import AT_HAND, LATER, OTHER_CAR
from dispatch.planning.outings import cut
from dispatch.planning.planner import Asked
from dispatch.planning.question import Question
from dispatch.planning.roads import ROADS
from dispatch.planning.unmet import leave_waiting
from dispatch.states import PlanningKind, PlanningStatus
from matching.online import insert_one, open_board
from matching.plan import Plan
from matching.problem import Direction


@dataclass(frozen=True)
class Try:
    """One question about one patient and what the engine said."""

    run: PlanningRun
    question: Question
    found: Plan
    pickup_at: datetime | None

    @property
    def has_car(self) -> bool:
        """Say whether some car comes."""
        return self.pickup_at is not None


def place_urgent(case_ref: UUID, *, at: datetime) -> PlanningRun | None:
    """Find car and hospital for one critical patient at once, whoever plans the area meanwhile (R-000-2).

    An ambulance that can set out within critical.fallback_min comes first. Once that time has passed without one, the
    patient gets whatever car that may is at the door first (C7): zone, infection, load and shift bar as ever. A way
    home that cannot be kept yet holds nobody back. None when the patient waits for no car.
    """
    row = (
        AccessRequest.objects.select_related("community", "resident")
        .filter(case_ref=case_ref, is_critical=True)
        .first()
    )
    if row is None or not (AreaSetting.objects.filter(area=row.dispatch_area).first() or AreaSetting()).is_engine_on:
        return None
    if row.community is not None and soundness.of_request(row):  # a person puts it right; 120 is called meanwhile
        leave_waiting({row.pk: "not_sound"}, at=at)
        rescues.look_at(case_ref, at=at)
        return None
    asked = Asked(row.dispatch_area, PlanningKind.URGENT, turns.rolling_span(at))
    tries: list[Try] = []
    for rescue in (AT_HAND, *_others(row, at)):
        if rescue == OTHER_CAR and any(each.has_car for each in tries):
            break
        tries += _ask(asked, case_ref, rescue)
    if not tries:
        return None
    best = min((each for each in tries if each.has_car), key=_comes, default=tries[0])
    for each in tries:
        if each is not best:
            advance(each.run, PlanningStatus.SUPERSEDED, by=ENGINE, at=at)
    planner.write(best.run, best.question, best.found, Writer(asked.area, asked.by, at))
    rescues.look_at(case_ref, at=at)
    return best.run


def _comes(each: Try) -> datetime:
    return each.pickup_at or datetime.max.replace(tzinfo=each.run.asked_at.tzinfo)


def _others(row: AccessRequest, at: datetime) -> tuple[frozenset[str], ...]:
    """Return whom else to ask once the time of the ambulances has passed."""
    is_due = at - critical_since(row) >= fallback_after(place=place_of(row), at=at)
    return (OTHER_CAR, LATER) if is_due else ()


def _ask(asked: Asked, case_ref: UUID, rescue: frozenset[str]) -> Iterator[Try]:
    """Ask for both ways; where only the way home is missing, for the way there alone."""
    for there_only in (False, True):
        question = reading.read(asked.area, asked.span, only=[case_ref], rescue=rescue, there_only=there_only)
        if not question.waiting:
            return
        run = planner.store(asked, question)
        found = planner.solved(run, question.problem, partial(_insert, question, str(case_ref)))
        if found is None:  # tried again later and farther apart, like the others; a person looks after it
            leave_waiting({question.waiting[str(case_ref)].pk: "engine_failed"}, at=asked.span.at)
            return
        made = Try(run, question, found, _pickup(question, found, case_ref))
        yield made
        if made.has_car:
            return


def _insert(question: Question, case: str) -> Plan:
    return insert_one(open_board(question.problem, travel=ROADS), case)


def _pickup(question: Question, found: Plan, case_ref: UUID) -> datetime | None:
    """Return when somebody is fetched under a plan."""
    outings = cut(question.problem, found, origin=question.origin)
    outing = outings.get((str(case_ref), Direction.OUTBOUND))
    return outing.rider(str(case_ref), Direction.OUTBOUND).pickup_at if outing else None
