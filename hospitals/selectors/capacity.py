"""Where there is room: open slots and facilities that receive."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q

from hospitals.machines import SERVICES, class_on
from hospitals.models import Facility, Service, Slot
from hospitals.selectors.machines import alike
from hospitals.states import ServiceStatus, ZoneRole

_SHUT = [ServiceStatus.CLOSED, ServiceStatus.DIVERTING]


def bookable_slots(
    service_kind: str,
    *,
    since: datetime,
    until: datetime,
    facility_codes: Collection[str] | None = None,
    machine_class: str = "",
) -> list[Slot]:
    """List slots that start in [since, until), have a place and whose service receives then, by time.

    Each comes with its service and facility. Test state plays no part (R-000-7); a machine set apart does (E20).
    """
    slots = (
        Slot.objects.select_related("service__facility")
        .filter(service__kind=service_kind, starts_at__gte=since, starts_at__lt=until, booked__lt=F("capacity"))
        .exclude(service__facility__zone_role=ZoneRole.NONE)
        .filter(~Q(service__status__in=_SHUT) | Q(service__status_until__lte=F("starts_at")))
    )
    if facility_codes is not None:
        slots = slots.filter(service__facility__in=facility_codes)
    if service_kind not in SERVICES:
        return list(slots)
    name = class_on(service_kind, machine_class)
    return [slot for slot in slots.annotate(alike=alike(name)) if slot.alike < slot.machines[name]]


def receiving_facilities(service_kind: str) -> list[Facility]:
    """List the facilities that offer a service, whatever its status now: dispatch sees the status beside it."""
    offering = Service.objects.filter(kind=service_kind).values("facility")
    return list(Facility.objects.filter(pk__in=offering).exclude(zone_role=ZoneRole.NONE))


def services_of(facility_code: str) -> list[Service]:
    """List the services of one facility."""
    return list(Service.objects.filter(facility=facility_code).select_related("facility"))


def slots_of_day(facility_code: str, *, since: datetime, until: datetime) -> list[Slot]:
    """List a facility's slots that start in [since, until), with their service."""
    return list(
        Slot.objects.select_related("service").filter(
            service__facility=facility_code, starts_at__gte=since, starts_at__lt=until
        )
    )
