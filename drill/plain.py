"""The plain dispatcher: the nearest suitable free car for each ride in the order of time, one party a car.

What the drilled day is compared with; it knows no plan, no sharing, and no car kept for the way home.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any

from core import clock
from core.geo import Point, road_km, travel_min
from core.vocabulary import INFECTIOUS, Mobility
from dispatch.limits import LIMITS, board_min, leave_min, turn_min
from drill.openings import Opening, Person, open_to
from drill.world import MIN
from transport.models import Shift
from transport.states import VehicleStatus

LOOK_AGAIN = 3 * MIN
GIVES_UP = timedelta(hours=6)


@dataclass
class _Car:
    """One car in one shift: where it stands and when it is free."""

    shift: Shift
    stands: Point
    free_at: datetime
    km: float = 0.0
    legs: int = 0

    def suits(self, person: Person) -> bool:
        """Say whether the car may carry a person and has the room."""
        car = self.shift.vehicle
        lies = person.mobility == Mobility.STRETCHER
        seats = person.party - int(lies or person.mobility == Mobility.WHEELCHAIR)
        needs = (not lies or car.stretchers) and (
            person.mobility != Mobility.WHEELCHAIR or car.wheelchairs or car.stretchers
        )
        positive = person.infection not in INFECTIOUS or car.takes_positive
        may_enter = person.zone in car.zones_allowed and (not person.needs_oxygen or car.has_oxygen)
        return bool(needs and positive and may_enter and car.seats >= seats)


@dataclass
class Plain:
    """What the plain dispatcher achieved."""

    arranged: int = 0
    waits: list[float] = field(default_factory=list)
    cars: list[_Car] = field(default_factory=list)

    def sheet(self) -> dict[str, Any]:
        """Return the part of the score sheet."""
        used = [car for car in self.cars if car.legs]
        return {
            "arranged": self.arranged,
            "vehicles_used": len({car.shift.vehicle_id for car in used}),
            "vehicle_km": round(sum(car.km for car in used), 1),
            "wait_after_ready": {"p50": round(share(self.waits, 0.5), 1), "p90": round(share(self.waits, 0.9), 1)},
        }


def play(people: Sequence[Person], known: Sequence[Opening], day: date) -> Plain:
    """Play the day; nothing goes wrong in it."""
    found = Plain(cars=_cars(day))
    rides = [(start, number, *rest) for number, (start, *rest) in enumerate(_outbound(people, known))]
    heapify(rides)
    number = len(rides)
    while rides:
        at, _number, person, place, ready = heappop(rides)
        number += 1
        if ready is None:
            if _send(found, person, person.home, place.point, at=at, until=at + 5 * MIN):
                back = place.starts_at + timedelta(minutes=person.session_min)
                heappush(rides, (back, number, person, place, back))
        elif _send(found, person, place.point, person.home, at=at, until=at + 5 * MIN, ready=ready):
            found.arranged += 1
        elif at < ready + GIVES_UP:
            heappush(rides, (at + LOOK_AGAIN, number, person, place, ready))
    return found


def _outbound(people: Sequence[Person], known: Sequence[Opening]) -> list[tuple[Any, ...]]:
    """Choose a place for each person, first come first served, and the time to be at their door."""
    left = {place.key: place.capacity for place in known}
    by_service: dict[str, list[Opening]] = defaultdict(list)
    for place in known:
        by_service[place.service].append(place)
    rides = []
    for person in sorted(people, key=lambda each: (each.arrive_at, each.ref)):
        free = [place for place in open_to(person, by_service[person.service]) if left[place.key] > 0]
        if not free:
            continue
        best = [place for place in free if place.facility == free[0].facility]
        place = min(best, key=lambda each: abs(each.starts_at - person.arrive_at))
        left[place.key] -= 1
        way = travel_min(person.home, place.point) + board_min(person.mobility, False)
        rides.append((place.starts_at - (way + LIMITS.aim) * MIN, person, place, None))
    return rides


def _send(  # noqa: PLR0913 - one search over one day
    found: Plain,
    person: Person,
    origin: Point,
    to: Point,
    *,
    at: datetime,
    until: datetime,
    ready: datetime | None = None,
) -> bool:
    """Send the nearest suitable car that can be at the door by `until`; False when none is free."""
    ride = (travel_min(origin, to) + board_min(person.mobility, False) + leave_min(person.mobility)) * MIN
    free = [car for car in found.cars if car.suits(person) and car.free_at <= at and at + ride <= car.shift.ends_at]
    if ready is None:  # the car may drive to the door before
        free = [car for car in free if car.free_at + travel_min(car.stands, origin) * MIN <= until]
    if not free:
        return False
    plain = [car for car in free if not car.shift.vehicle.is_ambulance] or free
    car = min(plain, key=lambda each: (road_km(each.stands, origin), each.shift.pk))
    door = at if ready is None else at + travel_min(car.stands, origin) * MIN
    if ready is not None:
        found.waits.append((door - ready) / MIN)
    car.km += road_km(car.stands, origin) + road_km(origin, to)
    car.stands, car.free_at, car.legs = to, door + ride + turn_min(person.zone) * MIN, car.legs + 1
    return True


def _cars(day: date) -> list[_Car]:
    start, end = clock.day_bounds(day)
    shifts = Shift.objects.filter(starts_at__gte=start, starts_at__lt=end, vehicle__status=VehicleStatus.AVAILABLE)
    return [
        _Car(shift, shift.vehicle.point, shift.starts_at) for shift in shifts.select_related("vehicle").order_by("pk")
    ]


def share(values: list[float], part: float) -> float:
    """Return the value that `part` of the values do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0
