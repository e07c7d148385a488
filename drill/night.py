"""A night without ambulances: what a critical patient and a woman in labour are offered instead (C7, E22)."""

from __future__ import annotations

from django.db.models import OuterRef

from access.models import Resident
from access.models.request import OPEN
from access.selectors.ground import zone_of
from access.services import requests
from access.services.requests import AccessWish
from communities.models import DispatchArea
from core.vocabulary import Mobility, ZoneClass
from drill.agenda import Steps
from drill.residents import staff
from drill.world import MIN, World, person
from transport.models import Shift, Vehicle
from transport.services import fleet
from transport.states import VehicleClass, VehicleStatus

GONE, BACK = "20:00", "23:00"
FIRST, SECOND = "20:40", "20:15"  # most cars that may are on shift until ten or eleven
CHILDBEARING = (18, 45)  # years of age, so that the woman in labour is one


def no_ambulance_at_night(world: World) -> Steps:
    """Take every ambulance off the road for three hours; meanwhile one turns critical, and one is in labour."""
    world.agenda.spawn(_called(world, FIRST, is_labour=False), "critical at night")
    world.agenda.spawn(_called(world, SECOND, is_labour=True), "labour at night")
    yield world.at(GONE)
    gone = set[str]()
    while world.now < world.at(BACK):
        for vehicle in Vehicle.objects.filter(
            vehicle_class__startswith=VehicleClass.AMBULANCE, status=VehicleStatus.AVAILABLE
        ):
            _set(world, vehicle, VehicleStatus.OFF)
            gone.add(vehicle.pk)
        yield world.now + 10 * MIN
    world.note(f"{len(gone)} 辆救护车 {GONE}–{BACK} 出不了车")
    for vehicle in Vehicle.objects.filter(pk__in=gone):
        _set(world, vehicle, VehicleStatus.AVAILABLE)


def _set(world: World, vehicle: Vehicle, status: VehicleStatus) -> None:
    area = vehicle.dispatch_area
    name = DispatchArea.objects.values_list("name", flat=True).get(pk=area)
    by = person("dispatch", "dispatch_area", area, "调度台", name)
    fleet.set_availability(vehicle, status=status, by=by, at=world.now, reason="都在转运")


def _called(world: World, when: str, *, is_labour: bool) -> Steps:
    yield world.at(when)
    resident = _near_a_car(world, is_labour=is_labour)
    if resident is None:
        return
    wish = AccessWish("emergency", mobility=Mobility.WALK, is_critical=True, is_labour=is_labour, session_min=90)
    requests.submit(resident, wish=wish, by=staff(resident.community), at=world.now)
    world.note(f"{resident.name}{'临产' if is_labour else '危急'}，没有救护车")


def _near_a_car(world: World, *, is_labour: bool) -> Resident | None:
    """Return somebody who is at home in an area where a car that may is on shift until late; a woman for a labour."""
    late = Shift.objects.filter(starts_at__lte=world.now, ends_at__gte=world.now + 90 * MIN)
    areas = late.exclude(vehicle__vehicle_class__startswith=VehicleClass.AMBULANCE).values("vehicle__dispatch_area")
    people = Resident.objects.filter(
        archived_at__isnull=True, precaution="", mobility=Mobility.WALK, needs_oxygen=False
    )
    people = people.filter(community__dispatch_area__in=areas, absences__isnull=True)
    people = people.exclude(requests__status__in=OPEN)
    if is_labour:
        youngest, oldest = (world.day.year - age for age in CHILDBEARING)
        people = people.filter(sex="F", birth_date__year__range=(oldest, youngest))
    zone = zone_of(OuterRef("community_id"), resident="", at=world.now)
    rows = people.annotate(zone=zone).order_by("ref").values_list("pk", "zone")
    free = next((pk for pk, zone in rows[:200] if zone in {"", None, ZoneClass.PRECAUTIONARY}), None)
    return Resident.objects.select_related("community").get(pk=free) if free else None
