"""A request becomes two legs: when each may start and end, who may share, how long it may last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from matching.arrays import UNBOUND
from matching.problem import ONE_SEAT, Direction, Facility, Load, Problem, Request, Slot
from matching.travel import Matrix

Window = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One trip as the routing sees it; `origin` and `destination` are rows of the travel matrix, times minutes."""

    request: str
    direction: Direction
    origin: int
    destination: int
    pickup: tuple[float, float]
    dropoff: tuple[float, float]
    pickup_service: float = 0.0
    dropoff_service: float = 0.0
    ride_limit: float = UNBOUND
    load: Load = ONE_SEAT
    group: str = ""
    ride_class: str = ""
    turn_min: float | None = None
    zone: str = ""
    skills: frozenset[str] = frozenset()
    vehicle: int = -1


def tighten(leg: Leg, direct_min: float) -> Leg:
    """Cut both windows down to what the other window, the direct ride and the ride limit leave."""
    pickup, dropoff = cut_windows(leg.pickup, leg.dropoff, leg.pickup_service, leg.ride_limit, direct_min)
    return replace(leg, pickup=pickup, dropoff=dropoff)


def cut_windows(
    pickup: Window, dropoff: Window, service: float, ride_limit: float, direct_min: float
) -> tuple[Window, Window]:
    """Return the pick-up and the drop-off window without the times that lead to no legal ride.

    Cordeau (2006, Operations Research 54:573-586).
    """
    up_open = max(pickup[0], dropoff[0] - ride_limit - service)
    up_close = min(pickup[1], dropoff[1] - direct_min - service)
    down_open = max(dropoff[0], up_open + service + direct_min)
    down_close = min(dropoff[1], up_close + service + ride_limit)
    return (up_open, up_close), (down_open, down_close)


class Choice(NamedTuple):
    """Where and when a request is treated; `price` in minutes of driving, `slot` None where none applies."""

    facility: Facility
    slot: Slot | None
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class LegMaker:
    """Make the legs of a request at a choice, for one problem and its travel minutes."""

    problem: Problem
    row_of: dict[str, int]
    minutes: Matrix
    km: Matrix

    def direct(self, origin: int, destination: int) -> float:
        """Return the direct driving minutes between two rows."""
        return float(self.minutes[origin, destination])

    def ride_limit(self, request: Request, direct_min: float) -> float:
        """Return the ride limit: the request's own, else its need's or zone's, for far homes the detour allowance."""
        params = self.problem.params
        if request.ride_limit_min is not None:
            return request.ride_limit_min
        limits = params.ride_limits
        limit = limits.get(request.need, limits.get(request.zone, params.ride_limit_min))
        return params.ride_limit(limit, direct_min)

    def arrival_window(self, request: Request, choice: Choice) -> tuple[float, float]:
        """Return when the patient may arrive at the facility."""
        problem, params = self.problem, self.problem.params
        if choice.slot is not None and not request.is_critical:
            early = params.early_limits.get(request.need, params.arrive_early_min)
            start = choice.slot.start_min
            return start - early, start - params.arrive_spare_min
        closes = [t for t in (request.arrive_by_min, request.latest_safe_min) if t is not None]
        return max(problem.now_min, request.earliest_min), min(closes, default=problem.now_min + 240.0)

    def ready_at(self, request: Request, choice: Choice) -> float:
        """Return when the patient is, or is expected to be, ready for the way home."""
        if request.ready_min is not None:
            return request.ready_min
        begins = choice.slot.start_min if choice.slot is not None else self.arrival_window(request, choice)[1]
        return begins + request.treatment_min

    def wait_limit(self, request: Request) -> float:
        """Return the longest wait after ready."""
        params = self.problem.params
        return params.wait_limits.get(request.need, params.wait_after_ready_min)

    def group_of(self, request: Request, direction: Direction, origin: int) -> tuple[str, str]:
        """Return (group that may share, class for disinfection)."""
        params = self.problem.params
        merged = params.merged_classes.get(request.ride_class, request.ride_class)
        is_home = direction is Direction.INBOUND
        is_known = params.shares_ready_return and request.ready_min is not None
        if request.rides_alone or (is_home and not (params.shares_return or is_known)):
            return f"{request.id}/{direction}", merged
        return (f"{merged}/home/{origin}" if is_home and params.returns_apart else merged), merged

    def outbound(self, request: Request, choice: Choice) -> Leg:
        """Make the leg to care."""
        origin = self.row_of[request.pickup_place or request.home]
        arrive = self.arrival_window(request, choice)
        leave = max(self.problem.now_min, request.earliest_min)
        ends = (origin, self.row_of[choice.facility.place])
        return self._leg(request, Direction.OUTBOUND, ends, (leave, arrive[1]), arrive)

    def inbound(
        self, request: Request, choice: Choice, wait_min: float | None = None, grace_min: float | None = None
    ) -> Leg:
        """Make the leg home; `wait_min` narrows the wait after ready.

        The wait counts from ready. Who has waited that long already is to be fetched within `grace_min` of now; without
        it, the wait of who is ready already counts from now.
        """
        origin = self.row_of[choice.facility.place]
        if not request.needs_outbound and request.pickup_place:
            origin = self.row_of[request.pickup_place]
        ready = self.ready_at(request, choice)
        wait = self.wait_limit(request) if wait_min is None else min(wait_min, self.wait_limit(request))
        leave = max(ready, self.problem.now_min)
        until = leave + wait if grace_min is None else max(ready + wait, leave + grace_min)
        ends = (origin, self.row_of[request.dropoff_place or request.home])
        return self._leg(request, Direction.INBOUND, ends, (leave, until), (ready, UNBOUND))

    def _leg(
        self, request: Request, direction: Direction, ends: tuple[int, int], pickup: Window, dropoff: Window
    ) -> Leg:
        is_out = direction is Direction.OUTBOUND
        services = (request.home_min, request.facility_min)
        group, ride_class = self.group_of(request, direction, ends[0])
        pinned = request.outbound_vehicle if is_out else request.inbound_vehicle
        rows = {vehicle.id: row for row, vehicle in enumerate(self.problem.vehicles)} if pinned else {}
        direct = self.direct(*ends)
        limit = self.ride_limit(request, direct)
        pickup, dropoff = cut_windows(pickup, dropoff, services[not is_out], limit, direct)
        return Leg(
            request=request.id,
            direction=direction,
            origin=ends[0],
            destination=ends[1],
            pickup=pickup,
            dropoff=dropoff,
            pickup_service=services[not is_out],
            dropoff_service=services[is_out],
            ride_limit=limit,
            load=request.party,
            group=group,
            ride_class=ride_class,
            turn_min=request.turn_min,
            zone=request.zone,
            skills=request.skills,
            vehicle=rows.get(pinned, -1) if pinned else -1,
        )
