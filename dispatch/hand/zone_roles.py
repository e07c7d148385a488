"""Which hospital is meant for whom: the zone → facility matrix as the engine reads it, for the plan and for the list.

Source: rules.md 1.5 no. 2 (R-002-1a to 1d), decisions.md C11. Pure.
"""

from __future__ import annotations

from typing import Any

from core.vocabulary import INFECTIOUS, Precaution, ZoneClass
from hospitals.states import ZoneRole
from matching import problem as engine

INFECTED = "+positive"  # a designated hospital's care is another need: nobody else goes there
CRITICAL = "+critical"  # … and so is a critical patient's: no slot, and no closure, stands before it
DESIGNATED = frozenset({ZoneRole.DESIGNATED, ZoneRole.FANGCANG})
_ZONES: dict[str, frozenset[str]] = {
    ZoneRole.ORDINARY: frozenset({ZoneClass.CONTROLLED, ZoneClass.PRECAUTIONARY}),
    ZoneRole.YELLOW: frozenset({ZoneClass.SEALED}),
}
_USUAL_ZONES: dict[str, frozenset[str]] = {
    ZoneRole.YELLOW: frozenset({ZoneClass.PRECAUTIONARY})
}  # they keep their usual hospital, yellow or not (C11)
_SEPARATE = {True: ("positive", "suspected"), False: ("isolated",)}  # rooms of their own


def need_of(kind: str, precaution: str, *, is_critical: bool) -> str:
    """Name what a patient needs of a house."""
    if is_critical:
        return kind + CRITICAL
    return kind + INFECTED if precaution in INFECTIOUS else kind


def care_zone(zone_class: str, precaution: str) -> str:
    """Return the zone whose hospitals receive somebody: who is isolated is treated as the sealed zone is."""
    return ZoneClass.SEALED if precaution == Precaution.ISOLATED else zone_class


def offered(kind: str, zone_role: str) -> str:
    """Name what a house's places of a service are for."""
    return kind + INFECTED if zone_role in DESIGNATED else kind


def saves(zone_role: str) -> bool:
    """Say whether a critical patient may be driven to a house of that role."""
    return zone_role not in (ZoneRole.FANGCANG, ZoneRole.NONE)


def facility(code: str, zone_role: str, **known: Any) -> engine.Facility:
    """Return a house as the engine knows it: whom its role receives, besides what else is `known` of it."""
    is_designated = zone_role in DESIGNATED
    return engine.Facility(
        id=code,
        zones=_ZONES.get(zone_role, frozenset()),
        usual_zones=_USUAL_ZONES.get(zone_role, frozenset()),
        infections=frozenset(_SEPARATE[is_designated]),
        has_buffer=not is_designated,
        **known,
    )
