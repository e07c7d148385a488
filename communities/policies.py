"""Who may do what at gates and with passes (the rows pass, scan and gate of the authorisation table)."""

from __future__ import annotations

from communities.models import Gate, GatePass
from core.actors import Actor

GATE_ROLES = ("guard", "staff", "lead")
COMMUNITY_ROLES = ("staff", "lead")


def may_scan(actor: Actor, gate: Gate) -> bool:
    """A guard at the own gate; community staff at any gate of their community."""
    if actor.role == "guard":
        return actor.place_code == gate.code
    return actor.role in COMMUNITY_ROLES and actor.place_code == gate.community_id


def may_release(actor: Actor, gate: Gate) -> bool:
    """Anybody who may scan may let somebody out in an emergency: no hard stop (INV-28)."""
    return may_scan(actor, gate)


def may_print(actor: Actor, gate_pass: GatePass) -> bool:
    """Community staff print their own community's passes."""
    return actor.role in COMMUNITY_ROLES and actor.place_code == gate_pass.community_id
