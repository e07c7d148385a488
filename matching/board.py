"""What the search works on: the routing with one leg per trip, and who still waits for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matching.facilities import with_place
from matching.legs import Choice, LegMaker
from matching.problem import Direction, Problem, Request
from matching.routing import Routing

Key = tuple[str, Direction]
GRACE_MIN = 10.0


@dataclass(slots=True)
class Board:
    """What the search works on.

    Attributes
    ----------
    number : leg number by (request, direction).
    options, choice : what each request may take, and what it takes now.
    closed : trips already done; they need no place any more.
    held : legs somebody has been told or has begun; the search leaves them on their car.
    reserved : cars that planned legs of runs in force have; asked first where the run became impossible (C15).
    """

    problem: Problem
    maker: LegMaker
    routing: Routing
    number: dict[Key, int]
    options: dict[str, list[Choice]]
    choice: dict[str, Choice | None]
    closed: set[Key]
    held: set[int] = field(default_factory=set)
    reserved: dict[int, int] = field(default_factory=dict)

    def needed(self, request: Request) -> list[int]:
        """Return the legs a request still wants a vehicle for."""
        wanted = [(Direction.OUTBOUND, request.needs_outbound), (Direction.INBOUND, request.needs_inbound)]
        keys = [(request.id, direction) for direction, is_wanted in wanted if is_wanted]
        return [self.number[key] for key in keys if key not in self.closed]

    def is_placed(self, request: Request) -> bool:
        """Tell whether facility and every needed vehicle are found."""
        legs = self.needed(request)
        return self.choice[request.id] is not None and all(self.routing.car_of(leg) >= 0 for leg in legs)

    def places_taken(self) -> dict[tuple[str, str], int]:
        """Count the places of each slot that are used by who is placed or on the way, not by who was booked before."""
        taken: dict[tuple[str, str], int] = {}
        for request in self.problem.requests:
            choice = self.choice[request.id]
            if choice is None or choice.slot is None or request.fixed_slot is not None:
                continue
            if self.is_placed(request) or any(leg in self.held for leg in self.needed(request)):
                key = (choice.facility.id, choice.slot.id)
                taken[key] = taken.get(key, 0) + 1
        return taken

    def choices_left(self, request: Request, taken: Mapping[tuple[str, str], int]) -> list[Choice]:
        """Return the choices with a place left; who is on the way already goes on to where that way leads."""
        chosen = self.choice[request.id]
        if chosen is not None and any(self.routing.car_of(leg) >= 0 for leg in self.needed(request)):
            return [chosen]
        return with_place(self.options[request.id], request, taken)

    def aim(
        self, request: Request, choice: Choice, wait_min: float | None = None, grace_min: float | None = None
    ) -> None:
        """Point the request's unplaced legs at a facility and slot."""
        self.choice[request.id] = choice
        for leg in self.needed(request):
            if self.routing.car_of(leg) >= 0:
                continue
            if self.routing.legs[leg].direction is Direction.OUTBOUND:
                self.routing.aim(leg, self.maker.outbound(request, choice))
            else:
                self.routing.aim(leg, self.maker.inbound(request, choice, wait_min, grace_min))
