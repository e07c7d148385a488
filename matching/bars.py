"""Whether a vehicle may carry a party at all, and a facility receive it, whatever the route and the hours. Pure.

Apart from what needs arrays: the dispatcher's list asks these rules on every page.
"""

from __future__ import annotations

from matching.plan import Reason
from matching.problem import Facility, Request, Vehicle

RESOURCE_CODES = ("seats", "wheelchairs", "stretchers", "oxygen")


def first_bar(vehicle: Vehicle, request: Request) -> Reason | None:
    """Return the first rule that bars a vehicle from a party, None if it may carry them."""
    if vehicle.zones and request.zone not in vehicle.zones:
        return Reason(code="zone_class", subject=vehicle.id)
    missing = sorted(request.skills - vehicle.skills)
    if missing:
        return Reason(code="skill", subject=missing[0])
    for code, needed, room in zip(RESOURCE_CODES, request.party, vehicle.capacity, strict=True):
        if needed > room:
            return Reason(code=code, subject=vehicle.id, needed=needed, available=room)
    return None


def refusal(facility: Facility, request: Request, *, through_buffer: bool = False) -> Reason | None:
    """Return the first rule that keeps a request out of a facility, None if it may go there.

    A critical request meets only the first rule: nothing but capability stands before treatment.
    """
    if request.need not in facility.needs:
        return Reason(code="closed" if request.need in (facility.shut or ()) else "no_capability", subject=facility.id)
    if request.is_critical:
        return None
    if not facility.is_open:
        return Reason(code="closed", subject=facility.id)
    by_role = not facility.zones or request.treated_as in facility.zones or keeps_usual(facility, request)
    if not by_role and not (through_buffer and facility.has_buffer):
        return Reason(code="zone_role", subject=facility.id)
    if request.infection and request.infection not in facility.infections:
        return Reason(code="no_separate_room", subject=facility.id)
    if request.machine and request.machine not in facility.machines:
        return Reason(code="no_machine", subject=facility.id)
    return None


def keeps_usual(facility: Facility, request: Request) -> bool:
    """Tell whether the zone leaves somebody the usual facility although its role is for others (C11)."""
    return facility.id == request.usual_facility and request.treated_as in facility.usual_zones
