"""Turn a plan into the state of a running day: what is done, begun and told at a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from matching.plan import Plan, RouteStop
from matching.problem import Action, Problem, Request, RunInForce, StopInForce, StopState, Vehicle

Later = Callable[[RouteStop], StopState]


def all_told(_: RouteStop) -> StopState:
    """Everybody has been told."""
    return StopState.TOLD


def running(
    problem: Problem,
    plan: Plan,
    now_min: float,
    later: Later = all_told,
    extra: Iterable[Request] = (),
    *,
    keeps_unmet: bool = False,
) -> Problem:
    """Return the problem as it stands at `now_min` with `plan` in force and `extra` requests new.

    Without `keeps_unmet` those the plan found nothing for are left out.
    """
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    runs = []
    for route in plan.routes:
        run, here = _run(route.stops, route.vehicle, now_min, later)
        runs.append(run)
        is_driving = any(stop.state is StopState.BEGUN for stop in run.stops)
        if here is not None:
            vehicle = moved_to(vehicles[route.vehicle], here, now_min, is_driving)
            carried = [s.request for s in run.stops if s.state is StopState.DONE and s.action is Action.PICKUP]
            last = problem.request_by_id[carried[-1]].ride_class if carried else vehicle.last_class
            vehicles[route.vehicle] = replace(vehicle, last_class=last)
    arranged = plan.arranged_by_request
    requests = [
        replace(request, fixed_facility=arranged[request.id].facility, fixed_slot=arranged[request.id].slot)
        if request.id in arranged
        else request
        for request in problem.requests
        if keeps_unmet or request.id in arranged
    ]
    taken = Counter((item.facility, item.slot) for item in plan.arranged)
    facilities = [
        replace(
            facility,
            slots=tuple(
                replace(
                    slot,
                    capacity=max(0, slot.capacity - taken[facility.id, slot.id]),
                )
                for slot in facility.slots
            ),
        )
        for facility in problem.facilities
    ]
    return replace(
        problem,
        facilities=tuple(facilities),
        vehicles=tuple(vehicles.values()),
        requests=(*requests, *extra),
        runs=tuple(runs),
        now_min=now_min,
    )


def _run(
    stops: tuple[RouteStop, ...], vehicle: str, now_min: float, later: Later
) -> tuple[RunInForce, RouteStop | None]:
    """Cut a route at `now_min`: before it is done, the stop being driven to has begun, the rest is told."""
    found, here, begun = [], None, False
    for stop in stops:
        if stop.request is None or stop.direction is None:
            if stop.begin_min <= now_min and stop.action != "end":
                here = stop
            continue
        state = later(stop)
        if stop.begin_min <= now_min:
            state, here = StopState.DONE, stop
        elif not begun and here is not None and here.depart_min <= now_min:
            state, begun = StopState.BEGUN, True
        begun = begun or state is not StopState.DONE
        found.append(
            StopInForce(
                request=stop.request,
                direction=stop.direction,
                action=Action(stop.action),
                at_min=stop.begin_min,
                state=state,
            )
        )
    return RunInForce(vehicle=vehicle, stops=tuple(found)), here


def moved_to(vehicle: Vehicle, here: RouteStop, now_min: float, is_driving: bool) -> Vehicle:
    """Return the vehicle as it stands after its last stop; breaks begun before are over."""
    breaks = tuple(b for b in vehicle.breaks if b.earliest_min > now_min)
    starts = here.depart_min if is_driving else max(now_min, here.depart_min)
    duty = None if vehicle.max_duty_min is None else vehicle.shift_end_min - starts
    return replace(vehicle, start_place=here.place, shift_start_min=starts, breaks=breaks, max_duty_min=duty)
