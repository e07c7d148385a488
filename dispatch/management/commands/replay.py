"""Solve a stored problem once more and compare."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dispatch.models import PlanningRun
from dispatch.planning.planner import solved_again
from dispatch.planning.roads import ROADS
from matching import codec
from matching.check import check
from matching.plan import Plan, Statistics
from matching.problem import Problem


class Command(BaseCommand):
    """Say whether the same question gets the same answer."""

    help = "Solve the stored problem of a planning run with its seed and say whether the plan is the same."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the run's id."""
        parser.add_argument("run_id", type=UUID)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Solve, compare and check; an unlike or illegal plan is an error."""
        run = PlanningRun.objects.filter(pk=options["run_id"]).first()
        if run is None:
            raise CommandError("No such planning run.")
        if run.plan is None:
            raise CommandError(f"This run has no plan: it is {run.status}. {run.error}".strip())
        problem = codec.loads(json.dumps(run.problem), Problem)
        stored = codec.loads(json.dumps(run.plan), Plan)
        again = solved_again(run, problem)
        is_same = _bare(again) == _bare(stored)
        broken = [f"{each.code} {each.subject}" for each in check(problem, again, ROADS)]
        self.stdout.write(
            json.dumps(
                {"run": str(run.pk), "same": is_same, "arranged": len(again.arranged), "violations": broken[:20]},
                ensure_ascii=False,
            )
        )
        if not is_same or broken:
            raise CommandError("The plan is not the same." if not is_same else "The plan breaks rules.")


def _bare(plan: Plan) -> Plan:
    """Return a plan without what depends on the machine: the seconds it took."""
    return replace(plan, statistics=Statistics())
