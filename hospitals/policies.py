"""Who may act where: a desk on its own facility, our own workers everywhere; a stranger sees nothing."""

from __future__ import annotations

from core.actors import Actor
from core.errors import NotFound

DESK_ROLES = ("intake", "hospadm")  # how the services stand
INTAKE_ROLES = ("intake",)  # patients: their names, their steps (authz: nothing of either for hospital management)


def is_own(actor: Actor, facility_code: str) -> bool:
    """Say whether a facility's patients are this actor's to receive."""
    return actor.is_service or (actor.role in DESK_ROLES and actor.place_code == facility_code)


def require_own(actor: Actor, facility_code: str) -> None:
    """Raise NotFound for another facility's desk or another role: to them the patient does not exist."""
    if not is_own(actor, facility_code):
        raise NotFound("facility.other")
