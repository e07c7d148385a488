"""What a car can and what a party asks of it, as the engine reads both: for the plan and for the dispatcher's list.
Pure.

The rules of zones and rooms are hard; none can be forced. `transport.fit` judges them once more where a car is taken.
"""

from __future__ import annotations

from core.vocabulary import INFECTIOUS, Mobility, Precaution, ZoneClass
from dispatch.shapes import Ask, Car, Check
from matching import problem as engine
from matching.bars import first_bar
from matching.plan import Reason
from transport.states import VehicleStatus

_SKILLS = {"oxygen": "oxygen", "positive": "infection"}
_ROOM = {"wheelchairs": "wheelchair", "stretchers": "stretcher"}


def skills_asked(precaution: str, *, needs_oxygen: bool, is_critical: bool) -> frozenset[str]:
    """Say what a car must be able to do for a party, whoever decides about the ambulances.

    Who is isolated rides in the closed loop, as the sealed zone does, whatever zone the car fetches them from (C11).
    """
    asked = {
        "oxygen": needs_oxygen,
        "positive": precaution in INFECTIOUS,
        "closed_loop": precaution == Precaution.ISOLATED and not is_critical,
    }
    return frozenset(name for name, is_so in asked.items() if is_so)


def skills_of(zones: frozenset[str], *, has_oxygen: bool, takes_positive: bool) -> frozenset[str]:
    """Say what a car can do, whosever it is."""
    has = {"oxygen": has_oxygen, "positive": takes_positive, "closed_loop": ZoneClass.SEALED in zones}
    return frozenset(name for name, is_so in has.items() if is_so)


def load(mobility: str, party_size: int, *, is_lying: bool) -> engine.Load:
    """Return the room a party takes: its patient lies, sits in the own wheelchair or takes a seat."""
    if is_lying or mobility == Mobility.STRETCHER:
        return engine.Load(seats=party_size - 1, stretchers=1)
    if mobility == Mobility.WHEELCHAIR:
        return engine.Load(seats=party_size - 1, wheelchairs=1)
    return engine.Load(seats=party_size)


def bar_of(car: Car, ask: Ask) -> Check | None:
    """Return the first rule that bars a car whatever its hours: status, then the engine's zone, skills and room."""
    if car.status != VehicleStatus.AVAILABLE:
        return Check("status", "no", {"status": car.status})
    party = load(ask.mobility, ask.party_size, is_lying=car.is_ambulance and car.stretchers > 0)
    skills = skills_asked(ask.infection_class, needs_oxygen=ask.needs_oxygen, is_critical=ask.is_critical)
    skills -= {"closed_loop"}  # a person may see that no such car comes
    request = engine.Request(id="", need="", home="", zone=ask.zone_class, party=party, skills=skills)
    reason = first_bar(_as_vehicle(car), request)
    return _check(reason, car, ask) if reason else None


def met(car: Car, ask: Ask) -> list[Check]:
    """Name the rules of zone and room that a car meets, if they say something, and what is left to a person."""
    is_lying = car.is_ambulance and car.stretchers > 0
    named = {
        "wheelchair": ask.mobility == Mobility.WHEELCHAIR and not is_lying,
        "stretcher": ask.mobility == Mobility.STRETCHER,
        "oxygen": ask.needs_oxygen,
    }
    zone = [Check("zone", "yes", {"zone": ask.zone_class})]
    if ask.infection_class == Precaution.ISOLATED and not ask.is_critical:
        zone.append(Check("closed_loop", "yes" if ZoneClass.SEALED in car.zones_allowed else "but"))
    return [*zone, *(Check(code, "yes") for code, is_so in named.items() if is_so)]


def _as_vehicle(car: Car) -> engine.Vehicle:
    """Return a car as the engine knows it, without its hours."""
    return engine.Vehicle(
        id=car.code,
        capacity=engine.Load(car.seats, car.wheelchairs, car.stretchers),
        start_place="",
        end_place="",
        shift_start_min=0.0,
        shift_end_min=0.0,
        skills=skills_of(car.zones_allowed, has_oxygen=car.has_oxygen, takes_positive=car.takes_positive),
        zones=car.zones_allowed
        or frozenset({""}),  # a car of no zone goes nowhere; to the engine it would go everywhere
    )


def _check(reason: Reason, car: Car, ask: Ask) -> Check:
    """Say the engine's reason in the words of the list."""
    if reason.code == "zone_class":
        return Check("zone", "no", {"zone": ask.zone_class, "allowed": sorted(car.zones_allowed)})
    if reason.code == "skill":
        return Check(_SKILLS[reason.subject], "no")
    if reason.code == "seats":
        return Check("seats", "no", {"need": int(reason.needed or 0), "has": int(reason.available or 0)})
    return Check(_ROOM[reason.code], "no")
