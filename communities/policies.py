"""Who may do what at gates, with zones and with the rulebook (rows scan, zone and rulebook of the authorisation table).

Each `check_…` raises NotAllowed when the act is another post's, NotFound when the place is foreign.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from communities.models import Community, Gate, Scan
from core.actors import Actor
from core.divisions import division_prefix
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role

COMMUNITY_ROLES = (Role.STAFF, Role.LEAD)
GATE_ROLES = (Role.GUARD, *COMMUNITY_ROLES)

# Parts of another act, which asked for the whole: `by` is whoever pressed there. Views never call them.
STEPS = {
    "passes.issue": "a placement or a request of the own way gives the pass (R-000-5); both have asked",
    "passes.void_for_case": "cancelling, closing and taking a placement back void the pass; each has asked",
    "passes.set_ride": "a placement, or a car that failed, writes the plate; by a dispatcher who was asked, or a "
    "worker",
    "passes.put_person": "saying who a stranger is, or mending a record (access card_writing), has asked",
    "calling.call_for_help": "whoever writes the fact that is the trouble has asked",
    "passes.move_window": "a new time of a placement moves the window; the placement has asked",
}


def check_scan(by: Actor, gate: Gate) -> None:
    """Let a guard write at the own gate, community staff at any gate of their community."""
    _check_at(by, gate_code=gate.pk, community_code=gate.community_id)


def check_release(by: Actor, gate: Gate) -> None:
    """Let everybody who may scan let somebody out in an emergency: no hard stop (INV-28)."""
    _check_at(by, gate_code=gate.pk, community_code=gate.community_id)


def check_amend_scan(by: Actor, row: Scan) -> None:
    """Let everybody who may scan at a gate add to what happened there, or take a wrong press back."""
    _check_at(by, gate_code=row.gate_id, community_code=row.community_id)


def check_call_in(by: Actor, gate: Gate) -> None:
    """Let community staff make the marks of lost phones of their own gates void."""
    if by.role not in COMMUNITY_ROLES:
        raise NotAllowed("gate.call_in", _("手机丢了，由社区来作废。"))
    if by.place_code != gate.community_id:
        raise NotFound("gate.absent")


def stands_at(by: Actor, gate: Gate) -> bool:
    """Say whether somebody is of a gate: whose mark a phone carries decides whose press it is."""
    return by.role in GATE_ROLES and by.place_code == (gate.pk if by.role == Role.GUARD else gate.community_id)


def check_change_zone(by: Actor, community: Community) -> None:
    """Let command change the zones of its division, and the loading of a city write them."""
    if by.is_service:
        return
    if by.role != Role.COMMAND:
        raise NotAllowed("zone.change", _("划区由指挥来做。"))
    if not community.code.startswith(division_prefix(by.place_code)):
        raise NotFound("community.absent")


def check_change_rulebook(by: Actor) -> None:
    """Let command enter rows of the rulebook, and our own workers load them."""
    if not by.is_service and by.role != Role.COMMAND:
        raise NotAllowed("rulebook.change", _("规则由指挥来改。"))


def _check_at(by: Actor, *, gate_code: str, community_code: str) -> None:
    if by.role not in GATE_ROLES:
        raise NotAllowed("scan.create", _("出入由门岗或社区来记。"))
    own = gate_code if by.role == Role.GUARD else community_code
    if by.place_code != own:
        raise NotFound("gate.absent")
