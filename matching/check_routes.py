"""The checker's view of one route after the other: times, room, classes, breaks. No code of the search is used."""

from __future__ import annotations

from dataclasses import dataclass

from matching.plan import Plan, Route, RouteStop
from matching.problem import Direction, Load, Problem, Request, Vehicle
from matching.travel import Travel

TOLERANCE_MIN = 1e-4


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: its code, whom it concerns, and by how much."""

    code: str
    subject: str
    amount: float = 0.0


class RouteChecker:
    """Check the routes of a plan; findings collect in `found`, stops in `stop_at`."""

    def __init__(self, problem: Problem, plan: Plan, travel: Travel) -> None:
        self.problem, self.plan = problem, plan
        self.row = {place.id: number for number, place in enumerate(problem.places)}
        self.minutes, _ = travel.matrices(problem.places)
        self.found: list[Violation] = []
        self.old = {
            (stop.request, stop.direction, stop.action.value): stop for run in problem.runs for stop in run.stops
        }
        self.stop_at: dict[tuple[str, Direction, str], tuple[str, RouteStop]] = {}
        self.begins: dict[tuple[str, Direction], str] = {}

    def note(self, code: str, subject: str, amount: float = 0.0) -> None:
        """Add a finding."""
        self.found.append(Violation(code, subject, amount))

    def is_past(self, stop: RouteStop) -> bool:
        """Tell whether a stop had already happened when the question was asked."""
        if stop.request is None or stop.direction is None:
            return False
        before = self.old.get((stop.request, stop.direction, stop.action))
        return before is not None and before.state.value == "done"

    def is_late(self, stop: RouteStop) -> bool:
        """Tell whether a told stop comes later than its promise allows: then the run itself is behind its time."""
        if stop.request is None or stop.direction is None:
            return False
        before = self.old.get((stop.request, stop.direction, stop.action))
        tolerance = self.problem.params.told_tolerance_min
        return before is not None and stop.begin_min > before.at_min + tolerance + TOLERANCE_MIN

    def route(self, vehicle: Vehicle, route: Route) -> None:
        """Check driving times, shift, duty, breaks, room, classes and pairing along one route."""
        stops = route.stops
        if (stops[0].place, stops[-1].place) != (vehicle.start_place, vehicle.end_place):
            self.note("ends", vehicle.id)
        is_late = any(self.is_late(stop) for stop in stops)
        if not is_late and stops[-1].begin_min > vehicle.shift_end_min + TOLERANCE_MIN:
            self.note("shift", vehicle.id, stops[-1].begin_min - vehicle.shift_end_min)
        is_old = any(key in self.old for key in ((s.request, s.direction, s.action) for s in stops))
        if not is_old and stops[0].begin_min < vehicle.shift_start_min - TOLERANCE_MIN:
            self.note("shift", vehicle.id, vehicle.shift_start_min - stops[0].begin_min)
        duty = stops[-1].begin_min - stops[0].begin_min
        if not is_old and vehicle.max_duty_min is not None and duty > vehicle.max_duty_min + TOLERANCE_MIN:
            self.note("duty", vehicle.id, duty - vehicle.max_duty_min)
        self.breaks(vehicle, route)
        self.ride_along(vehicle, stops)

    def breaks(self, vehicle: Vehicle, route: Route) -> None:
        """Every break still ahead is taken in its window."""
        start = max(vehicle.shift_start_min, self.problem.now_min)
        taken = [s for s in route.stops if s.action == "break" and s.depart_min > s.begin_min]
        for due in (b for b in vehicle.breaks if b.latest_min >= start):
            fits = [
                s
                for s in taken
                if due.earliest_min - TOLERANCE_MIN <= s.begin_min <= due.latest_min + TOLERANCE_MIN
                and s.depart_min - s.begin_min >= due.duration_min - TOLERANCE_MIN
                and s.aboard == 0
            ]
            if not fits:
                self.note("break", vehicle.id)

    def ride_along(self, vehicle: Vehicle, stops: tuple[RouteStop, ...]) -> None:
        """Follow the vehicle stop by stop."""
        aboard: dict[tuple[str, Direction], Request] = {}
        merged = self.problem.params.merged_classes
        last = None if vehicle.last_class is None else merged.get(vehicle.last_class, vehicle.last_class)
        clean = vehicle.disinfection_min
        for k, stop in enumerate(stops):
            extra = 0.0
            request = self.problem.request_by_id.get(stop.request or "")
            if stop.action == "pickup" and request is not None and stop.direction is not None:
                ride_class = self.merged(request)
                is_due = not aboard and last not in (None, ride_class) and not self.is_past(stop)
                extra = clean if is_due else 0.0
                last = ride_class
                clean = vehicle.disinfection_min if request.turn_min is None else request.turn_min
                self.may_board(vehicle, request, list(aboard.values()))
                self.begins[(request.id, stop.direction)] = stop.place
                if not self.is_past(stop):
                    self.may_share(request, stop.direction, list(aboard))
                aboard[(request.id, stop.direction)] = request
            if k > 0:
                self.driving(vehicle, stops[k - 1], stop, extra, is_aboard=self.were_aboard(stops[k - 1]))
            if request is not None and stop.direction is not None:
                if stop.action == "dropoff" and aboard.pop((request.id, stop.direction), None) is None:
                    self.note("dropoff_without_pickup", request.id)
                self.boarding(request, stop)
                key = (request.id, stop.direction, stop.action)
                if key in self.stop_at:
                    self.note("stop_twice", request.id)
                self.stop_at[key] = (vehicle.id, stop)
            if stop.action == "break" and stop.depart_min > stop.begin_min and aboard:
                self.note("break_aboard", vehicle.id)
        for owner, _ in aboard:
            self.note("never_dropped_off", owner)

    def boarding(self, request: Request, stop: RouteStop) -> None:
        """Check that a stop lasts as long as getting in or out takes at that end."""
        is_at_home = (stop.direction is Direction.OUTBOUND) == (stop.action == "pickup")
        needed = request.home_min if is_at_home else request.facility_min
        if not self.is_past(stop) and stop.depart_min - stop.begin_min < needed - TOLERANCE_MIN:
            self.note("boarding", request.id, needed)

    @staticmethod
    def were_aboard(stop: RouteStop) -> bool:
        """Tell whether anybody stayed aboard after a stop."""
        return stop.aboard > 0

    def driving(self, vehicle: Vehicle, a: RouteStop, b: RouteStop, extra: float, *, is_aboard: bool) -> None:
        """Check one arc: long enough to drive, short enough to wait."""
        needed = float(self.minutes[self.row[a.place], self.row[b.place]]) + extra
        gap = b.begin_min - a.depart_min
        if gap < needed - TOLERANCE_MIN:
            self.note("too_fast", vehicle.id, needed - gap)
        limit = self.problem.params.wait_aboard_min
        if is_aboard and b.action != "break" and not self.is_past(b) and gap - needed > limit + TOLERANCE_MIN:
            self.note("waits_aboard", vehicle.id, gap - needed - limit)

    def merged(self, request: Request) -> str:
        """Return the class that counts for sharing."""
        return self.problem.params.merged_classes.get(request.ride_class, request.ride_class)

    def may_share(self, request: Request, direction: Direction, others: list[tuple[str, Direction]]) -> None:
        """Check that who has the way home alone by policy has it alone, or with those alone from the same place."""
        params = self.problem.params
        for other in others if params.returns_apart else ():
            is_apart = other[1] is direction and self.begins[other] == self.begins[(request.id, direction)]
            if Direction.INBOUND in (direction, other[1]) and not is_apart:
                self.note("return_not_apart", request.id)
        for name, way in [(request.id, direction), *others] if others else ():
            is_known = params.shares_ready_return and self.problem.request_by_id[name].ready_min is not None
            if way is Direction.INBOUND and not params.shares_return and not is_known:
                self.note("return_shared", name)

    def may_board(self, vehicle: Vehicle, request: Request, others: list[Request]) -> None:
        """Check zone, skills, sharing and room when somebody boards."""
        if vehicle.zones and request.zone not in vehicle.zones:
            self.note("zone_class", request.id)
        if request.skills - vehicle.skills:
            self.note("skill", request.id)
        if any(other.rides_alone or request.rides_alone for other in others):
            self.note("rides_alone", request.id)
        if any(self.merged(other) != self.merged(request) for other in others):
            self.note("mixed_classes", request.id)
        total = Load(*(sum(parts) for parts in zip(request.party, *(other.party for other in others), strict=True)))
        if any(load > room for load, room in zip(total, vehicle.capacity, strict=True)):
            self.note("room", request.id)
