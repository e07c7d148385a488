"""What befalls people in a drilled day, by name: each is done through the services of those who would press it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count

from access.models import AccessRequest, CareNeed, Resident
from access.services import absences, standing
from access.states import FIXED, AbsenceKind, NeedStatus
from core import clock
from drill import desks
from drill.agenda import Steps
from drill.drivers import driver
from drill.residents import staff
from drill.world import MIN, World
from hospitals.models import Appointment, Facility, Intake
from hospitals.services import intake, overload
from hospitals.services.overload import Overload
from hospitals.states import AppointmentStatus, IntakeStatus
from transport.models import Trip
from transport.services import stops
from transport.states import TripDirection, TripStatus

LOOKS_UNTIL = "17:00"
OVERLOADED = timedelta(hours=1)


def patient_dies(world: World) -> Steps:
    """Have one die at the desk, with orders standing for later days, and one at home, with a car planned that day."""
    world.agenda.spawn(_dies_at_home(world), "patient_dies at home")
    yield world.at("09:30")
    while world.now < world.at(LOOKS_UNTIL):
        for arrival, resident in _in_treatment():
            standing.start_again(resident, at=world.now)  # as the evening does for everybody
            later = resident.requests.open().filter(arrive_at__gt=clock.day_bounds(world.day)[1])
            if not later.exists():
                continue
            world.note(f"{arrival.label}在{arrival.facility.name}去世，后面还有 {later.count()} 次申请")
            intake.record_death(arrival, by=desks.desk(arrival.facility), at=world.now)
            yield world.at("18:30")
            standing.start_again(resident, at=world.now)
            return
        yield world.now + 5 * MIN


def _dies_at_home(world: World) -> Steps:
    yield world.at("07:40")
    if (found := _with_car(world, ahead=45 * MIN)) is not None:
        world.note(f"{found.name}在家去世，车已经派了")
        absences.begin(found, kind=AbsenceKind.DIED, by=staff(found.community), at=world.now)


def patient_admitted_elsewhere(world: World) -> Steps:
    """Have the community say 住院了 of somebody with a ride that day; two hours later they are home again."""
    yield world.at("06:40")
    found = _with_car(world, ahead=timedelta(hours=4)) or _with_car(world, ahead=45 * MIN)
    if found is None:
        return
    by = staff(found.community)
    absences.begin(found, kind=AbsenceKind.ADMITTED, by=by, at=world.now)
    world.note(f"{found.name}在别处住院了，车已经派了")
    yield world.now + timedelta(hours=2)
    absences.end(Resident.objects.get(pk=found.pk), by=by, at=world.now, reason="出院了")
    world.note(f"{found.name}出院回家了")


def _with_car(world: World, *, ahead: timedelta) -> Resident | None:
    """Return somebody at home whom a car is to fetch today, not before so long; the first of those."""
    coming = Trip.objects.filter(direction=TripDirection.OUTBOUND, status=TripStatus.SCHEDULED)
    coming = coming.filter(pickup_planned_at__gt=world.now + ahead, pickup_planned_at__lt=world.at("22:00"))
    cases = list(coming.order_by("pickup_planned_at", "pk").values_list("case_ref", flat=True)[:50])
    rows = AccessRequest.objects.filter(case_ref__in=cases, resident__absences__isnull=True, is_critical=False)
    known = {row.case_ref: row.resident for row in rows.select_related("resident__community")}
    return next((resident for case in cases if (resident := known.get(case)) is not None), None)


def _in_treatment() -> Iterator[tuple[Intake, Resident]]:
    """Yield whoever is treated now and has a rhythm, with who they are; the first to begin first."""
    rows = Intake.objects.filter(status=IntakeStatus.IN_TREATMENT, is_walk_in=False, is_critical=False)
    for arrival in rows.select_related("facility", "appointment__slot").order_by("treatment_started_at", "pk"):
        if (key := arrival.person_key) is None:
            continue
        need = CareNeed.objects.filter(resident__person_key=key, kind__in=FIXED, status=NeedStatus.ACTIVE)
        found = need.select_related("resident__community").first()
        if found is not None:
            yield arrival, found.resident


def desk_overloaded(world: World) -> Steps:
    """Have the busiest desk say that it cannot cope; its hand-overs take long for an hour."""
    yield world.at("09:00")
    while (top := _busiest(world)) is None:
        yield world.now + 30 * MIN
        if world.now > world.at(LOOKS_UNTIL):
            return
    until = world.now + OVERLOADED
    facility = Facility.objects.get(pk=top[0])
    world.slow[facility.pk] = until
    words = Overload("staff", "一个护士看着两个人，先吸上氧")
    overload.report(facility, words, by=desks.desk(facility), at=world.now)
    world.note(f"{facility.name}接不动了，一小时里还有 {top[1]} 人要来")


def _busiest(world: World) -> tuple[str, int] | None:
    """Return the house to which most people come within the hour, and how many."""
    soon = Appointment.objects.filter(
        status=AppointmentStatus.BOOKED, slot__starts_at__range=(world.now, world.now + OVERLOADED)
    )
    houses = soon.values("facility").annotate(people=Count("pk")).order_by("-people", "facility")
    return houses.values_list("facility", "people").first()


def unwell_aboard(world: World) -> Steps:
    """Have a driver press 人不舒服 with somebody in the car."""
    yield world.at("08:10")
    while world.now < world.at(LOOKS_UNTIL):
        aboard = Trip.objects.filter(direction=TripDirection.OUTBOUND, status=TripStatus.ON_BOARD, run__isnull=False)
        for trip in aboard.select_related("run__vehicle", "run__driver").order_by("picked_up_at", "pk"):
            request = AccessRequest.objects.filter(case_ref=trip.case_ref, is_critical=False).first()
            if (
                request is None
                or trip.run is None
                or trip.picked_up_at is None
                or world.now - trip.picked_up_at < 3 * MIN
            ):
                continue
            stops.unwell(trip.run, by=driver(trip.run), at=world.now)
            world.note(f"{trip.name}在车上不舒服")
            return
        yield world.now + 2 * MIN


def person_not_found(world: World) -> Steps:
    """Have two people not stand at their door: the community finds the one, and not the other."""
    yield world.at("05:40")
    coming = Trip.objects.filter(direction=TripDirection.OUTBOUND, status=TripStatus.SCHEDULED)
    coming = coming.filter(pickup_planned_at__gt=world.now + 30 * MIN).exclude(run__vehicle__in=world.silent)
    cases = list(coming.order_by("pickup_planned_at", "pk").values_list("case_ref", flat=True))
    for case_ref, is_found in zip(cases[1::3], (True, False), strict=False):
        patient = world.patient(case_ref)
        patient.misses, patient.is_found = True, is_found
        world.note(f"{patient.name}没有下楼，社区去找{'，找到了' if is_found else '，没找到'}")
