"""What a critical patient asks of the engine: which cars, which house, and no way home before the way there
(C7, E22).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from access.models import AccessRequest
from access.selectors.rescue import fallback_after, place_of
from access.services.cards import party_size
from dispatch.hand import snapshot
from dispatch.hand.car_rules import load
from dispatch.planning import houses
from dispatch.planning.houses import Care
from matching import problem as engine
from transport.models import Trip
from transport.states import TripDirection

# whom a critical patient asks (C7): an ambulance that sets out at once, any other car that may, an ambulance at all
AT_HAND, OTHER_CAR, LATER = frozenset({"ambulance", "at_hand"}), frozenset({"ordinary"}), frozenset({"ambulance"})


def is_120(rescue: frozenset[str]) -> bool:
    """Say whether ambulances are asked, not the other cars."""
    return rescue != OTHER_CAR


def at_hand_within(rows: Iterable[AccessRequest], at: datetime) -> timedelta:
    """Return within which time an ambulance must be able to set out; read only when somebody critical waits."""
    urgent = next((row for row in rows if row.is_critical), None)
    return fallback_after(place=place_of(urgent), at=at) if urgent else timedelta(0)


def by_cars(asked: engine.Request, row: AccessRequest, rescue: frozenset[str], *, there_only: bool) -> engine.Request:
    """Ask these cars for a critical patient; in an ambulance whoever is fetched lies."""
    skills = asked.skills - {"ambulance"} | rescue
    party = load(row.mobility, party_size(row), is_lying="ordinary" not in rescue)
    return replace(asked, skills=skills, party=party, needs_inbound=asked.needs_inbound and not there_only)


def bound_for(
    asked: engine.Request, row: AccessRequest, care: Care, trips: Mapping[UUID, Mapping[str, Trip]], at: datetime
) -> engine.Request:
    """Name the house of a critical patient: the one a dispatcher would be shown first, closed or not
    (R-002-3d, E22).
    """
    if not row.is_critical or not asked.needs_outbound:
        return asked
    there = trips.get(row.case_ref, {}).get(TripDirection.OUTBOUND)
    ask = snapshot.care_ask(row, now=at)
    ask = replace(ask, home=there.origin.point) if there else ask
    return replace(asked, fixed_facility=houses.first_house(care, row.care_asked, ask, at=at))
