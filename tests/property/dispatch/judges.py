"""The two judges of one question: by hand as the panel asks, by the engine as the plan asks.

What the plan does not do by itself and a person may is "but": the engine is asked again within a person's limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from access.models import AccessRequest
from access.services import cards
from core import clock
from core.geo import Point, travel_min
from dispatch.hand import receiving, snapshot
from dispatch.hand.candidates import fit, way_back, way_there
from dispatch.hand.car_rules import load
from dispatch.hand.placement import HORIZON_H
from dispatch.limits import LIMITS, planned_until
from dispatch.planning import houses, question
from dispatch.planning.fleet import minutes
from dispatch.planning.roads import ROADS
from dispatch.planning.turns import Span
from dispatch.shapes import Ask, Car, Way
from hospitals.models import Slot
from matching.bars import refusal
from matching.board import Board
from matching.explain import why_cars
from matching.facilities import Offers, is_safe, open_facilities
from matching.online import choice_at, open_board, request_on
from matching.problem import Direction, Facility, Place, Problem, Request, Vehicle

MIN = timedelta(minutes=1)
BY_PERSON = {"far", "other_hours"}
TIMES = 3  # so many bookable times of each person are looked at


@dataclass(frozen=True)
class Pair:
    """What both say of one pair: yes, "but" where only a person may decide so, or no; the rule of a hospital that
    differs ("": alike).
    """

    kind: str  # there, back, hospital
    subject: str
    hand: str
    engine: str
    cause: str = ""


@dataclass(frozen=True)
class Engine:
    """The engine's question about one person, with the boards it was asked on."""

    problem: Problem
    case: str
    row: AccessRequest
    at: datetime
    origin: datetime

    @cached_property
    def boards(self) -> dict[str, Board]:
        """The boards opened so far, by whose limits hold and where the way ends."""
        return {"": open_board(self.problem, travel=ROADS)}

    def board(self, problem: Problem, name: str) -> Board:
        """Return a board of that name, opened once."""
        if name not in self.boards:
            self.boards[name] = open_board(problem, travel=ROADS)
        return self.boards[name]

    def said(self, slot: Slot, direction: Direction, car: Car) -> str:
        """Say what the engine says of a car: yes, "but" where it says yes by a person's limits, or no."""
        if self.cars(self.boards[""], slot, direction).get(car.code):
            return "yes"
        site = self.problem.facility_by_id[slot.service.facility_id].place
        ends = self.problem.place_by_id[site if direction == Direction.OUTBOUND else self.home]
        board = self.board(by_person(self, ends, is_lent=car.is_ambulance), f"{car.is_ambulance} {ends.id}")
        return "but" if self.cars(board, slot, direction).get(car.code) else "no"

    @property
    def home(self) -> str:
        """The place where the person is set down at the end."""
        party = self.problem.request_by_id[self.case]
        return party.dropoff_place or party.home

    @cached_property
    def kept(self) -> dict[tuple[int, int, str], dict[str, bool]]:
        """Answers by board, time and direction."""
        return {}

    def cars(self, board: Board, slot: Slot, direction: Direction) -> dict[str, bool]:
        """Say which cars can, each in the best of its shifts."""
        key = (id(board), slot.pk, direction)
        if key not in self.kept:
            party = request_on(board, self.case)
            board.aim(party, choice_at(board, party, slot.service.facility_id, name_of(slot, self.row)))
            found: dict[str, bool] = {}
            for answer in why_cars(board, board.number[(self.case, direction)]):
                car = answer.vehicle.rpartition("@")[0]
                found[car] = found.get(car, False) or answer.reason is None
            self.kept[key] = found
        return self.kept[key]


def by_person(asked: Engine, ends: Place, *, is_lent: bool) -> Problem:
    """Ask within what a person may decide for a way to `ends`.

    Any hour at the door, a car that is back at its base after its shift, and an ambulance for whoever may lie in one.
    """
    problem = asked.problem
    params = replace(problem.params, arrive_early_min=LIMITS.early_by_person, arrive_spare_min=LIMITS.spare_by_person)
    people = [replace(each, skills=each.skills - {"closed_loop"}) for each in problem.requests]
    turn = problem.request_by_id[asked.case].turn_min or 0.0
    cars = tuple(_late_back(problem, each, ends, turn) for each in problem.vehicles)
    problem = replace(problem, params=params, requests=tuple(people), vehicles=cars)
    if not is_lent:
        return problem
    people = [lying(each, asked.row) if each.id == asked.case else each for each in problem.requests]
    return replace(problem, requests=tuple(people))


def _late_back(problem: Problem, car: Vehicle, ends: Place, turn: float) -> Vehicle:
    """Let a car be clean after the party when its shift ends, however far its base is."""
    base = problem.place_by_id[car.end_place]
    home = _drive(Point(ends.latitude, ends.longitude), Point(base.latitude, base.longitude))
    return replace(car, shift_end_min=car.shift_end_min + max(0.0, home - turn))


def _drive(start: Point, end: Point) -> float:
    return ceil(travel_min(start, end) * 60) / 60


def lying(party: Request, row: AccessRequest) -> Request:
    """Let somebody ride in any ambulance."""
    room = load(row.mobility, cards.party_size(row), is_lying=True)
    return replace(party, skills=party.skills - {"ordinary"}, party=room)


def name_of(slot: Slot, row: AccessRequest) -> str:
    """Return the engine's name of a time for somebody."""
    return houses.slot_name(slot.pk, cards.machine_class(row))


def judged(request: AccessRequest, slots: Sequence[Slot], *, at: datetime) -> Iterator[Pair]:
    """Ask both judges about every hospital, and about every car both ways at a few times that both know."""
    case = str(request.case_ref)
    span = Span(at, at, planned_until(at, asked=request.arrive_at))
    asked = question.read(request.dispatch_area, span, only=[request.case_ref])
    if case not in asked.waiting:
        return
    target = asked.problem.params.wait_after_ready_target_min  # what the plan tries first; only it goes further
    problem = replace(asked.problem, params=replace(asked.problem.params, wait_after_ready_min=target))
    engine = Engine(problem, case, asked.waiting[case], at, asked.origin)
    yield from _hospitals(engine, slots)
    known = {(site.id, slot.id) for site in asked.problem.facilities for slot in site.slots}
    times = [slot for slot in slots if (slot.service.facility_id, name_of(slot, engine.row)) in known]
    times = [slot for slot in times if _is_in_hours(engine, slot)]
    for slot in times[:: max(1, len(times) // TIMES)]:
        yield from _cars(engine, slot, at)


def _is_in_hours(asked: Engine, slot: Slot) -> bool:
    """Say whether the engine plans the person for that hour at all."""
    party, start = asked.problem.request_by_id[asked.case], minutes(slot.starts_at, asked.origin)
    return party.treated_from_min <= start <= (party.latest_safe_min or start)


def _hospitals(asked: Engine, slots: Sequence[Slot]) -> Iterator[Pair]:
    row, at = asked.row, asked.at
    anywhere = _everywhere(asked)
    shifts = {slot.pk for slot in slots if slot.shift}
    for option in receiving.options(snapshot.receivers(row, now=at), snapshot.care_ask(row, now=at), now=at):
        hand = "no"
        if option.is_possible:
            hand = "but" if any(check.code in BY_PERSON for check in option.checks) else "yes"
        engine, why = _site(asked, anywhere.get(option.receiver.code), shifts)
        yield Pair(
            "hospital", option.receiver.code, hand, engine, "" if hand == engine else why or option.checks[0].code
        )


def _everywhere(asked: Engine) -> dict[str, Facility]:
    """Return every hospital, however far, with the places until the end of the day after the one asked for."""
    row = asked.row
    care = houses.read([row.care_asked], [], since=asked.at, until=_days(asked)[1])
    sites = houses.facilities(care, [cards.home_of(row).point], set(care.facilities), origin=asked.origin, at=asked.at)
    return {site.id: site for site in sites}


def _days(asked: Engine) -> tuple[datetime, datetime]:
    begins, ends = clock.day_bounds(clock.local_day(max(asked.row.arrive_at or asked.at, asked.at)))
    return begins, ends + timedelta(days=1)


def _site(asked: Engine, anywhere: Facility | None, shifts: set[int]) -> tuple[str, str]:
    """Say what the engine says of a hospital: "but" where it is too far, or has a shift at another hour alone."""
    board = asked.boards[""]
    party, offers = request_on(board, asked.case), Offers(board.problem, board.maker)
    open_to = [site.id for site in open_facilities(board.problem, party)]
    is_by_role = any(refusal(site, party) is None for site in board.problem.facilities)
    site = board.problem.facility_by_id.get(anywhere.id) if anywhere else None
    if anywhere is None or (barred := refusal(anywhere, party, through_buffer=not is_by_role)):
        return "no", barred.code if anywhere else "no_capability"
    if site and site.id in open_to and any(slot is None or slot.capacity > 0 for slot in offers.slots_at(party, site)):
        return "yes", ""
    begins, ends = (minutes(each, asked.origin) for each in _days(asked))
    for slot in anywhere.slots:
        is_its = (slot.need, slot.machine) == (party.need, party.machine) and slot.capacity > 0
        is_shift = begins <= slot.start_min < ends and houses.slot_key(slot.id) in shifts
        if is_its and (is_shift or is_safe(party, slot, board.problem.now_min)):
            return "but", ""
    return "no", "no_slot"


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
        for car in seen.cars:
            hand, engine = _by_hand(car, ask, way), asked.said(slot, direction, car)
            yield Pair(direction, car.code, hand, engine)


def _by_hand(car: Car, ask: Ask, way: Way) -> str:
    found = fit(car, ask, way)
    if found.ride is None:
        return "no"
    return "but" if any(check.verdict == "but" for check in found.checks) else "yes"
