"""Something dropped out: who is affected, and the plan without it. What others were told stays (C19)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from matching.problem import Action, Direction, Problem, Request, RunInForce, StopInForce, StopState

Stays = Callable[[StopInForce], bool]


def without_vehicle(problem: Problem, vehicle: str) -> Problem:
    """Return the problem after a vehicle is lost (E3): its passengers wait where they are, its later trips are free.

    Patients aboard are handed back with the vehicle's place as their pick-up; the caller knows a better one, if any.
    """
    lost = next((run for run in problem.runs if run.vehicle == vehicle), RunInForce(vehicle=vehicle))
    done = {(s.request, s.direction.value, s.action.value) for s in lost.stops if s.state is StopState.DONE}
    place = problem.vehicle_by_id[vehicle].start_place
    return replace(
        problem,
        vehicles=tuple(v for v in problem.vehicles if v.id != vehicle),
        runs=tuple(run for run in problem.runs if run.vehicle != vehicle),
        requests=tuple(_freed(request, vehicle, done, place, problem.now_min) for request in problem.requests),
    )


def _freed(request: Request, vehicle: str, done: set[tuple[str, str, str]], place: str, now: float) -> Request:
    """Return the request without its tie to a lost vehicle: what is over needs nothing, who is stranded is fetched."""
    changes: dict[str, Any] = {}
    for direction in ("outbound", "inbound"):
        if (request.id, direction, "dropoff") in done:
            changes[f"needs_{direction}"] = False
        elif (request.id, direction, "pickup") in done:
            changes["pickup_place"] = place
            if direction == "inbound":
                changes["ready_min"], changes["needs_outbound"] = now, False
        if getattr(request, f"{direction}_vehicle") == vehicle:
            changes[f"{direction}_vehicle"] = None
    return replace(request, **changes) if changes else request


def without_facility(problem: Problem, facility: str, needs: Iterable[str] | None = None) -> Problem:
    """Return the problem after a facility, or only some of its units, closed (E2).

    Whoever has not arrived goes elsewhere, those already on the way without changing cars; treatment going on ends,
    and its patients keep their way home.
    """
    shut = problem.facility_by_id[facility]
    units = shut.needs if needs is None else frozenset(needs)
    # the slots stay, without a place: when a treatment going on ends is counted from them
    slots = tuple(replace(slot, capacity=0) if slot.need in units else slot for slot in shut.slots)
    open_still = replace(shut, needs=shut.needs - units, slots=slots)
    stops = [stop for run in problem.runs for stop in run.stops if stop.state is StopState.DONE]
    arrived = {s.request for s in stops if s.direction is Direction.OUTBOUND and s.action is Action.DROPOFF}
    moved = {
        request.id
        for request in problem.requests
        if request.fixed_facility == facility and request.need in units and request.needs_outbound
    } - arrived
    return replace(
        problem,
        facilities=tuple(open_still if f is shut else f for f in problem.facilities),
        requests=tuple(
            replace(request, fixed_facility=None, fixed_slot=None) if request.id in moved else request
            for request in problem.requests
        ),
        runs=_keep(problem, lambda stop: stop.request not in moved or stop.state is StopState.DONE),
    )


def _keep(problem: Problem, stays: Stays) -> tuple[RunInForce, ...]:
    return tuple(replace(run, stops=tuple(s for s in run.stops if stays(s))) for run in problem.runs)
