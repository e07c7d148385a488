"""Calling for help where something happened: whose it is by kind and place, and how long until it climbs (R-000-17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts import selectors
from calls.models import OpenCall
from calls.services import calls
from calls.services.calls import Audience, Owner, Trouble
from calls.states import LOUD, CallKind
from communities.models import Area, Community, DispatchArea, DispatchAreaDivision
from communities.services import rulebook
from core.actors import Actor
from core.vocabulary import Role

# whose call it is first, then whose while nobody takes it up; command is the last of each
_COMMUNITY_FIRST = (Role.STAFF, Role.DISPATCH, Role.COMMAND)
_DISPATCH_FIRST = (Role.DISPATCH, Role.COMMAND)
TURNS: dict[CallKind, tuple[Role, ...]] = {
    CallKind.GATE_EMERGENCY: _COMMUNITY_FIRST,
    CallKind.PERSON_NOT_FOUND: _COMMUNITY_FIRST,
    CallKind.OUT_AGAIN: _COMMUNITY_FIRST,
    CallKind.VOID_PASS_RETURN: _COMMUNITY_FIRST,
    CallKind.BAD_CODE: _COMMUNITY_FIRST,
    CallKind.UNWELL_ABOARD: _DISPATCH_FIRST,
    CallKind.ROADSIDE: _DISPATCH_FIRST,
    CallKind.CRITICAL_WITHOUT_CAR: _DISPATCH_FIRST,
    CallKind.DOOR_CLOSED: _DISPATCH_FIRST,
    CallKind.ON_WAY_TO_CLOSED: _DISPATCH_FIRST,
    CallKind.OVERLOAD: _DISPATCH_FIRST,
    CallKind.TRANSFER_UNANSWERED: _DISPATCH_FIRST,
    CallKind.LATE_CAR: _DISPATCH_FIRST,
    CallKind.NO_WAY_HOME: _DISPATCH_FIRST,
    CallKind.PLAN_FAILED: _DISPATCH_FIRST,
    CallKind.WORK_STOPPED: _DISPATCH_FIRST,
    CallKind.LATE_HAND_OVER: (Role.COMMAND,),
    CallKind.HANDED_UP: (Role.COMMAND,),
}


@dataclass(frozen=True)
class Scene:
    """Where it happened, by code: a community, a facility of a division, or a dispatch area as a whole."""

    community: str = ""
    facility: str = ""
    division: str = ""
    dispatch_area: str = ""


def scene_of_community(community: Community, *, facility: str = "") -> Scene:
    """Return the scene of a compound; `facility` where a hospital is concerned as well."""
    return Scene(community.code, facility, community.code, community.dispatch_area_id)


def scene_of_facility(code: str, *, division: str, community: str = "") -> Scene:
    """Return the scene of a hospital in a division; `community` of the patient, whose own people see the call too."""
    return Scene(community, code, division, dispatch_area_of(division))


def scene_of_area(area: str, *, community: str = "", facility: str = "") -> Scene:
    """Return the scene of a dispatch area as a whole: towards command it lies in its city,
    or where `community` lies.
    """
    city = DispatchArea.objects.filter(pk=area).values_list("city_code", flat=True).first() or ""
    return Scene(community, facility, community or city, area)


def dispatch_area_of(division: str) -> str:
    """Return the dispatch area that a district, or a place inside it, belongs to; "" for none."""
    rows = DispatchAreaDivision.objects.filter(district_code__in=[division, division[:6]])
    return rows.values_list("area_id", flat=True).first() or ""


def call_for_help(trouble: Trouble, *, scene: Scene, by: Actor, at: datetime) -> OpenCall:
    """Raise a call in the caller's transaction, owned by the first post of its kind that somebody holds.

    The same trouble while its call lives is that call again.
    """
    owners = _owners(trouble.kind, scene, at=at)
    seen_by = Audience(scene.community, scene.dispatch_area, scene.division, scene.facility)
    return calls.raise_call(trouble, owners=owners, audience=seen_by, by=by, at=at)[0]


def _owners(kind: CallKind, scene: Scene, *, at: datetime) -> list[Owner]:
    """Return the owners in turn: posts that somebody holds; all of them where nobody holds any."""
    key = "call.life_climb_min" if kind in LOUD else "call.climb_min"
    minutes = int(rulebook.value(key, place=scene.division, at=at).value)
    turns = [place for role in TURNS[kind] for place in _places(role, scene)]
    held = selectors.held([place for _role, place, _label in turns], at=at)
    staffed = [turn for turn in turns if turn[:2] in held] or turns
    return [Owner(role, place, label, minutes) for role, place, label in staffed]


def _places(role: Role, scene: Scene) -> list[tuple[str, str, str]]:
    """Return (role, place, label) of the posts of a role that look after a scene, the nearest first."""
    if role == Role.STAFF:
        name = Community.objects.filter(pk=scene.community).values_list("name", flat=True).first()
        return [(role.value, scene.community, name)] if name else []
    if role == Role.DISPATCH:
        area = DispatchArea.objects.filter(pk=scene.dispatch_area).values_list("name", flat=True).first()
        return [(role.value, scene.dispatch_area, f"{area}调度台")] if area else []
    code = scene.division
    if not code:
        return []
    levels = dict.fromkeys(level for level in (code[:9], code[:6], f"{code[:4]}00") if level)
    names = dict(Area.objects.filter(code__in=list(levels)).values_list("code", "name"))
    return [(role.value, level, f"{names.get(level, level)}指挥") for level in levels]
