"""Which facility and which slot: the rules that exclude, the price that orders, the flow that decides.

Assigning all patients at once by minimum-cost flow instead of first come, first served is what saves the places of
scarce slots for those who have no other (Ahuja, Magnanti & Orlin 1993, "Network Flows", chapter 12).
"""

from __future__ import annotations

from collections.abc import Sequence

from matching.arrays import flow
from matching.engines import Engine
from matching.legs import Choice, LegMaker
from matching.plan import Reason
from matching.problem import Facility, Problem, Request, Slot


def refusal(facility: Facility, request: Request, *, through_buffer: bool = False) -> Reason | None:
    """Return the first rule that keeps a request out of a facility, None if it may go there.

    A critical request meets only the first rule: nothing but capability stands before treatment.
    """
    if request.need not in facility.needs:
        return Reason(code="no_capability", subject=facility.id)
    if request.is_critical:
        return None
    if not facility.is_open:
        return Reason(code="closed", subject=facility.id)
    if facility.zones and request.zone not in facility.zones and not (through_buffer and facility.has_buffer):
        return Reason(code="zone_role", subject=facility.id)
    if request.infection and request.infection not in facility.infections:
        return Reason(code="no_separate_room", subject=facility.id)
    return None


def open_facilities(problem: Problem, request: Request) -> list[Facility]:
    """Return the facilities a request may go to; those with a buffer only where the role lacks the service (B11)."""
    if request.fixed_facility is not None:
        return [problem.facility_by_id[request.fixed_facility]]
    by_role = [f for f in problem.facilities if refusal(f, request) is None]
    return by_role or [f for f in problem.facilities if refusal(f, request, through_buffer=True) is None]


def is_safe(request: Request, slot: Slot, now_min: float) -> bool:
    """Tell whether a slot lies between now and the latest safe time."""
    latest = request.latest_safe_min
    return slot.need == request.need and slot.start_min >= now_min and (latest is None or slot.start_min <= latest)


def choices(problem: Problem, maker: LegMaker, request: Request) -> list[Choice]:
    """Return every facility and slot a request may take, the cheapest first; capacity is not looked at here."""
    params = problem.params
    home = maker.row_of[request.pickup_place or request.home]
    found: list[tuple[float, str, str, Choice]] = []
    for facility in open_facilities(problem, request):
        price = maker.direct(home, maker.row_of[facility.place]) + params.price_facility_rank * facility.rank
        if request.usual_facility is not None and facility.id != request.usual_facility:
            price += params.price_unusual_facility
        for slot in _slots(problem, request, facility):
            shift = 0.0
            if slot is not None and request.asked_min is not None:
                shift = params.price_slot_shift * abs(slot.start_min - request.asked_min)
            elif slot is not None:
                shift = params.price_slot_shift * (slot.start_min - problem.now_min)
            choice = Choice(facility=facility, slot=slot, price=price + shift)
            found.append((choice.price, facility.id, slot.id if slot else "", choice))
    return [choice for *_, choice in sorted(found, key=lambda row: row[:3])]


def _slots(problem: Problem, request: Request, facility: Facility) -> list[Slot | None]:
    if request.fixed_slot is not None:
        return [slot for slot in facility.slots if slot.id == request.fixed_slot] or [None]
    slots: list[Slot | None] = [slot for slot in facility.slots if slot.need == request.need]
    if request.is_critical or not slots or request.fixed_facility is not None:
        return [None]
    return [slot for slot in slots if slot is not None and is_safe(request, slot, problem.now_min)]


def urgency(request: Request) -> tuple[int, float, str]:
    """Order requests: critical first, then by time to harm."""
    return (0 if request.is_critical else 1, request.harm_in_min, request.id)


def nearest_of_each(options: Sequence[Choice], limit: int) -> list[Choice]:
    """Keep the slots of the `limit` best facilities."""
    kept: list[str] = []
    for option in options:
        if option.facility.id not in kept and len(kept) < limit:
            kept.append(option.facility.id)
    return [option for option in options if option.facility.id in kept]


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
