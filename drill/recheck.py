"""Is what somebody was told true? Each reason why nobody could be placed,
looked at again by another way than the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from access.models import AccessRequest
from access.services.one_way import critical_of
from core.geo import travel_min
from core.models import AuditEvent
from dispatch.hand import offers, snapshot
from dispatch.hand.offers import Errand
from dispatch.planning.turns import BY_120
from drill.openings import DIALYSIS, Opening, Person, open_to
from hospitals.models import Appointment

NO_PLACE = {
    "no_facility",
    "no_capability",
    "no_slot",
    "slots_full",
    "zone_role",
    "no_separate_room",
    "no_machine",
    "closed",
}
NO_CAR = {"no_car_outbound", "no_car_inbound", "no_car_both_ways"}
LOST = ("request.unplaced", "trip.no_show", "trip.missed", "trip.interrupted")
TO_GET_THERE = timedelta(minutes=45)  # for a car to be found and to stand at the door
ENOUGH = 5  # hospitals and times looked at for a car


def is_true(request: AccessRequest, person: Person | None, known: Sequence[Opening]) -> bool:
    """Say whether the reason stored with a request holds. No reason, or one we do not know, is not true."""
    if person is None:
        return False
    places = [place for place in open_to(person, known) if place.key in _free(known)]
    if request.needs_person_reason in NO_PLACE:
        return not places
    if request.needs_person_reason in NO_CAR:
        return not any(_has_car(request, place) for place in places[:ENOUGH])
    return request.needs_person_reason == BY_120 and critical_of(request.person_key) is not None


def had_nothing_left(request: AccessRequest, person: Person | None, known: Sequence[Opening]) -> bool:
    """Say whether no place of the day with a car there and home was left for whose unit closed or whose ride failed."""
    lost = AuditEvent.objects.filter(case_ref=request.case_ref, verb__in=LOST).order_by("-at").first()
    since = lost.at if lost else request.submitted_at
    free = _free(known)
    if person is None:
        return False
    left = (place for place in open_to(person, known) if place.key in free)
    later = [place for place in left if place.starts_at > since + TO_GET_THERE + _way(person, place)]
    return not any(_has_car(request, place) for place in later)


def _way(person: Person, place: Opening) -> timedelta:
    return timedelta(minutes=travel_min(person.home, place.point))


def _free(known: Sequence[Opening]) -> set[tuple[int, str]]:
    slots = {place.slot for place in known}
    held = (
        Appointment.objects.live()
        .filter(slot__in=slots)
        .order_by()
        .values_list("slot", "machine_class", "slot__service__kind")
    )
    taken = Counter((slot, machine if kind == DIALYSIS else "") for slot, machine, kind in held)
    return {place.key for place in known if taken[place.key] < place.capacity}


def _has_car(request: AccessRequest, place: Opening) -> bool:
    """Say whether a dispatcher's list would offer a car there and a car back for this place."""
    asked = place.starts_at - timedelta(hours=3)
    fleet = snapshot.fleet(request.dispatch_area, since=asked, until=place.starts_at + timedelta(hours=12))
    home = snapshot.home_of(request)
    errand = Errand(home, home, place.point, place.starts_at, request.session_min)
    found = offers.pairs(fleet.cars, snapshot.ask(request), errand, now=asked, enough=1)
    ask_is_strict = [pair for pair in found if pair.is_possible and not pair.there.car.is_ambulance]
    return bool(ask_is_strict)
