"""Drivers: they take their runs, drive at the speed of the day, wait, search, set down, and clean their cars."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID

from django.db.models import Q

from core.actors import Actor
from core.errors import Conflict
from core.geo import Point, road_km, travel_min
from core.vocabulary import INFECTIOUS, PlaceKind
from dispatch.limits import turn_min
from drill import desks, guards
from drill.agenda import Steps
from drill.world import MIN, DrilledParty, World, person
from transport.models import Run, Stop, Trip
from transport.services import runs, stops
from transport.states import RunStatus, StopKind, TripDirection, TripStatus

SEARCH_AFTER = 5 * MIN  # nobody at the door for so long: the driver presses 找不到人
LOOKS_AHEAD = 180 * MIN  # on the sheet, for where to be
LOOK = 30 * MIN  # before setting off, a driver looks at the sheet again
SET_DOWN = {"walk": 2, "assisted": 4, "wheelchair": 5, "stretcher": 8}


def driver(run: Run) -> Actor:
    """Return who drives a run."""
    return person("driver", "fleet", run.driver_id, run.driver.name, run.vehicle.plate)


def drive(world: World, run_id: UUID) -> Steps:
    """Do one run from its offer to the last set-down."""
    run = _read(run_id)
    dice = world.dice("run", run.vehicle_id, Run.objects.filter(vehicle=run.vehicle_id).count())
    yield world.now + dice.uniform(1, 6) * MIN
    if run.vehicle_id in world.silent or not _takes(world, run_id, dice):
        return
    yield from _leave(world, run_id)
    while (stop := _next(run_id)) is not None:
        yield from _go(world, run_id, stop, dice)
    yield from _clean(world, run_id)


def stand_by(world: World, run_id: UUID) -> Steps:
    """Drive to where a kept way home will begin in time, once the outings before it are over,
    so that the car is there.
    """
    while (stop := _kept(world, run_id)) is not None:
        here = _stands(world, stop.run)
        leaves = stop.planned_at - (travel_min(here, stop.point) + 2) * MIN
        if leaves > world.now:
            yield min(leaves, world.now + LOOK)  # the plan may change meanwhile
        elif stop.run.vehicle_id in world.moving or _is_busy_before(stop.run):
            yield world.now + LOOK / 6
        else:
            break
    if stop is None:
        return
    run = stop.run
    world.moving.add(run.vehicle_id)
    yield world.now + travel_min(here, stop.point) * MIN
    world.moving.discard(run.vehicle_id)
    _note_drive(world, run.vehicle_id, here, stop.point, is_empty=True)


def _kept(world: World, run_id: UUID) -> Stop | None:
    """Return where a kept outing begins; None once it was called, given up, or its driver never came."""
    stops = Stop.objects.filter(run_id=run_id, run__status=RunStatus.DRAFT).exclude(run__vehicle__in=world.silent)
    return stops.select_related("run__vehicle", "run__driver").order_by("position").first()


def _is_busy_before(run: Run) -> bool:
    """Say whether the driver is under way, or has an earlier outing to do first."""
    own = Run.objects.live().filter(driver_id=run.driver_id).exclude(status=RunStatus.COMPLETED).exclude(pk=run.pk)
    return own.filter(Q(status=RunStatus.UNDER_WAY) | Q(occupied__startswith__lt=run.occupied.lower)).exists()


def _note_drive(world: World, car: str, here: Point, there: Point, *, is_empty: bool) -> None:
    world.tally.km[car] += road_km(here, there)
    world.tally.km_empty += road_km(here, there) if is_empty else 0.0
    world.cars[car] = there


def _read(run_id: UUID) -> Run:
    return Run.objects.select_related("vehicle", "driver").get(pk=run_id)


def _takes(world: World, run_id: UUID, dice: Random) -> bool:
    """Accept the offer; one in a hundred is declined."""
    run = _read(run_id)
    if run.status == RunStatus.OFFERED:
        if dice.random() < 0.01:
            runs.decline(run, by=driver(run), at=world.now, reason="车坏了")
            return False
        runs.accept(run, by=driver(run), at=world.now)
    return run.status == RunStatus.ACCEPTED


def _leave(world: World, run_id: UUID) -> Steps:
    """Set off in time for the first stop, once the run before is over and the car is clean."""
    while (stop := _next(run_id)) is not None:
        run = _read(run_id)
        if run.status != RunStatus.ACCEPTED:
            return
        way = travel_min(_stands(world, run), stop.point) * MIN
        leaves = stop.planned_at - way - 2 * MIN
        if leaves > world.now:
            yield max(min(leaves, world.now + LOOK), leaves - LOOK)  # the plan may change meanwhile
            continue
        if run.vehicle_id in world.moving:
            yield world.now + 2 * MIN
            continue
        try:
            runs.start(run, by=driver(run), at=world.now)
        except Conflict as refused:
            if refused.code == "run.not_disinfected":
                runs.note_disinfection(run, by=driver(run), at=world.now)
            yield world.now + 2 * MIN
            continue
        return


def _stands(world: World, run: Run) -> Point:
    return world.cars.setdefault(run.vehicle_id, run.vehicle.point)


def _next(run_id: UUID) -> Stop | None:
    """Return the stop to drive to now; None when the run is over, or was taken away."""
    live = Run.objects.filter(pk=run_id, status__in=(RunStatus.ACCEPTED, RunStatus.UNDER_WAY)).exists()
    left = Stop.objects.filter(run_id=run_id, departed_at__isnull=True).select_related("trip", "run")
    return left.order_by("position").first() if live else None


def _go(world: World, run_id: UUID, stop: Stop, dice: Random) -> Steps:
    """Drive to a stop, and do there what is to be done, if it still is."""
    run = _read(run_id)
    here = _stands(world, run)
    yield world.now + travel_min(here, stop.point) * dice.uniform(0.88, 1.12) * MIN
    is_empty = not run.trips.filter(status=TripStatus.ON_BOARD).exists()
    _note_drive(world, run.vehicle_id, here, stop.point, is_empty=is_empty)
    if _open(stop) is None:
        return
    stops.arrive(stop, by=driver(run), at=world.now)
    if stop.kind == StopKind.PICKUP:
        yield from _pick_up(world, run, stop)
    else:
        yield from _set_down(world, run, stop)


def _open(stop: Stop) -> Stop | None:
    """Read a stop again: None once it was done or taken off."""
    rows = Stop.objects.filter(pk=stop.pk, departed_at__isnull=True, run__status=RunStatus.UNDER_WAY)
    return rows.select_related("trip", "run").first()


def _pick_up(world: World, run: Run, stop: Stop) -> Steps:
    patient = world.patient(stop.trip.case_ref)
    if patient.misses and stop.trip.direction == TripDirection.OUTBOUND:
        yield from _wait_for_nobody(world, run, stop, patient)
        return
    yield from _come_to_car(world, run, stop, patient)
    if run.reserved_trips.exists():  # the sheet says: wait for others until then
        yield max(world.now, stop.planned_at)
    _depart(world, run, stop, patient)


def _depart(world: World, run: Run, stop: Stop, patient: DrilledParty) -> None:
    if (again := _open(stop)) is not None and again.trip.status == TripStatus.SCHEDULED:
        stops.depart(again, by=driver(run), at=world.now)
        patient.is_out = True


def _come_to_car(world: World, run: Run, stop: Stop, patient: DrilledParty) -> Steps:
    """Let the party come to the car: out of the gate, out of the ward, or from where it stands."""
    comes, at_home = world.now, stop.place_kind == PlaceKind.COMMUNITY
    if at_home:
        comes = max(world.now, stop.planned_at + patient.late)
    elif patient.ready_at:
        comes = max(world.now, patient.ready_at + patient.walk)
    if comes - world.now > SEARCH_AFTER and comes > stop.planned_at + SEARCH_AFTER:
        yield max(world.now, stop.planned_at) + SEARCH_AFTER
        if (again := _open(stop)) is not None:
            stops.search(again, by=driver(run), at=world.now)
    yield max(comes, world.now)
    again = _open(stop)
    if again is None or again.trip.status != TripStatus.SCHEDULED:  # called off while the car stood at the door
        return
    if at_home and not patient.is_out:
        yield from guards.let_out(world, patient)
    yield world.now + MIN


def _wait_for_nobody(world: World, run: Run, stop: Stop, patient: DrilledParty) -> Steps:
    """Search and wait as long as the rule says.

    Whoever is found comes, else the car drives on, and they come next time.
    """
    yield max(world.now, stop.planned_at) + SEARCH_AFTER
    if (again := _open(stop)) is None:
        return
    stops.search(again, by=driver(run), at=world.now)
    until = stops.wait_until(again, stops.wait_rule(stop.trip, at=world.now)) + MIN
    while world.now < until:
        yield min(world.now + 2 * MIN, until)
        if not patient.misses:  # whoever looked for them has found them
            yield from _come_to_car(world, run, stop, patient)
            _depart(world, run, stop, patient)
            return
    if (again := _open(stop)) is not None:
        patient.misses = False
        stops.no_show(again, by=driver(run), at=world.now)


def _set_down(world: World, run: Run, stop: Stop) -> Steps:
    patient, trip = world.patient(stop.trip.case_ref), stop.trip
    if stop.place_kind == PlaceKind.FACILITY:
        world.agenda.spawn(desks.receive(world, trip.case_ref, stop.place_code), f"desk {stop.place_code}")
    elif stop.place_kind == PlaceKind.COMMUNITY:
        yield from guards.let_in(world, patient)
    yield world.now + SET_DOWN.get(trip.mobility, 4) * MIN
    if (again := _open(stop)) is not None:
        stops.depart(again, by=driver(run), at=world.now)


def _clean(world: World, run_id: UUID) -> Steps:
    """Clean the car for the next class; after an infectious party the tick is a duty (E18)."""
    run = _read(run_id)
    if run.status not in (RunStatus.COMPLETED, RunStatus.ABORTED):
        return
    classes = {run.infection_class, *Trip.objects.filter(run=run).values_list("infection_class", flat=True)}
    yield world.now + timedelta(minutes=turn_min(run.zone_class))
    if (classes & set(INFECTIOUS) or run.soiled_as) and run.cleaned_after_at is None:
        runs.note_disinfection(_read(run_id), by=driver(run), at=world.now)
