"""Ask about one request on a plan in force: what would each car, each facility cost?"""

from __future__ import annotations

from dataclasses import dataclass

from matching.board import Board
from matching.build import build
from matching.engines import Engine, current
from matching.errors import UnknownRequest
from matching.explain import CarAnswer, why_cars
from matching.facilities import with_place
from matching.legs import Choice
from matching.place import place_request
from matching.plan import Plan
from matching.problem import Direction, Problem, Request
from matching.report import report
from matching.travel import GreatCircle, Travel


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """For one request at one facility and slot: every car for the way there and for the way back, the best first."""

    request: str
    facility: str
    slot: str | None
    outbound: tuple[CarAnswer, ...]
    inbound: tuple[CarAnswer, ...]


def open_board(problem: Problem, *, travel: Travel | None = None, engine: Engine | None = None) -> Board:
    """Build a board to ask questions on; never waits for the compiler."""
    return build(problem, travel or GreatCircle(), engine or current(wait=False))


def request_on(board: Board, request_id: str) -> Request:
    """Return a request of the board.

    Raises
    ------
    UnknownRequest
        The problem has no such request.
    """
    try:
        return board.problem.request_by_id[request_id]
    except KeyError as error:
        raise UnknownRequest(request_id) from error


def candidates(board: Board, request_id: str, *, facility: str | None = None, slot: str | None = None) -> Candidates:
    """Rank all cars for both ways of a request, or name the first rule that bars each.

    Without `facility` the one it has, else the cheapest choice with a place left, is taken. The inbound ranking
    supposes the cheapest outbound car, so that the same car back is priced as it would be.
    """
    request = request_on(board, request_id)
    choice = choice_at(board, request, facility, slot)
    board.aim(request, choice)
    answers: dict[Direction, tuple[CarAnswer, ...]] = {Direction.OUTBOUND: (), Direction.INBOUND: ()}
    put: list[int] = []
    for leg in board.needed(request):
        if board.routing.car_of(leg) >= 0:
            continue
        answers[board.routing.legs[leg].direction] = why_cars(board, leg)
        _, car, i, j = board.routing.best(leg)
        if car >= 0:
            board.routing.put(leg, car, i, j)
            put.append(leg)
    for leg in put:
        board.routing.take(leg)
    return Candidates(
        request=request_id,
        facility=choice.facility.id,
        slot=choice.slot.id if choice.slot else None,
        outbound=answers[Direction.OUTBOUND],
        inbound=answers[Direction.INBOUND],
    )


def choice_at(board: Board, request: Request, facility: str | None, slot: str | None) -> Choice:
    """Return the choice a person named, else what the request has, else the cheapest with a place."""
    if facility is not None:
        for choice in board.options[request.id]:
            if choice.facility.id == facility and (slot is None or (choice.slot and choice.slot.id == slot)):
                return choice
        site = board.problem.facility_by_id[facility]
        return Choice(facility=site, slot=next((s for s in site.slots if s.id == slot), None))
    chosen = board.choice[request.id]
    if chosen is not None:
        return chosen
    open_choices = with_place(board.options[request.id], request, board.places_taken()) or board.options[request.id]
    if not open_choices:
        return Choice(facility=board.problem.facilities[0], slot=None)
    return open_choices[0]


def insert_one(board: Board, request_id: str, *, limit: int = 40) -> Plan:
    """Place one request over its cheapest `limit` choices and report the plan."""
    request = request_on(board, request_id)
    for choice in board.choices_left(request, board.places_taken())[:limit]:
        if place_request(board, request, choice):
            break
    return report(board)
