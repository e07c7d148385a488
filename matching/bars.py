"""Whether a vehicle may carry a party at all, whatever its route and its hours: zone, skills, room. Pure."""

from __future__ import annotations

from matching.plan import Reason
from matching.problem import Request, Vehicle

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
