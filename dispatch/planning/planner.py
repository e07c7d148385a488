"""Plan an area: lease → problem → solve outside any transaction → apply request by request (architecture.md 5)."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, transaction
from structlog import get_logger

from core import boards
from core.actors import ENGINE, Actor
from core.advance import advance
from core.errors import Conflict, is_away
from dispatch.models import AreaSetting, PlanningRun
from dispatch.planning import leases, plan_alarm, poison
from dispatch.planning import question as reading
from dispatch.planning.apply import Outcome, Writer, apply
from dispatch.planning.explaining import Explained, explain
from dispatch.planning.fleet import shift_key, spare
from dispatch.planning.outings import Outings, cut
from dispatch.planning.question import Question, Span
from dispatch.planning.roads import ROADS
from dispatch.planning.turns import BY_120, evening_span, not_told_aside, rolling_span, standing_in_other_areas
from dispatch.planning.unmet import leave_waiting
from dispatch.states import PlanningKind, PlanningStatus
from matching import codec
from matching.engines import current
from matching.online import insert_one, open_board
from matching.plan import Plan
from matching.problem import Problem
from matching.solve import solve
from transport.models import Shift

log = get_logger(__name__)
ROUNDS = 3  # what became stale, or was asked meanwhile, is planned again at once
SEED = 1
ITERATIONS = {PlanningKind.EVENING: 60_000, PlanningKind.ROLLING: 200}
STEPS_AT_MOST = 4_000_000  # iterations times requests: a question of thousands is not searched for minutes


@dataclass(frozen=True)
class Asked:
    """What one plan is about."""

    area: str
    kind: PlanningKind
    span: Span
    by: Actor = ENGINE


def plan(area: str, *, at: datetime, kind: PlanningKind = PlanningKind.ROLLING) -> list[PlanningRun]:
    """Plan an area until nothing new waits; an area somebody else plans, or whose engine is off, is left alone.

    Whatever is wrong with the rows of an area is a failed plan of that area and a call for help, and stops no other.
    """
    setting = AreaSetting.objects.filter(area=area).first() or AreaSetting(area=area)
    if not setting.is_engine_on:
        return []
    span = evening_span(at) if kind == PlanningKind.EVENING else rolling_span(at)
    asked = Asked(area, PlanningKind.PREVIEW if setting.proposes_only else kind, span)
    made: list[PlanningRun] = []
    with leases.held(area, holder=f"{os.uname().nodename}:{os.getpid()}", seconds=settings.PLAN_LEASE_S) as token:
        if token is None:
            return []
        with _kept(area, token):
            try:
                _rounds(asked, token, made)
            except Exception as error:
                if is_away(error) or isinstance(error, Conflict):
                    raise
                log.exception("planning.failed", area=area)
                made.append(plan_alarm.failed(area, error, kind=asked.kind, at=at))
    return made


def _rounds(asked: Asked, token: UUID, made: list[PlanningRun]) -> None:
    """Plan and apply until nothing new waits; `made` gathers the plans, also when a later one raises."""
    unmet: set[UUID] = set()
    for number in range(ROUNDS):
        run = _round(asked, token, unmet, is_last=number == ROUNDS - 1)
        if run is None:
            break
        made.append(run)
        if run.status == PlanningStatus.SOLVED:
            break
    made += _with_neighbours(asked, token, unmet)
    made += _with_ambulances(asked, token, unmet)


def _round(asked: Asked, token: UUID, unmet: set[UUID], *, is_last: bool) -> PlanningRun | None:
    """Make and apply one plan; None when nobody waits whom no plan has looked at yet, or for whom it is time again.

    `unmet` gathers the cases nothing fitted. Whose ride went stale meanwhile is asked about in the next round or plan.
    """
    leave_waiting(dict.fromkeys(not_told_aside(asked.area, asked.span), BY_120), at=asked.span.at)
    if not reading.somebody_waits(asked.area, asked.span):
        return None
    question = reading.read(asked.area, asked.span)
    leave_waiting({row.pk: "not_sound" for row in question.faulty} | question.elsewhere, at=asked.span.at)
    if not question.waiting:
        return None
    run = store(asked, question)
    found = solved(run, question.problem, lambda: _solve(question.problem, asked.kind))
    if found is None:
        _set_poison_aside(asked, question)
        return run
    if asked.kind != PlanningKind.PREVIEW:
        outcome = write(run, question, found, Writer(asked.area, asked.by, asked.span.at, token))
        unmet |= {UUID(each.request) for each in found.unmet if each.request in question.waiting}
        if is_last:
            became_stale = outcome.still_waiting
            leave_waiting({question.waiting[case].pk: "became_stale" for case in became_stale}, at=asked.span.at)
    return run


def _with_ambulances(asked: Asked, token: UUID, unmet: set[UUID]) -> list[PlanningRun]:
    """Ask the lent ambulances for those no other car could take (docs/adr/0009).

    Who is left keeps reason and next try.
    """
    if not unmet or not spare(asked.area):
        return []
    question = reading.read(asked.area, asked.span, only=unmet, by_ambulance=True)
    return _asked_besides(asked, token, unmet, question)


def _with_neighbours(asked: Asked, token: UUID, unmet: set[UUID]) -> list[PlanningRun]:
    """Ask the cars of the area where somebody stands who found no way home by the cars of theirs (docs/adr/0010)."""
    made = []
    for area, cases in standing_in_other_areas(asked.area, unmet).items():
        question = reading.read(asked.area, asked.span, only=cases, cars_of=area)
        made += _asked_besides(asked, token, unmet, question)
    return made


def _asked_besides(asked: Asked, token: UUID, unmet: set[UUID], question: Question) -> list[PlanningRun]:
    """Ask other cars about those nothing fitted; who is left keeps the reason and the next try that stand already."""
    if not question.waiting:
        return []
    run = store(asked, question)
    found = solved(run, question.problem, lambda: _solve(question.problem, asked.kind))
    if found is not None:
        writer = Writer(asked.area, asked.by, asked.span.at, token)
        outcome = write(run, question, replace(found, unmet=()), writer)
        unmet -= {UUID(case) for case in outcome.applied}
    return [run]


def _solve(problem: Problem, kind: PlanningKind) -> Plan:
    engine = current(wait=False)  # the interpreted form answers until the compiled one is ready; both agree
    most = STEPS_AT_MOST // max(1, len(problem.requests))
    iterations = min(ITERATIONS.get(kind, 0), most) if engine.is_compiled else 0
    return solve(problem, seed=SEED, iterations=iterations, travel=ROADS, engine=engine)


def solved_again(run: PlanningRun, problem: Problem) -> Plan:
    """Ask the engine the same question with the same seed and as many iterations."""
    if run.kind == PlanningKind.URGENT:
        return insert_one(open_board(problem, travel=ROADS), problem.asking[0].id)
    engine = current() if run.iterations else current(wait=False)
    return solve(problem, seed=run.seed, iterations=run.iterations, travel=ROADS, engine=engine)


def store(asked: Asked, question: Question) -> PlanningRun:
    """Store the question before it is asked: a worker that dies leaves it behind."""
    lost = PlanningRun.objects.filter(area=asked.area, status=PlanningStatus.SOLVING).exclude(kind=PlanningKind.URGENT)
    old = [*lost, *PlanningRun.objects.filter(area=asked.area, kind=PlanningKind.PREVIEW, status=PlanningStatus.SOLVED)]
    with transaction.atomic():
        for row in old if asked.kind != PlanningKind.URGENT else ():  # urgent has no lease: that plan is at work
            advance(row, PlanningStatus.SUPERSEDED, by=asked.by, at=asked.span.at)
        return PlanningRun.objects.create(
            area=asked.area,
            kind=asked.kind,
            status=PlanningStatus.SOLVING,
            status_at=asked.span.at,
            asked_at=asked.span.at,
            seed=SEED,
            problem=json.loads(codec.dumps(question.problem)),
            requests=len(question.waiting),
        )


def solved(run: PlanningRun, problem: Problem, ask: Callable[[], Plan]) -> Plan | None:
    """Ask the engine; store its answer, or that it failed."""
    began = time.perf_counter()
    try:
        found = ask()
    except Exception as error:  # one case the engine cannot read must not stop the others
        log.exception("planning.failed", run_id=str(run.pk), area=run.area)
        with transaction.atomic():
            plan_alarm.note_failure(run, error)
        return None
    figures: dict[str, Any] = {
        "plan": json.loads(codec.dumps(found)),
        "iterations": found.statistics.iterations,
        "arranged": sum(1 for each in found.arranged if each.request not in problem.in_force),
        "solve_s": round(time.perf_counter() - began, 3),
    }
    with transaction.atomic():
        advance(run, PlanningStatus.SOLVED, by=ENGINE, at=run.asked_at, **figures)
        if run.kind == PlanningKind.PREVIEW:  # a person puts it into force
            plan_alarm.note_success(run.area, at=run.asked_at)
    return found


def write(run: PlanningRun, question: Question, found: Plan, writer: Writer) -> Outcome:
    """Apply a plan with its reasons, leave the others waiting with theirs, and store the figures."""
    began = time.perf_counter()
    keys = {case: row.pk for case, row in question.waiting.items()}
    outings = cut(question.problem, found, origin=question.origin)
    writer = replace(writer, why=reasons(question.problem, found, outings, keys))
    outcome = apply(question.problem, found, outings, keys, writer)
    leave_waiting({keys[each.request]: each for each in found.unmet if each.request in keys}, at=writer.at)
    figures: dict[str, Any] = {"applied": len(outcome.applied), "stale": len(outcome.stale)}
    with transaction.atomic():
        advance(
            run,
            PlanningStatus.APPLIED,
            by=writer.by,
            at=writer.at,
            apply_s=round(time.perf_counter() - began, 3),
            **figures,
        )
        if run.kind != PlanningKind.URGENT:  # one patient's car says nothing about the area's plan
            plan_alarm.note_success(run.area, at=writer.at)
        boards.touch(f"area:{run.area}")
    return outcome


def reasons(problem: Problem, found: Plan, outings: Outings, cases: Mapping[str, UUID]) -> Explained:
    """Explain a plan; a plan that cannot be explained is good all the same."""
    names = {vehicle.id: shift_key(vehicle.id) for vehicle in problem.vehicles}
    plates = dict(Shift.objects.filter(pk__in=names.values()).values_list("pk", "vehicle__plate"))
    by_name = {name: plates.get(pk, "") for name, pk in names.items()}
    try:
        return explain(problem, found, outings, cases, by_name)
    except Exception:  # words are no reason to leave somebody at home
        log.exception("planning.unexplained")
        return {}


def _set_poison_aside(asked: Asked, question: Question) -> None:
    """Find by halves whom the engine cannot read; a person looks after them, the others are planned next."""
    bad = poison.found(question.problem, list(question.waiting), partial(_solve, kind=PlanningKind.PREVIEW))
    leave_waiting({question.waiting[case].pk: "engine_failed" for case in bad}, at=asked.span.at)


@contextmanager
def _kept(area: str, token: UUID) -> Iterator[None]:
    """Extend the lease while the block works; a process that stands still lets it pass on."""
    done = threading.Event()

    def extend() -> None:
        while not done.wait(settings.PLAN_LEASE_S / 4):
            try:
                leases.extend(area, token, seconds=settings.PLAN_LEASE_S)
            except Error as error:  # who writes holds the row; the next try comes soon enough
                log.warning("planning.lease_not_extended", area=area, error=type(error).__name__)
        connection.close()

    keeper = threading.Thread(target=extend, name="lease-keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join(timeout=5)
