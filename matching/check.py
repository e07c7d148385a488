"""The independent checker: is this plan a legal answer to that problem?

It shares no code with the search. Times are tested as stated; whether *any* schedule exists for an order of stops is
what `stn.py` decides, for published instances and in the tests.
"""

from __future__ import annotations

from collections import Counter

from matching.check_routes import TOLERANCE_MIN, RouteChecker, Violation
from matching.plan import Arranged, Placement, Plan
from matching.problem import Direction, Facility, Problem, Request
from matching.travel import GreatCircle, Travel

__all__ = ["Checker", "Violation", "check"]


class Checker(RouteChecker):
    """Check one plan against one problem; findings collect in `found`."""

    def run(self) -> list[Violation]:
        """Check everything."""
        for route in self.plan.routes:
            self.route(self.problem.vehicle_by_id[route.vehicle], route)
        answered = Counter([a.request for a in self.plan.arranged] + [u.request for u in self.plan.unmet])
        for request in self.problem.requests:
            if answered[request.id] != 1:
                self.note("answered_once", request.id, answered[request.id])
        for item in self.plan.arranged:
            self.arranged(self.problem.request_by_id[item.request], item)
        for unmet in self.plan.unmet:
            self.half_arranged(unmet.request)
        self.slots()
        return self.found

    def half_arranged(self, request: str) -> None:
        """An unmet request has no stop, except those somebody had been told before, and the way on from aboard."""
        for owner, direction, action in self.stop_at:
            up = self.old.get((owner, direction, "pickup"))
            was_aboard = up is not None and up.state.value == "done"
            if owner == request and (owner, direction, action) not in self.old and not was_aboard:
                self.note("half_arranged", request)

    def arranged(self, request: Request, item: Arranged) -> None:
        """Check facility, slot, both trips, and that they follow one another."""
        facility = self.problem.facility_by_id[item.facility]
        booked = request.fixed_facility is not None
        if booked and item.facility != request.fixed_facility:
            self.note("facility_changed", request.id)
        if not booked and request.need not in facility.needs:
            self.note("no_capability", request.id)
        if not booked and not request.is_critical:
            self.facility_rules(request, item)
        slot = next((slot for slot in facility.slots if slot.id == item.slot), None)
        latest = request.latest_safe_min if request.fixed_slot is None else None
        if slot is not None and latest is not None and slot.start_min > latest:
            self.note("after_latest_safe", request.id, slot.start_min - latest)
        for direction, placement, is_needed in (
            (Direction.OUTBOUND, item.outbound, request.needs_outbound),
            (Direction.INBOUND, item.inbound, request.needs_inbound),
        ):
            if placement is not None:
                self.trip(request, direction, placement)
                self.ends(request, direction, facility)
            elif is_needed and not self.is_done(request.id, direction):
                self.note(f"no_{direction}", request.id)
        if item.outbound is not None and slot is not None and not request.is_critical:
            self.arrival(request, item.outbound, slot.start_min)
        if item.inbound is not None and slot is not None and not request.is_critical:
            ready = request.ready_min if request.ready_min is not None else slot.start_min + request.treatment_min
            self.collection(request, item.inbound, ready)

    def is_done(self, request: str, direction: Direction) -> bool:
        """Tell whether a trip was over before."""
        stop = self.old.get((request, direction, "dropoff"))
        return stop is not None and stop.state.value == "done"

    def is_promised(self, request: str, direction: Direction) -> bool:
        """Tell whether a trip was told, begun or done before: then its promise counts, not the window."""
        stops = [self.old.get((request, direction, action)) for action in ("pickup", "dropoff")]
        return any(stop is not None and stop.state.value != "planned" for stop in stops)

    def facility_rules(self, request: Request, item: Arranged) -> None:
        """Check zone role (buffer only where the role lacks the service) and separate rooms."""
        facility = self.problem.facility_by_id[item.facility]
        in_role = [
            f
            for f in self.problem.facilities
            if request.need in f.needs
            and f.is_open
            and self.receives(f, request)
            and (not request.infection or request.infection in f.infections)
            and (not request.machine or request.machine in f.machines)
        ]
        if facility not in in_role and (in_role or not facility.has_buffer):
            self.note("zone_role", request.id)
        if request.infection and request.infection not in facility.infections:
            self.note("no_separate_room", request.id)
        slot = next((slot for slot in facility.slots if slot.id == item.slot), None)
        if slot is not None and slot.machine != request.machine:
            self.note("machine_mixed", request.id)

    def receives(self, facility: Facility, request: Request) -> bool:
        """Tell whether a facility's role takes this zone: all of them, this one, or this one's own patients."""
        own = facility.usual_zones if request.usual_facility == facility.id else frozenset()
        return not facility.zones or request.treated_as in facility.zones | own

    def trip(self, request: Request, direction: Direction, placement: Placement) -> None:
        """Check one trip against its stops and its ride limit."""
        up = self.stop_at.get((request.id, direction, "pickup"))
        down = self.stop_at.get((request.id, direction, "dropoff"))
        if up is None or down is None or {up[0], down[0]} != {placement.vehicle}:
            self.note("stops_missing", request.id)
            return
        chosen = request.outbound_vehicle if direction is Direction.OUTBOUND else request.inbound_vehicle
        if chosen is not None and placement.vehicle != chosen:
            self.note("chosen_by_person", request.id)
        if abs(up[1].begin_min - placement.pickup_min) + abs(down[1].begin_min - placement.dropoff_min) > TOLERANCE_MIN:
            self.note("times_differ", request.id)
        if self.is_promised(request.id, direction):
            self.promise(request, direction)
            return
        ride = down[1].begin_min - up[1].depart_min
        limit = self.ride_limit(request, up[1].place, down[1].place)
        if ride > limit + TOLERANCE_MIN:
            self.note("ride_limit", request.id, ride - limit)
        if up[1].begin_min < self.problem.now_min - TOLERANCE_MIN:
            self.note("in_the_past", request.id)

    def ends(self, request: Request, direction: Direction, facility: Facility) -> None:
        """Check that a trip leads from home to the facility, or back from there.

        Where it began before counts no more.
        """
        home = request.home, request.dropoff_place or request.home
        starts, stops = (request.pickup_place or home[0], facility.place), (facility.place, home[1])
        if not request.needs_outbound and request.pickup_place:
            stops = (request.pickup_place, home[1])
        wanted = starts if direction is Direction.OUTBOUND else stops
        for action, place in zip(("pickup", "dropoff"), wanted, strict=True):
            found = self.stop_at.get((request.id, direction, action))
            if found is not None and not self.is_past(found[1]) and found[1].place != place:
                self.note("wrong_place", request.id)

    def promise(self, request: Request, direction: Direction) -> None:
        """A told stop moves within the tolerance, unless the run itself is late; then it only moves later."""
        for action in ("pickup", "dropoff"):
            before, now = self.old.get((request.id, direction, action)), self.stop_at[(request.id, direction, action)]
            if before is not None and before.state.value == "told":
                early = before.at_min - now[1].begin_min
                if early > self.problem.params.told_tolerance_min + TOLERANCE_MIN:
                    self.note("told_moved_earlier", request.id, early)

    def ride_limit(self, request: Request, origin: str, destination: str) -> float:
        """Return the longest ride the rules allow."""
        if request.ride_limit_min is not None:
            return request.ride_limit_min
        params = self.problem.params
        limit = params.ride_limits.get(request.need, params.ride_limits.get(request.zone, params.ride_limit_min))
        direct = float(self.minutes[self.row[origin], self.row[destination]])
        if direct <= limit - params.ride_spare_min:
            return limit
        return max(limit, params.ride_detour * direct + 15.0)

    def arrival(self, request: Request, placement: Placement, start: float) -> None:
        """Check arrival before the slot, not too early."""
        params = self.problem.params
        if self.is_promised(request.id, Direction.OUTBOUND):
            return
        if placement.dropoff_min > start - params.arrive_spare_min + TOLERANCE_MIN:
            self.note("arrives_late", request.id, placement.dropoff_min - start)
        early = params.early_limits.get(request.need, params.arrive_early_min)
        if placement.dropoff_min < start - early - TOLERANCE_MIN:
            self.note("arrives_early", request.id, start - placement.dropoff_min)

    def collection(self, request: Request, placement: Placement, ready: float) -> None:
        """Check collection after ready, within the wait limit."""
        params = self.problem.params
        if self.is_promised(request.id, Direction.INBOUND):
            return
        if placement.pickup_min < ready - TOLERANCE_MIN:
            self.note("before_ready", request.id, ready - placement.pickup_min)
        limit = params.wait_limits.get(request.need, params.wait_after_ready_min)
        wait = placement.pickup_min - max(ready, self.problem.now_min)
        if wait > limit + TOLERANCE_MIN:
            self.note("waits_for_return", request.id, wait - limit)

    def slots(self) -> None:
        """No slot gives more places than it has; who is riding already may come as a guest beyond it (C18)."""
        used = Counter(
            (item.facility, item.slot)
            for item in self.plan.arranged
            if item.slot is not None
            and self.problem.request_by_id[item.request].fixed_slot is None
            and not self.is_promised(item.request, Direction.OUTBOUND)
        )
        for facility in self.problem.facilities:
            for slot in facility.slots:
                if used[(facility.id, slot.id)] > slot.capacity:
                    self.note("slot_full", slot.id, used[(facility.id, slot.id)] - slot.capacity)


def check(problem: Problem, plan: Plan, travel: Travel | None = None) -> list[Violation]:
    """Return every rule the plan breaks; an empty list is a legal plan."""
    return Checker(problem, plan, travel or GreatCircle()).run()
