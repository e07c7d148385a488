"""Cars and hospitals whose rows no plan can be made with."""

from __future__ import annotations

from datetime import datetime

from core import clock
from core.actors import Actor
from core.vocabulary import ServiceKind
from dispatch.planning import fleet, houses
from dispatch.selectors import AHEAD


def set_aside(actor: Actor, *, at: datetime) -> dict[str, str]:
    """Return the cars and hospitals that no plan of the actor's area is made with,
    and what is wrong with their rows.
    """
    until = clock.day_bounds(clock.local_day(at))[0] + AHEAD
    cars = fleet.read(actor.place_code, at=at, since=at, until=until, origin=at)
    return cars.faulty | houses.read(ServiceKind.values, [], since=at, until=until).faulty
