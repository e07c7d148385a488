"""The two judges of one question: by hand as the panel asks, by the engine as the plan asks.

Where they differ the engine is asked again with one rule after the other put aside; the first that makes it answer as
the hand does is the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from access.models import AccessRequest
from access.services import cards
from core import clock
from dispatch.hand import receiving, snapshot
from dispatch.hand.candidates import fit, way_back, way_there
from dispatch.hand.placement import HORIZON_H
from dispatch.planning import houses, planner, question
from dispatch.planning.roads import ROADS
from dispatch.shapes import Ask, Car, Way
from hospitals.models import Slot
from matching.board import Board
from matching.explain import why_cars
from matching.facilities import Offers, open_facilities, refusal
from matching.online import choice_at, open_board, request_on
from matching.problem import Direction, Facility, Problem, Request

MIN = timedelta(minutes=1)
TIMES = 3  # so many bookable times of each person are looked at


@dataclass(frozen=True)
class Pair:
    """What both say of one pair: yes or no, or "but" where only a person may decide so; why they differ ("": alike)."""

    kind: str  # there, back, hospital
    subject: str
    hand: str
    engine: str
    cause: str = ""


@dataclass(frozen=True)
class Engine:
    """The engine's question about one person, with what each rule put aside makes of it."""

    problem: Problem
    case: str
    row: AccessRequest
    at: datetime

    @cached_property
    def boards(self) -> dict[str, Board]:
        """The boards opened so far, by the rule put aside last."""
        return {"": open_board(self.problem, travel=ROADS)}

    def eased(self) -> Iterator[tuple[str, Board]]:
        """Yield a board for each rule put aside, each beside those before it."""
        problem = self.problem
        for name, ease in EASED:
            problem = ease(problem, self)
            if name not in self.boards:
                self.boards[name] = open_board(problem, travel=ROADS)
            yield name, self.boards[name]

    def cars(self, board: Board, slot: Slot, direction: Direction) -> dict[str, bool]:
        """Say which cars can, each in the best of its shifts."""
        party = request_on(board, self.case)
        board.aim(party, choice_at(board, party, slot.service.facility_id, name_of(slot, self.row)))
        found: dict[str, bool] = {}
        for answer in why_cars(board, board.number[(self.case, direction)]):
            car = answer.vehicle.rpartition("@")[0]
            found[car] = found.get(car, False) or answer.reason is None
        return found


def _with_party(problem: Problem, asked: Engine, **fields: object) -> Problem:
    people = [replace(each, **fields) if each.id == asked.case else each for each in problem.requests]
    return replace(problem, requests=tuple(people))


def _open_windows(problem: Problem, _asked: Engine) -> Problem:
    """Let people stand at the door of the hospital for an hour, and be there at the very minute."""
    return replace(problem, params=replace(problem.params, arrive_early_min=60.0, arrive_spare_min=0.0))


def _late_ends(problem: Problem, _asked: Engine) -> Problem:
    """Let nobody have to be back at the base when the shift ends."""
    return replace(
        problem, vehicles=tuple(replace(each, shift_end_min=each.shift_end_min + 600) for each in problem.vehicles)
    )


def _clean_cars(problem: Problem, _asked: Engine) -> Problem:
    """Let no class have to be cleaned out of a car."""
    return replace(problem, vehicles=tuple(replace(each, disinfection_min=0.0) for each in problem.vehicles))


def _any_zone(problem: Problem, _asked: Engine) -> Problem:
    """Let whoever is isolated ride as their zone says."""
    return _with_party(problem, _asked, zone=_asked.row.zone_class)


EASED = (
    ("isolated", _any_zone),
    ("door", _open_windows),
    ("edge_of_shift", _late_ends),
    ("disinfection", _clean_cars),
)


def name_of(slot: Slot, row: AccessRequest) -> str:
    """Return the engine's name of a time for somebody."""
    return houses.slot_name(slot.pk, cards.machine_class(row))


def judged(request: AccessRequest, slots: Sequence[Slot], *, at: datetime) -> Iterator[Pair]:
    """Ask both judges about every hospital, and about every car both ways at a few times that both know."""
    case = str(request.case_ref)
    asked = question.read(request.dispatch_area, planner.evening_span(at), only=[request.case_ref])
    if case not in asked.waiting:
        return
    engine = Engine(asked.problem, case, asked.waiting[case], at)
    yield from _hospitals(engine, at)
    known = {(site.id, slot.id) for site in asked.problem.facilities for slot in site.slots}
    times = [slot for slot in slots if (slot.service.facility_id, name_of(slot, engine.row)) in known]
    times = [slot for slot in times if _is_in_hours(engine, slot)]
    for slot in times[:: max(1, len(times) // TIMES)]:
        yield from _cars(engine, slot, at)


def _is_in_hours(asked: Engine, slot: Slot) -> bool:
    """Say whether the engine plans the person for that hour at all, with an hour to get there."""
    party = asked.problem.request_by_id[asked.case]
    start = (slot.starts_at - clock.day_bounds(clock.local_day(slot.starts_at))[0]) / MIN
    start += (clock.local_day(slot.starts_at) - clock.local_day(asked.at)).days * 1440
    earliest = party.earliest_min + (60 if party.earliest_min > asked.problem.now_min else 0)
    return earliest <= start <= (party.latest_safe_min or start)


def _hospitals(asked: Engine, at: datetime) -> Iterator[Pair]:
    board = asked.boards[""]
    party, offers = request_on(board, asked.case), Offers(board.problem, board.maker)
    open_to = {site.id for site in open_facilities(board.problem, party)}
    row = asked.row
    for option in receiving.options(snapshot.receivers(row, now=at), snapshot.wish(row), now=at):
        site = board.problem.facility_by_id.get(option.receiver.code)
        hand, (engine, why) = "yes" if option.is_possible else "no", _site(site, party, offers, open_to)
        if hand == "no" and engine == "yes":
            why = {"full": "hours", "closed": "hours"}.get(option.checks[0].code, "zone_role")
        yield Pair("hospital", option.receiver.code, hand, engine, why if hand != engine else "")


def _site(site: Facility | None, party: Request, offers: Offers, open_to: set[str]) -> tuple[str, str]:
    if site is None:
        return "no", "reach"
    barred = refusal(site, party, through_buffer=site.id in open_to)
    if barred or site.id not in open_to:
        return "no", barred.code if barred else "zone_role"
    times = [slot for slot in offers.slots_at(party, site) if slot is None or slot.capacity > 0]
    return ("yes", "") if times else ("no", "no_slot")


def _cars(asked: Engine, slot: Slot, at: datetime) -> Iterator[Pair]:
    row, house = asked.row, slot.service.facility.point
    ask, home = snapshot.ask(row), cards.home_of(row).point
    ready = slot.starts_at + row.session_min * MIN
    until = ready + timedelta(hours=HORIZON_H)
    seen = snapshot.fleet(row.dispatch_area, since=at - snapshot.LOOK_BACK, until=until)
    ways = {
        Direction.OUTBOUND: way_there(home, house, now=at, arrive_by=slot.starts_at),
        Direction.INBOUND: way_back(house, home, ready_at=ready, now=at),
    }
    for direction, way in ways.items():
        said = asked.cars(asked.boards[""], slot, direction)
        for car in seen.cars:
            hand, engine = _by_hand(car, ask, way), "yes" if said.get(car.code) else "no"
            cause = "" if hand == engine else _cause(asked, slot, direction, car, (ask, way, hand))
            yield Pair(direction, car.code, hand, engine, cause)


def _by_hand(car: Car, ask: Ask, way: Way) -> str:
    found = fit(car, ask, way)
    if found.ride is None:
        return "no"
    return "but" if any(check.verdict == "but" for check in found.checks) else "yes"


def _cause(asked: Engine, slot: Slot, direction: Direction, car: Car, by_hand: tuple[Ask, Way, str]) -> str:
    """Name the rule that only one of them knows, "unknown" when it is none of these."""
    ask, way, hand = by_hand
    if hand == "no":
        wider = replace(way, pickup_until=way.pickup_until and way.pickup_until + 30 * MIN)
        later = replace(car, duties=tuple(replace(each, ends_at=each.ends_at + 60 * MIN) for each in car.duties))
        dirty = replace(car, busy=tuple(replace(each, spare_min=each.spare_min + 30) for each in car.busy))
        named = {"wait": (car, ask, wider), "edge_of_shift": (later, ask, way), "disinfection": (dirty, ask, way)}
        ahead = tuple(replace(each, starts_at=each.starts_at + each.spare_min * MIN, spare_min=0) for each in car.busy)
        named["leaves_later"] = replace(car, busy=ahead), ask, way
        named["isolated"] = car, replace(ask, zone_class="sealed"), way
        return next((name for name, asks in named.items() if fit(*asks).ride), "unknown")
    if car.is_ambulance:
        return "ambulance"
    eased = (name for name, board in asked.eased() if asked.cars(board, slot, direction).get(car.code))
    return next(eased, "unknown")
