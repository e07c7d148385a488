"""From rows to the plain values that `candidates` and `receiving` judge. No decisions here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.db.models.functions import JSONObject

from access.models import AccessRequest
from access.selectors.rescue import fallback_after, place_of
from access.services import cards
from access.states import FIXED
from core import clock
from core.geo import Point
from core.phrases import listed
from dispatch.hand.receiving import CareAsk, Receiver, Times
from dispatch.limits import LIMITS, planned_until, turn_left
from dispatch.shapes import Ask, Busy, Car, Duty, ride_class
from hospitals.machines import SERVICES, has_machines, places_of
from hospitals.models import Service, Slot
from hospitals.selectors import machines
from hospitals.states import SHUT
from transport.models import Driver, Run, Shift, Trip, Vehicle
from transport.states import RUN_LIVE, TripDirection, TripStatus

LOOK_BACK = timedelta(hours=12)  # a car stands where its last outing ended, however long ago in its shift


@dataclass
class Bar:
    """One run as its lane shows it, with the trips it carries."""

    run: Run
    trips: list[Trip] = field(default_factory=list)

    @property
    def first(self) -> Trip:
        """The trip that begins it."""
        return min(self.trips, key=lambda trip: trip.pickup_planned_at or trip.reserved_from or self.run.occupied.upper)

    @property
    def last(self) -> Trip:
        """The trip that ends it."""
        return max(self.trips, key=lambda trip: trip.dropoff_planned_at or self.run.occupied.upper)

    @property
    def label(self) -> str:
        """Who rides."""
        return listed(trip.name for trip in self.trips)


@dataclass
class Fleet:
    """The vehicles on duty in one area and time, and what they do."""

    cars: list[Car]
    bars: dict[str, list[Bar]]
    waiting: dict[UUID, dict[str, Trip]]  # by case and direction: trips without a run, reservations included
    riding: frozenset[UUID]  # cases whose way there has a car
    vehicles: dict[str, Vehicle]
    drivers: dict[str, Driver]

    def car(self, code: str) -> Car | None:
        """Return one car."""
        return next((car for car in self.cars if car.code == code), None)


def fleet(area: str, *, since: datetime, until: datetime, besides: UUID | None = None) -> Fleet:
    """Read an area's vehicles on duty and their runs in [since, until) but `besides`: two queries."""
    vehicles, duties, drivers = _on_duty(area, since, until)
    trips = _trips(area, (since, until))
    bars = _bars(trips, besides)
    waiting: dict[UUID, dict[str, Trip]] = defaultdict(dict)
    for trip in trips:
        if trip.run_id is None:
            waiting[trip.case_ref][trip.direction] = trip
    riding = frozenset(trip.case_ref for trip in trips if trip.run_id and trip.direction != TripDirection.INBOUND)
    cars = [_car(vehicles[code], served, bars.get(code, [])) for code, served in duties.items()]
    return Fleet(cars, bars, waiting, riding, vehicles, drivers)


def _on_duty(
    area: str, since: datetime, until: datetime
) -> tuple[dict[str, Vehicle], dict[str, list[Duty]], dict[str, Driver]]:
    """Read the vehicles of an area with their shifts and drivers in one query, as arrays."""
    shifts = Shift.objects.filter(vehicle=OuterRef("pk"), starts_at__lt=until, ends_at__gt=since).order_by("starts_at")
    columns = {"code": "driver_id", "name": "driver__name", "phone": "driver__phone"}
    served = ArraySubquery(shifts.values(shift=JSONObject(starts_at="starts_at", ends_at="ends_at", **columns)))
    vehicles: dict[str, Any] = Vehicle.objects.filter(dispatch_area=area).annotate(served=served).in_bulk()
    duties: dict[str, list[Duty]] = {}
    drivers: dict[str, Driver] = {}
    for vehicle, row in vehicles.items():
        for shift in row.served:
            code, name = shift["code"], shift["name"]
            times = datetime.fromisoformat(shift["starts_at"]), datetime.fromisoformat(shift["ends_at"])
            duties.setdefault(vehicle, []).append(Duty(code, name, *times))
            drivers.setdefault(code, Driver(code=code, name=name, phone=shift["phone"]))
    return vehicles, duties, drivers


def _trips(area: str, span: tuple[datetime, datetime]) -> list[Trip]:
    """Read the trips on runs of the area's cars in the span, whoever rides, and the area's own that wait for one."""
    riding = Q(run__status__in=RUN_LIVE, run__occupied__overlap=span, run__vehicle__dispatch_area=area)
    kept = Q(reserved_run__status__in=RUN_LIVE, reserved_run__occupied__overlap=span)
    kept &= Q(reserved_run__vehicle__dispatch_area=area)
    waiting = Q(status__in=[TripStatus.UNSCHEDULED, TripStatus.WILL_CALL], dispatch_area=area)
    rows = Trip.objects.filter(riding & ~Q(status=TripStatus.CANCELLED) | kept | waiting)
    unread = ("explanation", "phone_sealed", "person_key")
    return list(rows.select_related("run", "reserved_run").defer(*unread))


def _bars(trips: Iterable[Trip], besides: UUID | None) -> dict[str, list[Bar]]:
    """Group trips by run and runs by vehicle, in the order of time."""
    bars: dict[Any, Bar] = {}
    for trip in trips:
        for run in (trip.run, trip.reserved_run if trip.run_id is None else None):
            if run is not None and run.status in RUN_LIVE and run.pk != besides:
                bars.setdefault(run.pk, Bar(run)).trips.append(trip)
    by_vehicle: dict[str, list[Bar]] = defaultdict(list)
    for bar in sorted(bars.values(), key=lambda each: each.run.occupied.lower):
        by_vehicle[bar.run.vehicle_id].append(bar)
    return by_vehicle


def _car(vehicle: Vehicle, duties: list[Duty], bars: list[Bar]) -> Car:
    return Car(
        code=vehicle.code,
        plate=vehicle.plate,
        vehicle_class=vehicle.vehicle_class,
        is_ambulance=vehicle.is_ambulance,
        status=vehicle.status,
        seats=vehicle.seats,
        base=vehicle.point,
        zones_allowed=frozenset(vehicle.zones_allowed),
        wheelchairs=vehicle.wheelchairs,
        stretchers=vehicle.stretchers,
        has_oxygen=vehicle.has_oxygen,
        takes_positive=vehicle.takes_positive,
        duties=tuple(duties),
        busy=tuple(_busy(bar) for bar in bars),
    )


def _busy(bar: Bar) -> Busy:
    begins, ends, last = bar.run.occupied.lower, bar.run.occupied.upper, bar.last
    to_first = (bar.first.pickup_planned_at or bar.first.reserved_from or begins) - begins
    set_down = last.dropoff_planned_at or ends
    return Busy(
        label=bar.label,
        starts_at=begins,
        ends_at=ends,
        first=bar.first.origin.point,
        last=last.destination.point,
        spare=max(timedelta(), to_first),
        ride_class=ride_class(bar.run.zone_class, bar.run.infection_class),
        unclean=turn_left(bar.run.zone_class, set_down=set_down, mobility=last.mobility, free_at=ends),
    )


def ask(request: AccessRequest, *, ambulance_by: datetime | None = None) -> Ask:
    """Say what a request's party needs of a car; `ambulance_by`: when an ambulance must have set out at the latest."""
    return Ask(
        zone_class=request.zone_class,
        mobility=request.mobility,
        party_size=1 + request.escorts,
        needs_oxygen=request.needs_oxygen,
        has_stairs=request.has_stairs,
        infection_class=infection(request),
        is_critical=request.is_critical,
        ambulance_by=ambulance_by,
    )


def ambulance_by(request: AccessRequest, *, now: datetime) -> datetime | None:
    """Return by when an ambulance must set out to come first; one query, for the critical alone (C7)."""
    return now + fallback_after(place=place_of(request), at=now) if request.is_critical else None


def ask_of_trip(trip: Trip, request: AccessRequest) -> Ask:
    """Say what a trip's party needs of a car: as the card says that left with it."""
    return Ask(
        zone_class=trip.zone_class,
        mobility=trip.mobility,
        party_size=trip.party_size,
        needs_oxygen=trip.needs_oxygen,
        has_stairs=trip.has_stairs,
        infection_class=trip.infection_class,
        is_critical=request.is_critical and trip.direction != TripDirection.INBOUND,
    )


def infection(request: AccessRequest) -> str:
    """Return the precaution that decides car and hospital: positive, suspected, isolated, or none."""
    return request.resident.precaution if request.resident else ""


def machine(request: AccessRequest) -> str:
    """Return whose haemodialysis machines a request is for (E20), "" for every other care."""
    return "" if request.is_critical else cards.machine_class(request)


def planned_hours(request: AccessRequest, now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last hour that the plan would take for a request."""
    asked = request.arrive_at
    until = planned_until(now, asked=asked)
    return LIMITS.hours(asked, is_fixed=request.need_kind in FIXED, at=now, until=until)


def care_ask(request: AccessRequest, *, now: datetime) -> CareAsk:
    """Say what a request asks of a hospital."""
    return CareAsk(
        zone_class=request.zone_class,
        infection_class=infection(request),
        is_critical=request.is_critical,
        home=home_of(request),
        usual_code=request.facility_id or "",
        arrive_at=request.arrive_at,
        is_labour=cards.is_labour(request),
        planned=planned_hours(request, now),
    )


def receivers(request: AccessRequest, *, now: datetime, held_slot: int | None = None) -> list[Receiver]:
    """Read the facilities with a request's service, and the times that are planned; one query.

    A person may take any shift of the day and of the next as well. The place they hold counts as free: `held_slot`, or
    what the board's own query read with the row.
    """
    since, until = planned_hours(request, now)
    day = clock.day_bounds(clock.local_day(max(request.arrive_at or now, now)))
    near = Q(slots__starts_at__gte=since, slots__starts_at__lte=until)
    whole = ~Q(slots__shift="") & Q(slots__starts_at__gte=day[0], slots__starts_at__lt=day[1] + timedelta(days=1))
    kind = request.care_asked
    alike = machines.alike(machine(request), slot="slot_id") if kind in SERVICES else F("slot__booked")
    rows = (
        Service.objects.filter(kind=kind)
        .select_related("facility")
        .annotate(
            slot=FilteredRelation("slots", condition=Q(slots__starts_at__gt=now) & (near | whole)),
            has_places=_has_places(now, planned_until(now, asked=request.arrive_at)),
            slot_id=F("slot__id"),
            slot_starts=F("slot__starts_at"),
            slot_ends=F("slot__ends_at"),
            slot_shift=F("slot__shift"),
            slot_places=F("slot__capacity"),
            slot_taken=F("slot__booked"),
            slot_alike=alike,
        )
    )
    own = held_slot or getattr(request, "held_slot", None)
    return _receivers(rows, own, machine(request))


def _has_places(now: datetime, until: datetime) -> Exists:
    """Ask whether a service has a place left at some hour of a span at which it receives."""
    receives = ~Q(service__status__in=SHUT) | Q(service__status_until__lte=F("starts_at"))
    left = Slot.objects.filter(receives, service=OuterRef("pk"), booked__lt=F("capacity"))
    return Exists(left.filter(starts_at__gt=now, starts_at__lt=until))


def _receivers(rows: Iterable[Any], held_slot: int | None, machine_class: str) -> list[Receiver]:
    """Group the rows by facility; the place a request holds already counts as free for it."""
    times: dict[str, list[Times]] = defaultdict(list)
    services: dict[str, Any] = {}
    for row in rows:
        services[row.facility_id] = row
        if row.slot_id is not None:
            parts = places_of(row.kind, row.slot_places, hbv=row.hbv_places, hcv=row.hcv_places)
            spare = min(parts[machine_class] - row.slot_alike, row.slot_places - row.slot_taken)
            free = spare + (row.slot_id == held_slot)
            times[row.facility_id].append(Times(row.slot_id, row.slot_starts, row.slot_ends, row.slot_shift, free))
    return [
        Receiver(
            code=code,
            name=row.facility.name,
            zone_role=row.facility.zone_role,
            point=row.facility.point,
            status=row.status,
            status_until=row.status_until,
            confirmed_at=row.confirmed_at,
            has_machines=has_machines(row.kind, machine_class, hbv=row.hbv_places, hcv=row.hcv_places),
            has_places=row.has_places,
            times=tuple(times[code]),
        )
        for code, row in services.items()
    ]


def home_of(request: AccessRequest) -> Point:
    """Return where the party is fetched: its compound. Raises Conflict while nobody said where a stranger lives."""
    return cards.home_of(request).point
