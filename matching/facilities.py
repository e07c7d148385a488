"""Which facility and which slot: the rules that exclude, the price that orders, the flow that decides.

Assigning all patients at once by minimum-cost flow instead of first come, first served is what saves the places of
scarce slots for those who have no other (Ahuja, Magnanti & Orlin 1993, "Network Flows", chapter 12).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from matching.arrays import flow
from matching.bars import keeps_usual, refusal
from matching.engines import Engine
from matching.legs import Choice, LegMaker
from matching.problem import Facility, Problem, Request, Slot


def open_facilities(problem: Problem, request: Request) -> list[Facility]:
    """Return the facilities a request may go to; those with a buffer only where the role lacks the service (B11)."""
    if request.fixed_facility is not None:
        return [problem.facility_by_id[request.fixed_facility]]
    by_role = [f for f in problem.facilities if refusal(f, request) is None]
    return by_role or [f for f in problem.facilities if refusal(f, request, through_buffer=True) is None]


def is_safe(request: Request, slot: Slot, now_min: float) -> bool:
    """Tell whether a slot is of the request's need and machines, between the hours at which treatment may start."""
    latest = request.latest_safe_min
    is_its = (slot.need, slot.machine) == (request.need, request.machine)
    return (
        is_its
        and slot.start_min >= max(now_min, request.treated_from_min)
        and (latest is None or slot.start_min <= latest)
    )


@dataclass(slots=True)
class Offers:
    """What the facilities of a problem offer, looked up once per kind of request."""

    problem: Problem
    maker: LegMaker
    sites: dict[tuple[object, ...], list[Facility]] = field(default_factory=dict)
    slots: dict[tuple[str, str], list[Slot]] = field(default_factory=dict)
    named: dict[tuple[str, str], Slot] = field(default_factory=dict)
    priced: dict[tuple[object, ...], list[tuple[float, str, Slot | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """List the slots by facility and need, and by facility and id."""
        for facility in self.problem.facilities:
            for slot in facility.slots:
                self.named[(facility.id, slot.id)] = slot
                self.slots.setdefault((facility.id, slot.need), []).append(slot)

    def sites_for(self, request: Request) -> list[Facility]:
        """Return the facilities a request may go to."""
        usual = self.problem.facility_by_id.get(request.usual_facility or "")
        kept = usual.id if usual and keeps_usual(usual, request) else None
        kind = (request.need, request.treated_as, request.infection, request.machine, request.is_critical)
        key = (*kind, request.fixed_facility, kept)
        if key not in self.sites:
            self.sites[key] = open_facilities(self.problem, request)
        return self.sites[key]

    def choices(self, request: Request) -> list[Choice]:
        """Return what a request may take, the cheapest first, at its best facilities that have a slot for it.

        Capacity is not looked at.
        """
        params = self.problem.params
        sites = sorted((self.site_price(request, site), site.id, site) for site in self.sites_for(request))
        offered = ((price, site, self.priced_slots(request, site)) for price, _, site in sites)
        with_slots = itertools.islice((offer for offer in offered if offer[2]), params.facility_choices)
        found = [
            (price + shift, site.id, name, site, slot)
            for price, site, slots in with_slots
            for shift, name, slot in slots
        ]
        found.sort(key=itemgetter(0, 1, 2))
        return [Choice(site, slot, price) for price, _, _, site, slot in found[: params.slot_choices]]

    def site_price(self, request: Request, site: Facility) -> float:
        """Return ride minutes, plus the price of a facility that is not the usual one or not preferred."""
        params = self.problem.params
        home = self.maker.row_of[request.pickup_place or request.home]
        price = self.maker.direct(home, self.maker.row_of[site.place]) + params.price_facility_rank * site.rank
        is_usual = request.usual_facility in (None, site.id)
        return price if is_usual else price + params.price_unusual_facility

    def slots_at(self, request: Request, site: Facility) -> list[Slot] | list[None]:
        """Return the slots a request may take at a facility; one None where none is needed. A booked one stands."""
        slots = self.slots.get((site.id, request.need), [])
        if request.fixed_slot is not None:
            booked = self.named.get((site.id, request.fixed_slot))
            return [None] if booked is None else [booked]
        if request.is_critical or request.fixed_facility is not None or (site.id, request.need) not in self.slots:
            return [None]
        return [slot for slot in slots if is_safe(request, slot, self.problem.now_min)]

    def priced_slots(self, request: Request, site: Facility) -> list[tuple[float, str, Slot | None]]:
        """Return those slots, each with the price of its time and its id; looked up once for requests alike."""
        asked = self.problem.now_min if request.asked_min is None else request.asked_min
        fixed = (request.fixed_slot, request.fixed_facility, request.is_critical)
        hours = (request.treated_from_min, request.latest_safe_min)
        key = (site.id, request.need, request.machine, asked, hours, fixed)
        if key not in self.priced:
            shift = self.problem.params.price_slot_shift
            self.priced[key] = [
                (0.0, "", None) if slot is None else (shift * abs(slot.start_min - asked), slot.id, slot)
                for slot in self.slots_at(request, site)
            ]
        return self.priced[key]


def with_place(options: Iterable[Choice], request: Request, taken: Mapping[tuple[str, str], int]) -> list[Choice]:
    """Return the choices whose slot still has a place."""
    return [
        choice
        for choice in options
        if choice.slot is None
        or request.fixed_slot is not None
        or taken.get((choice.facility.id, choice.slot.id), 0) < choice.slot.capacity
    ]


def urgency(request: Request) -> tuple[int, float, str]:
    """Order requests: critical first, then by time to harm."""
    return (0 if request.is_critical else 1, request.harm_in_min, request.id)


def assign(
    problem: Problem, options: dict[str, list[Choice]], engine: Engine, taken: dict[tuple[str, str], int] | None = None
) -> dict[str, Choice | None]:
    """Choose facility and slot for all requests together, at least total price; None where no place is left.

    Parameters
    ----------
    options : per request what it may take.
    taken : places already used, by (facility, slot).
    """
    people = sorted((problem.request_by_id[key] for key in options), key=urgency)
    number: dict[tuple[str, str], int] = {}
    capacity: list[int] = [len(people) + 1]
    start, place, price = [0], [], []
    arcs: list[Choice | None] = []
    for request in people:
        for choice in options[request.id]:
            slot = choice.slot
            row = 0
            if slot is not None and request.fixed_slot is None:
                key = (choice.facility.id, slot.id)
                if key not in number:
                    number[key] = len(capacity)
                    capacity.append(max(0, slot.capacity - (taken or {}).get(key, 0)))
                row = number[key]
            place.append(row)
            price.append(choice.price)
            arcs.append(choice)
        place.append(0)
        price.append(problem.params.price_unserved * (1.0 + 1440.0 / (60.0 + max(0.0, request.harm_in_min))))
        arcs.append(None)
        start.append(len(place))
    chosen = solve_transport(start, place, price, capacity, engine)
    return {request.id: arcs[chosen[row]] for row, request in enumerate(people)}


def solve_transport(
    start: list[int], place: list[int], price: list[float], capacity: list[int], engine: Engine
) -> list[int]:
    """Return for each patient the arc taken in a cheapest assignment (see `arrays.Flow`)."""
    problem = flow(start, place, price, capacity, not engine.is_compiled)
    engine.transport.assign(problem)
    return [int(arc) for arc in problem.chosen]
