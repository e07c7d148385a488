"""What goes wrong in a drilled day, by name. Each is a part of the agenda that does it at its hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Count

from access.models import AccessRequest
from access.services import residents
from communities.models import Community
from communities.services import zones
from core.vocabulary import PlaceKind, ServiceKind, ZoneClass
from drill import desks, handing, mishaps, night
from drill.agenda import Steps
from drill.residents import staff
from drill.world import MIN, World, person
from hospitals.models import Appointment, Service
from hospitals.services import status
from hospitals.services.status import StatusChange
from hospitals.states import AppointmentStatus
from transport.models import Run, Trip
from transport.states import RunStatus, TripDirection, TripStatus


def driver_no_show(world: World) -> Steps:
    """Have one driver in thirty who has runs that morning never answer."""
    yield world.at("05:30")
    live = Run.objects.filter(status__in=[RunStatus.DRAFT, RunStatus.OFFERED, RunStatus.ACCEPTED])
    cars = sorted(set(live.values_list("vehicle_id", flat=True)))
    chosen = world.dice("no_show").sample(cars, min(len(cars), max(2, len(cars) // 30)))
    world.silent |= set(chosen)
    world.note(f"{len(chosen)} 位司机没有来")


def unit_closes_1040(world: World) -> Steps:
    """Close the dialysis unit with the most patients still to come."""
    yield world.at("10:40")
    coming = Appointment.objects.filter(
        status=AppointmentStatus.BOOKED, slot__service__kind=ServiceKind.HEMODIALYSIS, slot__starts_at__gt=world.now
    )
    top = coming.values("slot__service").annotate(people=Count("pk")).order_by("-people", "slot__service").first()
    if top is None:
        return
    service = Service.objects.select_related("facility").get(pk=top["slot__service"])
    change = StatusChange("closed", until=world.at("22:00"), reason="水处理机故障")
    status.set_status(service, change, by=desks.desk(service.facility), at=world.now)
    world.note(f"{service.facility.name}血透停诊，{top['people']} 人要另排")


def compound_sealed_noon(world: World) -> Steps:
    """Seal the compound that has the most rides still to come, out or home."""
    yield world.at("12:00")
    live = Trip.objects.live().exclude(zone_class=ZoneClass.SEALED)
    going = live.filter(direction=TripDirection.OUTBOUND, status=TripStatus.SCHEDULED, from_kind=PlaceKind.COMMUNITY)
    coming = live.filter(direction=TripDirection.INBOUND, to_kind=PlaceKind.COMMUNITY)
    homes = Counter([*going.values_list("from_code", flat=True), *coming.values_list("to_code", flat=True)])
    top = min(homes, key=lambda code: (-homes[code], code), default=None)
    if top is None:
        return
    community = Community.objects.get(pk=top)
    by = person("command", "district", community.district_code, "指挥部")
    zones.put_under(community, zone_class=ZoneClass.SEALED, since=world.now, by=by, at=world.now, source="drill")
    world.note(f"{community.name}转为封控区，{homes[top]} 程还没走")


def positive_mid_trip(world: World) -> Steps:
    """Have a test come back positive while the person rides to the hospital."""
    yield world.at("11:50")
    while world.now < world.at("17:00"):
        aboard = Trip.objects.filter(direction=TripDirection.OUTBOUND, status=TripStatus.ON_BOARD).order_by(
            "pickup_planned_at", "pk"
        )
        for trip in aboard:
            request = AccessRequest.objects.filter(case_ref=trip.case_ref, resident__isnull=False).first()
            if request is not None and request.resident is not None:
                by = staff(request.resident.community)
                residents.note_result(request.resident.pk, result="positive", by=by, at=world.now)
                world.note(f"{trip.name}在路上查出阳性")
                return
        yield world.now + 2 * MIN


def gates_offline(world: World) -> Steps:
    """Take the network from half the gates for three hours."""
    yield world.at("08:00")
    codes = sorted(Community.objects.values_list("pk", flat=True))
    world.offline |= set(world.dice("offline").sample(codes, len(codes) // 2))
    world.note(f"{len(world.offline)} 个小区的门岗断网")
    yield world.now + timedelta(hours=3)
    world.offline.clear()
    world.note("门岗网络恢复")


def worker_dead(world: World) -> Steps:
    """Let nobody answer the bell for forty minutes; what was rung for waits in the queue."""
    yield world.at("09:00")
    world.is_planning = False
    yield world.at("09:40")
    world.is_planning = True


def redis_gone(world: World) -> Steps:
    """Lose the broker for half an hour: what rings meanwhile is lost for good."""
    yield world.at("13:00")
    world.has_bell = False
    yield world.at("13:30")
    world.has_bell = True


FAULTS: dict[str, Callable[[World], Steps]] = {
    "driver_no_show": driver_no_show,
    "unit_closes_1040": unit_closes_1040,
    "compound_sealed_noon": compound_sealed_noon,
    "positive_mid_trip": positive_mid_trip,
    "gates_offline": gates_offline,
    "worker_dead": worker_dead,
    "redis_gone": redis_gone,
    "patient_dies": mishaps.patient_dies,
    "patient_admitted_elsewhere": mishaps.patient_admitted_elsewhere,
    "transfer": handing.transfer,
    "no_ambulance_at_night": night.no_ambulance_at_night,
    "desk_overloaded": mishaps.desk_overloaded,
    "unwell_aboard": mishaps.unwell_aboard,
    "person_not_found": mishaps.person_not_found,
}
