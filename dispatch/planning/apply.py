"""A plan becomes fact: request by request, each in one transaction, all of it or nothing (architecture.md 5).

Lock order, always: lease → request → slot → cars (by code) → pass. What became stale is left waiting with its reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error
from structlog import get_logger

from access.journey import has_way_home, is_over
from access.models import AccessRequest
from access.selectors import facts_of, locked_case
from access.services import cards
from communities.services import passes
from core import audit, boards
from core.actors import Actor
from core.errors import Conflict, DomainError
from core.gathering import one_deed
from dispatch.hand.placement import (
    booked,
    locked_vehicles,
    own_way,
    pair_of_trips,
    require_waiting,
    window_of,
)
from dispatch.planning import leases
from dispatch.planning.houses import slot_key
from dispatch.planning.outings import Outing, Outings, cut
from hospitals.models import Facility, Slot
from hospitals.services import appointments
from hospitals.services.announcing import announce
from matching.plan import Arranged, Plan
from matching.problem import Direction, Problem
from transport.models import Run, Shift, Trip, Vehicle
from transport.services import scheduling
from transport.services.scheduling import Ride
from transport.states import TripDirection, TripStatus
from transport.whereabouts import car_words

log = get_logger(__name__)
SETTLED = {"placement.over", "placement.not_approved", "placement.exists", "placement.under_way", "return.exists"}
WINDOW = timedelta(minutes=30)  # a reserved car comes within this of its time
NOTHING_LEFT: dict[str, Any] = {
    "needs_person_reason": "",
    "needs_person_detail": {},
    "try_again_at": None,
    "attempts": 0,
}
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

    @property
    def stamp(self) -> dict[str, Any]:
        """Return actor and time, as every service takes them."""
        return {"by": self.by, "at": self.at}


def apply(
    problem: Problem, plan: Plan, waiting: Mapping[str, uuid.UUID], writer: Writer, *, origin: datetime
) -> Outcome:
    """Write a plan; `waiting` gives the key of the request of each case that asked."""
    outings = cut(problem, plan, origin=origin)
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
    runs: dict[tuple[str, Direction], Run] = {}
    try:
        with one_deed():
            if writer.token:
                leases.require(writer.area, writer.token, seconds=settings.PLAN_LEASE_S)
            _Arranging(item, outings, shifts, writer, runs).write(pk)
    except DomainError as error:
        return error.code
    except Error as error:  # a lock not had in time, a deadlock: the next plan asks again
        log.warning("apply.refused", error=type(error).__name__, case_ref=item.request)
        return "database.refused"
    for key, run in runs.items():
        outings[key].run_id = run.pk
    return ""


@dataclass
class _Arranging:
    """One request being written."""

    item: Arranged
    outings: Outings
    shifts: Mapping[int, Shift]
    writer: Writer
    runs: dict[tuple[str, Direction], Run]
    cars: dict[str, Vehicle] = field(default_factory=dict)

    def write(self, pk: uuid.UUID) -> None:
        """Judge it again under its lock, then write its ways."""
        request = locked_case(pk)
        facts = facts_of(request)
        if is_over(facts):
            raise Conflict("placement.over")
        if self.item.outbound is None and self.item.inbound is not None:
            self._home(request)
        else:
            require_waiting(request)
            self._there_and_back(request)
        if (request.needs_person_reason, request.try_again_at, request.attempts) != ("", None, 0):
            AccessRequest.objects.filter(pk=request.pk).update(**NOTHING_LEFT)
        audit.record("request.arranged", request, detail={"facility": self.item.facility}, **self.writer.stamp)
        boards.touch(*request.boards)

    def _there_and_back(self, request: AccessRequest) -> None:
        slot, facility = self._receiving()
        plate = ""
        if request.needs_vehicle:
            window, plate = self._drive(request, slot, facility)
        else:
            booked(request, slot, **self.writer.stamp)
            window = own_way(request, slot, facility, at=self.writer.at)
        card = cards.pass_card(request, plate=plate)
        if request.community is None:
            raise Conflict("request.home_unknown")
        case: dict[str, Any] = {"case_ref": request.case_ref, **self.writer.stamp}
        held = passes.issue(card, community=request.community, window=window, is_emergency=request.is_critical, **case)
        if held.plate != plate:
            passes.set_ride(request.case_ref, plate=plate, **self.writer.stamp)

    def _receiving(self) -> tuple[Slot | None, Facility]:
        if not self.item.slot:
            return None, Facility.objects.get(pk=self.item.facility)
        rows = Slot.objects.select_for_update(of=("self",)).select_related("service__facility")
        slot = rows.get(pk=slot_key(self.item.slot))
        return slot, slot.service.facility

    def _drive(self, request: AccessRequest, slot: Slot | None, facility: Facility) -> tuple[passes.PassWindow, str]:
        """Put both ways on cars, then book with the car's time; return the window of the pass and the plate on it."""
        there, back = pair_of_trips(request, slot, facility, **self.writer.stamp)
        self._lock_cars()
        run = self._schedule(there, OUT)
        leg = self._outing(OUT).leg(self.item.request, OUT)
        home = leg.dropoff_at + timedelta(minutes=request.session_min + 60)
        if self.item.inbound:
            home = self._reserve(back)
        elif back.reserved_until:
            home = max(home, back.reserved_until)
        told: dict[str, Any] = {"expected_at": leg.dropoff_at, "carried_by": _carried_by(run)}
        held = booked(request, slot, **told, **self.writer.stamp)
        if held is None and request.is_critical:
            known: dict[str, Any] = {"card": cards.patient_card(request), "case_ref": request.case_ref}
            announce(
                facility, service_kind=request.care_asked, expected_at=leg.dropoff_at, **known, **self.writer.stamp
            )
            appointments.set_ride(request.case_ref, **told, **self.writer.stamp)
        return window_of(leg.pickup_at, home), run.vehicle.plate

    def _home(self, request: AccessRequest) -> None:
        """Put somebody on the car home, or keep one for them."""
        live = Trip.objects.live().filter(case_ref=request.case_ref, direction=TripDirection.INBOUND)
        trip = live.select_related("run", "reserved_run").first()
        if trip is None or trip.run_id or (has_way_home(facts_of(request)) and trip.status != TripStatus.WILL_CALL):
            raise Conflict("return.exists")
        self._lock_cars()
        if trip.status == TripStatus.WILL_CALL:
            if trip.reserved_run_id:
                raise Conflict("return.exists")
            self._reserve(trip)
            return
        if trip.reserved_run_id:
            scheduling.release_reservation(trip, reason="换了一辆车", **self.writer.stamp)
        run = self._schedule(trip, BACK)
        self._tell(request, run, self._outing(BACK).leg(self.item.request, BACK).pickup_at)
        passes.set_ride(request.case_ref, plate=run.vehicle.plate, **self.writer.stamp)

    def _outing(self, direction: Direction) -> Outing:
        return self.outings[(self.item.request, direction)]

    def _lock_cars(self) -> None:
        wanted = [key for key in ((self.item.request, OUT), (self.item.request, BACK)) if key in self.outings]
        self.cars = locked_vehicles({self.shifts[self.outings[key].shift_id].vehicle_id for key in wanted})

    def _ride(self, direction: Direction) -> Ride:
        outing = self._outing(direction)
        leg, shift = outing.leg(self.item.request, direction), self.shifts[outing.shift_id]
        times = outing.leave_at, leg.pickup_at, leg.dropoff_at, outing.free_at
        car = self.cars[shift.vehicle_id]
        return Ride(car, shift.driver, *times, ends=outing.ends, is_claimed=True)

    def _schedule(self, trip: Trip, direction: Direction) -> Run:
        """Put a trip on the run of its outing, made by whoever of the outing came first."""
        outing, ride = self._outing(direction), self._ride(direction)
        why = {"explanation": self.writer.why.get(self.item.request, {}).get(direction, {})}
        if outing.run_id is None:
            run = scheduling.schedule(trip, ride=ride, is_pinned=False, **why, **self.writer.stamp)
        else:
            run = scheduling.join(Run(pk=outing.run_id), trip, **_times(ride), **why, **self.writer.stamp)
        self.runs[(self.item.request, direction)] = run
        return run

    def _reserve(self, trip: Trip) -> datetime:
        """Keep the car home, or a place in it beside the others of its outing; return when they are expected there."""
        outing, ride = self._outing(BACK), self._ride(BACK)
        until: dict[str, Any] = {"window_until": ride.pickup_at + WINDOW}
        why = {"explanation": self.writer.why.get(self.item.request, {}).get(BACK, {})}
        if outing.run_id is None:
            run = scheduling.reserve(trip, ride=ride, window_from=ride.pickup_at, **until, **why, **self.writer.stamp)
        else:
            if trip.reserved_run_id:
                scheduling.release_reservation(trip, reason="换了一辆车", **self.writer.stamp)
            run = scheduling.keep_on(Run(pk=outing.run_id), trip, **_times(ride), **until, **why, **self.writer.stamp)
        self.runs[(self.item.request, BACK)] = run
        return ride.dropoff_at

    def _tell(self, request: AccessRequest, run: Run, at_door: datetime) -> None:
        told: dict[str, Any] = {"expected_at": at_door, "carried_by": _carried_by(run)}
        appointments.set_ride(request.case_ref, **told, **self.writer.stamp)


def _times(ride: Ride) -> dict[str, Any]:
    """Return the times of somebody who comes onto a run that stands."""
    return {"pickup_at": ride.pickup_at, "dropoff_at": ride.dropoff_at, "free_at": ride.free_at}


def _carried_by(run: Run) -> str:
    """Say for the desk which car and driver come."""
    return car_words(run)[:60]
