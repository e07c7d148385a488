"""Giving back what the suppliers hold for a case: the place, the cars, the pass."""

from __future__ import annotations

from datetime import datetime

from access import journey
from access.journey import Facts
from access.models import AccessRequest
from communities.services import passes
from core import audit
from core.actors import Actor
from core.boards import touch
from hospitals.services import appointments
from transport.services import trips


def let_go(request: AccessRequest, facts: Facts, *, by: Actor, at: datetime, reason: str) -> None:
    """Give back what is held and not yet used; the way home and the pass of somebody out stay (INV-19)."""
    case_ref, is_out = request.case_ref, journey.is_out(facts)
    if facts.arrived_at is None:
        appointments.withdraw(case_ref, by=by, at=at, reason=reason)
    trips.cancel_case(case_ref, by=by, at=at, reason=reason, is_out=is_out)
    if not is_out:
        passes.void_for_case(case_ref, by=by, at=at, reason=reason)


def unplace(request: AccessRequest, facts: Facts, *, by: Actor, at: datetime, reason: str) -> None:
    """Take an arrangement back as a whole: what is held returns, its history says why, the request waits again."""
    let_go(request, facts, by=by, at=at, reason=reason)
    audit.record("request.unplaced", request, by=by, at=at, reason=reason)
    touch(*request.boards)
