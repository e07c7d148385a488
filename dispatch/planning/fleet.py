"""Cars and what they already do, as the engine reads them. What stands is never moved: it is told."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _
from structlog import get_logger

from core.geo import Point, travel_min
from dispatch import soundness
from dispatch.hand.car_rules import skills_of
from dispatch.limits import longest_turn_min, turn_left, turn_min
from dispatch.shapes import ride_class
from matching import problem as engine
from transport.models import Run, Shift, Stop, Vehicle
from transport.states import AMBULANCES, RUN_LIVE, RunStatus, TripStatus, VehicleClass, VehicleStatus

log = get_logger(__name__)
LOOK_BACK = timedelta(hours=12)
NO_LIMIT_MIN = 1440.0
HURRY_MIN = 0.1  # so that a told time is met in spite of rounding


@dataclass
class Cars:
    """Vehicles on duty as the engine knows them, and their runs, each as one ride that stays where it is."""

    vehicles: list[engine.Vehicle] = field(default_factory=list)
    runs: list[engine.RunInForce] = field(default_factory=list)
    rides: list[engine.Request] = field(default_factory=list)
    facilities: list[engine.Facility] = field(default_factory=list)
    places: dict[str, engine.Place] = field(default_factory=dict)
    faulty: dict[str, str] = field(default_factory=dict)  # by plate: what is wrong with a car that is set aside

    def take(self, one: Cars) -> None:
        """Add what one car brought."""
        for name in ("vehicles", "runs", "rides", "facilities"):
            getattr(self, name).extend(getattr(one, name))
        self.places = {**one.places, **self.places}


def name_of(shift: Shift) -> str:
    """Name a vehicle in one shift; `shift_key` reads it back."""
    return f"{shift.vehicle_id}@{shift.pk}"


def shift_key(name: str) -> int:
    """Return the shift a vehicle's name in a problem stands for."""
    return int(name.rpartition("@")[2])


def spare(area: str) -> frozenset[str]:
    """Return the ambulances that may be lent: every second plain one, so that half of them wait for emergencies.

    The ones with negative pressure are for the infected alone.
    """
    plain = Vehicle.objects.filter(dispatch_area=area, vehicle_class=VehicleClass.AMBULANCE)
    codes = plain.filter(status=VehicleStatus.AVAILABLE).order_by("pk").values_list("pk", flat=True)
    return frozenset(list(codes)[1::2])


def read(  # noqa: PLR0913 - one reading of one question
    area: str,
    *,
    at: datetime,
    since: datetime,
    until: datetime,
    origin: datetime,
    lent: frozenset[str] = frozenset(),
    at_hand: timedelta = timedelta(0),
    is_120: bool | None = None,
) -> Cars:
    """Read an area's shifts in [since, until) and the runs of its cars: three queries.

    `lent` names the only cars asked; `is_120` asks the ambulances alone, or every other car. An ambulance that can set
    out within `at_hand` is one that comes at once (C7).
    """
    # who gave an outing back is not asked again before its time is over
    given_back = Run.objects.filter(status=RunStatus.DECLINED, vehicle__dispatch_area=area, occupied__endswith__gt=at)
    shifts = Shift.objects.filter(
        vehicle__dispatch_area=area, vehicle__status=VehicleStatus.AVAILABLE, starts_at__lt=until, ends_at__gt=since
    ).exclude(vehicle__in=given_back.values("vehicle"))
    asked = Q(vehicle__in=lent) if lent else Q()
    if is_120 is not None:  # an emergency does not wait until what cannot come has been read
        asked &= Q(vehicle__vehicle_class__in=AMBULANCES) if is_120 else ~Q(vehicle__vehicle_class__in=AMBULANCES)
    runs_of: dict[str, list[Run]] = defaultdict(list)
    known = ("run", "trip__status", "trip__mobility", "position", "lat", "lon", "planned_at")
    stops = Stop.objects.select_related("trip").only(*known).order_by("position")
    near = DateTimeTZRange(min(at, since) - LOOK_BACK, until, "[)")
    live = Run.objects.filter(asked, status__in=RUN_LIVE, vehicle__dispatch_area=area, occupied__overlap=near)
    for run in live.order_by("occupied").prefetch_related(Prefetch("stops", queryset=stops)):
        runs_of[run.vehicle_id].append(run)
    cars = Cars()
    for shift in shifts.filter(asked).select_related("vehicle").order_by("vehicle_id", "starts_at"):
        if shift.vehicle.zones_allowed:
            is_lent, one = shift.vehicle_id in lent, Cars()
            driven = runs_of[shift.vehicle_id]
            try:
                soundness.require(
                    [*soundness.of_shift(shift), *(each for run in driven for each in soundness.of_run(run))]
                )
                _add(one, shift, driven, at=at, origin=origin, is_lent=is_lent, at_hand=at_hand)
            except soundness.Unsound as error:  # one car, not the area's
                cars.faulty[shift.vehicle.plate] = str(error)
                continue
            except (ValueError, LookupError, TypeError, ArithmeticError):  # what no judge foresaw
                log.exception("planning.car_unreadable", vehicle=shift.vehicle_id)
                cars.faulty[shift.vehicle.plate] = _("这一行读不出来")
                continue
            cars.take(one)
    return cars


def _add(  # noqa: PLR0913 - one reading of one question
    cars: Cars, shift: Shift, runs: list[Run], *, at: datetime, origin: datetime, is_lent: bool, at_hand: timedelta
) -> None:
    """Add one vehicle with the runs of its shift; it begins where and when what it does now ends."""
    begun = [run for run in runs if run.occupied.lower <= max(at, shift.starts_at)]
    ahead = [run for run in runs if run not in begun and run.occupied.lower < shift.ends_at]
    free_at = _full_second(max([shift.starts_at, at, *(run.occupied.upper for run in begun)]))
    ends_at = max([shift.ends_at, *(run.occupied.upper for run in ahead)])
    if free_at >= ends_at:
        return
    vehicle, last = shift.vehicle, begun[-1] if begun else None
    cars.vehicles.append(
        engine.Vehicle(
            id=name_of(shift),
            capacity=engine.Load(vehicle.seats, vehicle.wheelchairs, vehicle.stretchers),
            start_place=_stands(cars, shift, last),
            end_place=_base(cars, shift),
            shift_start_min=minutes(free_at, origin),
            shift_end_min=minutes(ends_at, origin),
            skills=_skills(shift, is_lent=is_lent, is_at_hand=free_at <= at + at_hand + timedelta(seconds=1)),
            zones=frozenset(vehicle.zones_allowed),
            disinfection_min=_unclean_min(last, vehicle, free_at),
            last_class=_class_after(last, at),
        )
    )
    told = [stop for run in ahead for stop in _block(cars, run, origin)]
    if told:
        cars.runs.append(engine.RunInForce(vehicle=name_of(shift), stops=tuple(told)))


def _full_second(moment: datetime) -> datetime:
    """Return the next full second: rides are planned to the second, and none may begin before its car is free."""
    return moment + timedelta(microseconds=-moment.microsecond % 1_000_000)


def _class_after(run: Run | None, at: datetime) -> str | None:
    """Return the class that has to be cleaned out of a car still (E18), None when it is clean.

    A car that stood long enough since its outing was over was disinfected meanwhile; after the infected it takes a
    tick.
    """
    if run is None or run.cleaned_after_at:
        return None
    if run.soiled_as:
        return run.soiled_as
    if run.infection_class:
        return ride_class(run.zone_class, run.infection_class)
    is_over = run.status in (RunStatus.COMPLETED, RunStatus.ABORTED)
    has_stood = is_over and at >= run.status_at + timedelta(minutes=turn_min(run.zone_class))
    return None if has_stood else run.zone_class


def _unclean_min(run: Run | None, vehicle: Vehicle, free_at: datetime) -> float:
    """Return how long the disinfection takes still once a car is free, before another class boards.

    After the infected, whose car is clean by a tick alone, the longest there is.
    """
    if run is None or run.soiled_as or run.infection_class:
        return longest_turn_min(vehicle.zones_allowed)
    return max(0.0, minutes(run.occupied.upper + _turn_left(run), free_at))


def _turn_left(run: Run) -> timedelta:
    """Return how much of its disinfection the time of an outing leaves out."""
    stops = list(run.stops.all())
    if not stops:
        return timedelta()
    last = stops[-1]
    return turn_left(run.zone_class, set_down=last.planned_at, mobility=last.trip.mobility, free_at=run.occupied.upper)


def _block(cars: Cars, run: Run, origin: datetime) -> list[engine.StopInForce]:
    """Turn an outing into one ride from its first stop to its last, or at its last alone.

    It begins when its first stop was promised: until then its car may be elsewhere, and leave for it from there.
    """
    stops = [stop for stop in run.stops.all() if stop.trip.status != TripStatus.CANCELLED]
    if not stops:
        return []
    first, last = stops[0], stops[-1]
    ends = min(max(last.planned_at, run.occupied.lower), run.occupied.upper)
    begins = min(max(first.planned_at, run.occupied.lower), ends)
    if travel_min(first.point, last.point) > minutes(ends, begins):  # told times that cannot be met stand all the same
        first, begins = last, run.occupied.lower
    name = f"run:{run.pk}"
    between = max(0.0, minutes(ends, begins) - travel_min(first.point, last.point) - HURRY_MIN)
    _note_ride(cars, name, run, (first, last), between=between, after=minutes(run.occupied.upper, ends))
    told = (engine.Action.PICKUP, begins), (engine.Action.DROPOFF, ends)
    return [
        engine.StopInForce(
            request=name,
            direction=engine.Direction.OUTBOUND,
            action=action,
            at_min=minutes(moment, origin),
            state=engine.StopState.TOLD,
        )
        for action, moment in told
    ]


def _note_ride(cars: Cars, name: str, run: Run, ends: tuple[Stop, Stop], *, between: float, after: float) -> None:
    """Note the request and the destination a standing outing is to the engine; nobody else boards it.

    What the car does `between` its ends counts as boarding: to the engine a car never stands with somebody aboard.
    """
    starts = place(cars, f"{name}/a", ends[0].lat, ends[0].lon)
    to = place(cars, f"{name}/b", ends[1].lat, ends[1].lon)
    cars.facilities.append(engine.Facility(id=name, place=to, needs=frozenset({name})))
    cars.rides.append(
        engine.Request(
            id=name,
            need=name,
            home=starts,
            zone=run.zone_class,
            infection=run.infection_class,
            fixed_facility=name,
            party=engine.Load(),
            rides_alone=True,
            home_min=between,
            facility_min=after,
            needs_inbound=False,
            turn_min=minutes(run.occupied.upper + _turn_left(run), run.occupied.upper),
            ride_limit_min=NO_LIMIT_MIN,
        )
    )


def _stands(cars: Cars, shift: Shift, run: Run | None) -> str:
    """Return where the car stands once it is free: at the last stop of its run, else at its base."""
    stops = list(run.stops.all()) if run else []
    return place(cars, f"s:{stops[-1].pk}", stops[-1].lat, stops[-1].lon) if stops else _base(cars, shift)


def _base(cars: Cars, shift: Shift) -> str:
    return place(cars, f"v:{shift.vehicle_id}", shift.vehicle.lat, shift.vehicle.lon)


def place(cars: Cars, name: str, lat: float, lon: float) -> str:
    """Note a place and return its name; raise ValueError for one that is nowhere."""
    if not Point(lat, lon).is_sound:
        raise ValueError("a place that is nowhere")
    cars.places.setdefault(name, engine.Place(id=name, latitude=lat, longitude=lon))
    return name


def _skills(shift: Shift, *, is_lent: bool, is_at_hand: bool) -> frozenset[str]:
    """Say what a car can do beyond room: `ordinary` is what every car but an ambulance may be used for (R-000-11).

    `spare` has an ambulance that is lent (docs/adr/0009), `at_hand` one that sets out at once (C7).
    """
    vehicle, zones = shift.vehicle, frozenset(shift.vehicle.zones_allowed)
    has = {
        "ambulance": vehicle.is_ambulance,
        "ordinary": not vehicle.is_ambulance,
        "at_hand": vehicle.is_ambulance and is_at_hand,
        "spare": is_lent,
    }
    can = skills_of(zones, has_oxygen=vehicle.has_oxygen, takes_positive=vehicle.takes_positive)
    return can | {name for name, is_so in has.items() if is_so}


def minutes(moment: datetime, origin: datetime) -> float:
    """Return minutes since the origin."""
    return (moment - origin) / timedelta(minutes=1)
