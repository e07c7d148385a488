"""Whether the engine places in an area by itself, only proposes, or is off; and a proposal that a person takes."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import AccessRequest
from core import audit, boards, clock
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict
from dispatch import policies
from dispatch.models import AreaSetting, PlanningRun
from dispatch.planning.apply import Outcome, Writer, apply
from dispatch.planning.outings import cut
from dispatch.states import PlanningKind, PlanningStatus
from matching import codec
from matching.plan import Plan
from matching.problem import Problem


@transaction.atomic
def set_engine(area: str, *, is_on: bool, proposes_only: bool, by: Actor, at: datetime) -> AreaSetting:
    """Decide what the engine may do in an area; what stands already is untouched either way (decisions.md C19)."""
    policies.check_switch_engine(by, area)
    values = {"is_engine_on": is_on, "proposes_only": proposes_only, "changed_by": by.label, "changed_at": at}
    row, _is_new = AreaSetting.objects.update_or_create(area=area, defaults=values)
    audit.record("engine.switch", row, by=by, at=at, detail={"is_on": is_on, "proposes_only": proposes_only})
    boards.touch(f"area:{area}")
    return row


def take_proposal(run: PlanningRun, *, by: Actor, at: datetime) -> Outcome:
    """Apply a stored preview: each request is judged again; what became stale stays waiting.

    Raises Conflict when a newer plan replaced it.
    """
    policies.check_take_proposal(by, run)
    from dispatch.planning.planner import reasons  # noqa: PLC0415 - other pages have no use for the engine's 14 MB

    with transaction.atomic():
        held = PlanningRun.objects.select_for_update().get(pk=run.pk)
        if held.kind != PlanningKind.PREVIEW or held.status != PlanningStatus.SOLVED:
            raise Conflict("proposal.old", _("这个方案已经被新的代替了，请刷新。"))
        advance(held, PlanningStatus.APPLIED, by=by, at=at)
    problem, plan = read_stored(held)
    cases = [request.id for request in problem.asking]
    keys = {
        str(case): pk for case, pk in AccessRequest.objects.filter(case_ref__in=cases).values_list("case_ref", "pk")
    }
    origin = clock.day_bounds(clock.local_day(held.asked_at))[0]
    outings = cut(problem, plan, origin=origin)
    why = reasons(problem, plan, outings, keys)
    outcome = apply(problem, plan, outings, keys, Writer(held.area, by, at, why=why))
    figures = {"applied": len(outcome.applied), "stale": len(outcome.stale)}
    PlanningRun.objects.filter(pk=held.pk).update(**figures)
    boards.touch(f"area:{held.area}")
    return outcome


def read_stored(run: PlanningRun) -> tuple[Problem, Plan]:
    """Return a planning run's question and answer."""
    return codec.loads(json.dumps(run.problem), Problem), codec.loads(json.dumps(run.plan), Plan)
