"""What has to be matched: people, places, vehicles and what is already promised.

Times are minutes since an origin the caller chooses (`_min`), distances kilometres (`_km`). Everything is frozen;
ids are the caller's and come back unchanged in the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from matching.errors import BadProblem
from matching.params import Params


class Direction(StrEnum):
    """Which way a trip goes: to care, or home."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Action(StrEnum):
    """What happens at a stop."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"


class StopState(StrEnum):
    """How far a stop of a run in force has got."""

    DONE = "done"
    BEGUN = "begun"
    TOLD = "told"
    PLANNED = "planned"


class Load(NamedTuple):
    """Room a party takes, or a vehicle offers.

    Several kinds of it: Parragh (2011, Transportation Research C 19:912-930).
    """

    seats: int = 0
    wheelchairs: int = 0
    stretchers: int = 0
    oxygen: int = 0


ONE_SEAT = Load(seats=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point on the map; `gate_min` are lost on each arrival and departure (gate, checkpoint)."""

    id: str
    latitude: float
    longitude: float
    gate_min: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A start time at a facility and the places still open in it; `machine` keeps a class of patients apart (E20)."""

    id: str
    need: str
    start_min: float
    capacity: int
    machine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """Where care is given.

    Attributes
    ----------
    needs : what it can treat, with or without slots.
    zones : zone classes it receives by its role; empty receives all.
    usual_zones : zone classes whose residents it keeps receiving where it is their usual facility.
    infections : infection classes it has a separate room for; the empty class needs none.
    machines : machine classes it has places of their own for (E20); nobody of another class takes one of them.
    has_buffer : may take a zone outside its role in its buffer, when no facility of the role has the service.
    rank : extra cost steps (higher level, unknown status); 0 is preferred.
    shut : what it treats otherwise and does not receive for now; None for nothing.
    """

    id: str
    place: str
    needs: frozenset[str]
    zones: frozenset[str] = frozenset()
    usual_zones: frozenset[str] = frozenset()
    infections: frozenset[str] = frozenset()
    machines: frozenset[str] = frozenset()
    slots: tuple[Slot, ...] = ()
    has_buffer: bool = False
    is_open: bool = True
    rank: int = 0
    shut: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One wish to get to care and home again.

    Attributes
    ----------
    zone, care_zone : where they live, which cars are asked for; and whose hospitals they go to, "" for the same zone's.
    home, pickup_place, dropoff_place : place ids; the latter two only where they differ from home.
    fixed_facility, fixed_slot : already booked; then only vehicles are chosen.
    arrive_by_min : latest arrival where no slot applies (ordinary visits, critical).
    machine : class of patients whose places are kept apart at the facility (E20); no vehicle learns it.
    earliest_min : nobody leaves for care before.
    treated_from_min, latest_safe_min : treatment must start between these.
    harm_in_min : time to harm; the smaller, the earlier served.
    home_min, facility_min : boarding or alighting minutes at either end, stairs included.
    turn_min : disinfection after this party, before another class boards (E18); None: the vehicle's own.
    ready_min : known end of treatment; None means estimated from `treatment_min`.
    is_will_call : the return has a reserved window, called when ready.
    needs_outbound, needs_inbound : which trips want a vehicle (own car, on foot, admitted: False).
    outbound_vehicle, inbound_vehicle : a person's choice, never changed here.
    """

    id: str
    need: str
    home: str
    zone: str = ""
    care_zone: str = ""
    infection: str = ""
    machine: str = ""
    usual_facility: str | None = None
    fixed_facility: str | None = None
    fixed_slot: str | None = None
    asked_min: float | None = None
    earliest_min: float = 0.0
    treated_from_min: float = 0.0
    arrive_by_min: float | None = None
    latest_safe_min: float | None = None
    harm_in_min: float = 4320.0
    is_critical: bool = False
    party: Load = ONE_SEAT
    skills: frozenset[str] = frozenset()
    rides_alone: bool = False
    home_min: float = 3.0
    facility_min: float = 2.0
    treatment_min: float = 240.0
    turn_min: float | None = None
    ready_min: float | None = None
    is_will_call: bool = True
    needs_outbound: bool = True
    needs_inbound: bool = True
    pickup_place: str | None = None
    dropoff_place: str | None = None
    ride_limit_min: float | None = None
    outbound_vehicle: str | None = None
    inbound_vehicle: str | None = None

    @property
    def treated_as(self) -> str:
        """The zone whose hospitals receive them."""
        return self.care_zone or self.zone

    @property
    def ride_class(self) -> str:
        """Who may share a vehicle: same zone class and same infection class."""
        return f"{self.zone}/{self.infection}" if self.infection else self.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A pause of the driver with nobody aboard (Parragh, Cordeau, Doerner & Hartl 2012, OR Spectrum 34:593-633)."""

    earliest_min: float
    latest_min: float
    duration_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle with its driver for one shift.

    Attributes
    ----------
    start_place, end_place : where the shift starts (or the vehicle is now) and must end.
    max_duty_min : driver hours left, from leaving the start to reaching the end.
    zones : zone classes it may carry; empty carries all.
    last_class : ride class carried last, None when clean; another class costs `disinfection_min` first.
    disinfection_min : … and as much after a party that names no time of its own (`Request.turn_min`).
    """

    id: str
    capacity: Load
    start_place: str
    end_place: str
    shift_start_min: float
    shift_end_min: float
    skills: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    max_duty_min: float | None = None
    breaks: tuple[Break, ...] = ()
    disinfection_min: float = 15.0
    last_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopInForce:
    """A stop of a run already made: done and begun stops are frozen, told ones may move a little."""

    request: str
    direction: Direction
    action: Action
    at_min: float
    state: StopState = StopState.PLANNED


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInForce:
    """The route a vehicle has now, in order."""

    vehicle: str
    stops: tuple[StopInForce, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything the engine may look at. `now_min` is the moment of asking."""

    places: tuple[Place, ...]
    facilities: tuple[Facility, ...]
    vehicles: tuple[Vehicle, ...]
    requests: tuple[Request, ...]
    runs: tuple[RunInForce, ...] = ()
    now_min: float = 0.0
    params: Params = field(default_factory=Params)

    @cached_property
    def place_by_id(self) -> dict[str, Place]:
        """Places by id."""
        return {place.id: place for place in self.places}

    @cached_property
    def facility_by_id(self) -> dict[str, Facility]:
        """Facilities by id."""
        return {facility.id: facility for facility in self.facilities}

    @cached_property
    def vehicle_by_id(self) -> dict[str, Vehicle]:
        """Vehicles by id."""
        return {vehicle.id: vehicle for vehicle in self.vehicles}

    @cached_property
    def request_by_id(self) -> dict[str, Request]:
        """Requests by id."""
        return {request.id: request for request in self.requests}

    @cached_property
    def in_force(self) -> frozenset[str]:
        """Ids of the requests whose stops stand in a run in force."""
        return frozenset(stop.request for run in self.runs for stop in run.stops)

    @cached_property
    def asking(self) -> tuple[Request, ...]:
        """The requests that no run in force serves."""
        return tuple(request for request in self.requests if request.id not in self.in_force)


def validate(problem: Problem) -> None:
    """Refuse a problem that contradicts itself.

    Raises
    ------
    BadProblem
        A doubled id, an unknown place, facility, vehicle or request.
    """
    for name in ("places", "facilities", "vehicles", "requests"):
        items = getattr(problem, name)
        if len(getattr(problem, f"{name[:-1]}_by_id" if name != "facilities" else "facility_by_id")) != len(items):
            raise BadProblem(f"doubled id among the {name}")
    known = problem.place_by_id
    used = [(f.id, f.place) for f in problem.facilities]
    used += [(v.id, place) for v in problem.vehicles for place in (v.start_place, v.end_place)]
    used += [(r.id, p) for r in problem.requests for p in (r.home, r.pickup_place, r.dropoff_place) if p]
    for owner, place in used:
        if place not in known:
            raise BadProblem(f"{owner} names the unknown place {place}")
    for request in problem.requests:
        if request.fixed_facility and request.fixed_facility not in problem.facility_by_id:
            raise BadProblem(f"{request.id} names the unknown facility {request.fixed_facility}")
        if not {request.outbound_vehicle, request.inbound_vehicle} - {None} <= problem.vehicle_by_id.keys():
            raise BadProblem(f"{request.id} names an unknown vehicle")
    for run in problem.runs:
        if run.vehicle not in problem.vehicle_by_id:
            raise BadProblem(f"a run names the unknown vehicle {run.vehicle}")
        if strangers := {stop.request for stop in run.stops} - problem.request_by_id.keys():
            raise BadProblem(f"run of {run.vehicle} names the unknown request {min(strangers)}")
