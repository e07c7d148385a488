"""The engine's routes cut where the car is empty: each piece is one outing, a run of its own (docs/adr/0004). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from core.geo import Point
from dispatch.limits import turn_min
from dispatch.planning.fleet import shift_key
from matching.plan import Plan, Route, RouteStop
from matching.problem import Action, Direction, Problem


@dataclass(frozen=True)
class RiderTimes:
    """The planned times of one case's way in an outing."""

    case: str
    direction: Direction
    pickup_at: datetime
    dropoff_at: datetime


@dataclass
class Outing:
    """One outing of one car: leave empty, the times of everybody aboard, free again where it `ends`.

    `run_id` once its first rider is on it.
    """

    shift_id: int
    leave_at: datetime
    free_at: datetime
    ends: Point
    riders: list[RiderTimes] = field(default_factory=list)
    run_id: UUID | None = None

    def rider(self, case: str, direction: Direction) -> RiderTimes:
        """Return the times of one rider's way."""
        return next(rider for rider in self.riders if (rider.case, rider.direction) == (case, direction))


Outings = dict[tuple[str, Direction], Outing]


@dataclass
class _Piece:
    """A stretch of a route with somebody aboard; minutes since the origin."""

    leaves: float
    stops: list[RouteStop]


def cut(problem: Problem, plan: Plan, *, origin: datetime) -> Outings:
    """Return the new outings by case and direction."""
    zones = {request.id: request.zone for request in problem.requests}
    found: Outings = {}
    for route in plan.routes:
        pieces = _pieces(route)
        for number, piece in enumerate(pieces):
            if piece.stops[0].request in problem.in_force:
                continue
            ends = piece.stops[-1].depart_min + turn_min(zones[piece.stops[-1].request or ""])
            if number + 1 < len(pieces):
                ends = min(ends, pieces[number + 1].leaves)
            last = problem.place_by_id[piece.stops[-1].place]
            outing = _outing(route.vehicle, piece, ends, Point(last.latitude, last.longitude), origin)
            found.update({(rider.case, rider.direction): outing for rider in outing.riders})
    return found


def _pieces(route: Route) -> list[_Piece]:
    """Cut a route where nobody is aboard; a piece leaves as late as it may."""
    pieces: list[_Piece] = []
    aboard = 0
    for before, stop in zip(route.stops, route.stops[1:], strict=False):
        if stop.request is None:
            continue
        if aboard == 0:
            drive = stop.arrive_min - before.depart_min
            pieces.append(_Piece(max(before.depart_min, stop.begin_min - drive), []))
        pieces[-1].stops.append(stop)
        aboard = stop.aboard
    return pieces


def _outing(vehicle: str, piece: _Piece, ends: float, last: Point, origin: datetime) -> Outing:
    begun = {(stop.request, stop.direction): stop for stop in piece.stops if stop.action == Action.PICKUP}
    riders = [
        RiderTimes(
            stop.request,
            stop.direction,
            _time(origin, begun[(stop.request, stop.direction)].begin_min),
            _time(origin, stop.begin_min),
        )
        for stop in piece.stops
        if stop.action == Action.DROPOFF and stop.request and stop.direction
    ]
    leave = min(_time(origin, piece.leaves), *(rider.pickup_at for rider in riders))
    free = max(_time(origin, ends), *(rider.dropoff_at for rider in riders))
    return Outing(shift_key(vehicle), leave, free, last, sorted(riders, key=lambda rider: rider.pickup_at))


def _time(origin: datetime, minutes: float) -> datetime:
    """Return the moment, to the nearest second: cut off, half a breath too early would lie outside the shift."""
    return origin + timedelta(seconds=round(minutes * 60))
