"""A plan becomes fact: request by request, each in one transaction, all of it or nothing (architecture.md 5).

Lock order, always: lease → request → slot → cars (by code) → pass. What became stale is left waiting with its reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error
from structlog import get_logger

from core.actors import Actor
from core.errors import Conflict, DomainError
from core.gathering import one_deed
from dispatch.hand import arranging
from dispatch.hand.arrangement import Arrangement, Drive, Join, OwnRun, TreatmentPlace
from dispatch.planning import leases
from dispatch.planning.houses import slot_key
from dispatch.planning.outings import Outing, Outings
from matching.plan import Arranged, Plan
from matching.problem import Direction, Problem
from transport.models import Shift
from transport.services.scheduling import RunTimes

log = get_logger(__name__)
SETTLED = {"placement.over", "placement.not_approved", "placement.exists", "placement.under_way", "return.exists"}
OUT, BACK = Direction.OUTBOUND, Direction.INBOUND
Why = Mapping[str, dict[str, Any]]


@dataclass
class Outcome:
    """What became of a plan: case references applied, and the stale ones with the reason's code."""

    applied: list[str] = field(default_factory=list)
    stale: dict[str, str] = field(default_factory=dict)

    @property
    def still_waiting(self) -> list[str]:
        """Whose place or car went to somebody else; the other stale ones were arranged or called off meanwhile."""
        return [case for case, code in self.stale.items() if code not in SETTLED]


@dataclass(frozen=True)
class Writer:
    """Who writes, when, under which lease; a person needs none. `why` holds the explanations by case."""

    area: str
    by: Actor
    at: datetime
    token: uuid.UUID | None = None
    why: Why = field(default_factory=dict)


def apply(problem: Problem, plan: Plan, outings: Outings, waiting: Mapping[str, uuid.UUID], writer: Writer) -> Outcome:
    """Write a plan, cut into its `outings`; `waiting` gives the key of the request of each case that asked."""
    shift_ids = {outing.shift_id for outing in outings.values()}
    shifts = Shift.objects.select_related("vehicle", "driver").in_bulk(shift_ids)
    urgency = {request.id: (not request.is_critical, request.harm_in_min) for request in problem.requests}
    outcome = Outcome()
    for item in sorted((each for each in plan.arranged if each.request in waiting), key=lambda a: urgency[a.request]):
        code = _try(waiting[item.request], item, outings, shifts, writer)
        if code == "lease.lost":
            raise Conflict(code)
        if code:
            outcome.stale[item.request] = code
        else:
            outcome.applied.append(item.request)
    return outcome


def _try(pk: uuid.UUID, item: Arranged, outings: Outings, shifts: Mapping[int, Shift], writer: Writer) -> str:
    """Arrange one request; return the code of what was in the way, "" when it stands."""
    made = _arrangement(item, outings, shifts, writer.why.get(item.request, {}))
    cars = [way.ride.vehicle.pk for way in (made.out, made.back) if way]
    try:
        with one_deed():
            if writer.token:
                leases.require(writer.area, writer.token, seconds=settings.PLAN_LEASE_S)
            held = arranging.hold(pk, made.place, cars, by=writer.by, at=writer.at)
            done = arranging.write(held, made, by=writer.by, at=writer.at)
    except DomainError as error:
        return error.code
    except Error as error:  # a lock not had in time, a deadlock: the next plan asks again
        log.warning("apply.refused", error=type(error).__name__, case_ref=item.request)
        return "database.refused"
    for direction, run in ((OUT, done.out), (BACK, done.back)):
        if run is not None:  # whoever shares the outing joins it
            outings[(item.request, direction)].run_id = run.pk
    return ""


def _arrangement(
    item: Arranged, outings: Outings, shifts: Mapping[int, Shift], why: Mapping[str, dict[str, Any]]
) -> Arrangement:
    """Say what a plan arranges for one request, as data."""
    ways: dict[Direction, Drive] = {}
    for direction in (OUT, BACK):
        if outing := outings.get((item.request, direction)):
            ways[direction] = _drive(outing, item.request, direction, shifts, why.get(direction, {}))
    made = Arrangement(verb="request.arranged", is_pinned=False, out=ways.get(OUT), back=ways.get(BACK))
    if item.outbound is None and item.inbound is not None:  # there already: only the way home
        return made
    slot_id = slot_key(item.slot) if item.slot else None
    return replace(made, place=TreatmentPlace(slot_id, item.facility))


def _drive(outing: Outing, case: str, direction: Direction, shifts: Mapping[int, Shift], why: dict[str, Any]) -> Drive:
    """Return somebody's part in an outing: a run of its own for whoever is first, then a place in that one."""
    rider, shift = outing.rider(case, direction), shifts[outing.shift_id]
    times = outing.leave_at, rider.pickup_at, rider.dropoff_at, outing.free_at
    ride = RunTimes(shift.vehicle, shift.driver, *times, ends=outing.ends)
    return OwnRun(ride, why) if outing.run_id is None else Join(outing.run_id, ride, why)
