"""Put a request on a slot, a car there, a reserved car back and passes: together, or not at all (architecture.md 4).

Lock order, always: request → slot → cars (by code) → pass. What the dispatcher saw is judged again under these locks;
who lost the race reads who has it now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from access.journey import is_out
from access.models import AccessRequest
from access.selectors import facts_of, locked_case
from access.selectors.rescue import place_of
from access.services import cards
from access.services.letting_go import unplace
from core.actors import Actor
from core.errors import Conflict, Invalid
from core.stored import stored
from dispatch import policies
from dispatch.hand import arranging, promised, rescues, rides, snapshot
from dispatch.hand.arrangement import Arrangement, OwnRun, TreatmentPlace
from dispatch.hand.arranging import Held
from dispatch.hand.offers import Errand, Pair, pair_of
from dispatch.limits import Limits, limits
from dispatch.words import sentence
from hospitals.models import Slot
from transport.models import Trip
from transport.selectors import kept_alone

HORIZON_H = 14


@dataclass(frozen=True)
class PlacementChoice:
    """What the dispatcher chose. `back_vehicle` empty: the best one by rule. A critical request needs no slot."""

    slot_id: int | None = None
    facility_code: str = ""
    out_vehicle: str = ""
    back_vehicle: str = ""
    pickup_read: datetime | None = None  # what the button said


@transaction.atomic
def place(request: AccessRequest, *, choice: PlacementChoice, by: Actor, at: datetime) -> AccessRequest:
    """Give a request its slot, both rides and its passes in one transaction.

    Raises Conflict when it is placed or over already, when the slot or car went to somebody else, a rule bars the
    car, or it would come later than was read; Invalid when the choice lacks a hospital or a car.
    """
    policies.check_place(by, request)
    place_at = TreatmentPlace(choice.slot_id, choice.facility_code)
    held = arranging.hold(request.pk, place_at, (choice.out_vehicle, choice.back_vehicle), by=by, at=at)
    arranging.write(held, _chosen(held, choice, place_at, at=at), by=by, at=at)
    if held.request.is_critical:
        rescues.look_at(request.case_ref, at=at)
    return held.request


@transaction.atomic
def move(request: AccessRequest, *, choice: PlacementChoice, by: Actor, at: datetime) -> AccessRequest:
    """Give somebody another car, hour or house: the new one or, where it cannot be, all that stood.

    Raises what `place` raises, and Conflict once somebody is out.
    """
    policies.check_place(by, request)
    withdraw(request, by=by, at=at, reason=stored("调度换车"))
    return place(request, choice=choice, by=by, at=at)


@transaction.atomic
def withdraw(request: AccessRequest, *, by: Actor, at: datetime, reason: str = "") -> AccessRequest:
    """Take a placement back: place, rides and pass return, the request waits again.

    Raises Conflict once somebody is out: then only the way home can change (INV-19).
    """
    policies.check_place(by, request)
    request = locked_case(request.pk)
    facts = facts_of(request)
    if is_out(facts):
        raise Conflict("placement.under_way", _("已经出门了，撤不回来。要改返程，在“等车的人”里改。"))
    unplace(request, facts, by=by, at=at, reason=reason)
    return request


def _chosen(held: Held, choice: PlacementChoice, place_at: TreatmentPlace, *, at: datetime) -> Arrangement:
    """Judge the chosen cars under their locks, and return what is arranged with them."""
    made = Arrangement(verb="request.placed", is_pinned=True, place=place_at)
    if held.there is None or held.back is None:
        return made
    if choice.out_vehicle not in held.cars:
        raise Invalid("placement.vehicle", _("请选一辆车。"), field="out_vehicle")
    known = limits(place=place_of(held.request), at=at)
    request, way = held.request, _errand(held.request, held.there, held.slot, known)
    since = at - snapshot.LOOK_BACK
    until = (way.arrive_by or at) + timedelta(minutes=request.session_min, hours=HORIZON_H)
    seen = snapshot.fleet(request.dispatch_area, since=since, until=until, besides=kept_alone(held.back))
    pair = pair_of(seen.cars, snapshot.ask(request), way, out=choice.out_vehicle, back=choice.back_vehicle, now=at)
    _require(pair)
    if pair.there.ride:
        is_critical = request.is_critical
        promised.require(
            choice.pickup_read, pair.there.ride.pickup_at, plate=pair.there.car.plate, is_critical=is_critical
        )
    out = OwnRun(rides.ride_of(pair.there), {"out": [check.as_json() for check in pair.checks]})
    home = pair.back if pair.back and pair.back.ride else None
    return replace(made, out=out, back=rides.own_run(home) if home else None)


def _errand(request: AccessRequest, there: Trip, slot: Slot | None, known: Limits) -> Errand:
    """Describe the way to one hospital: a critical patient is driven at once, whatever the slot says."""
    by_slot = slot.starts_at if slot and not request.is_critical else None
    start, home = there.origin.point, cards.home_of(request).point
    return Errand(start, home, there.destination.point, by_slot, request.session_min, known)


def _require(pair: Pair) -> None:
    """Raise the rule that bars it in the words of whoever lost a race."""
    if pair.there.ride and pair.is_possible:
        return
    barred = pair.checks[0]
    words = {"plate": pair.there.car.plate, "why": sentence(barred)}
    cause = barred.figures.get("cause", barred)
    if cause.code == "occupied":
        raise Conflict("vehicle.taken", _("刚被别人排走了：%(plate)s %(why)s。请换一辆。") % words)
    raise Conflict("vehicle.barred", _("不能排 %(plate)s：%(why)s。请换一辆。") % words)
