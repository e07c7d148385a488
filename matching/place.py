"""Put whole requests on the board: the car there and the car back, or neither."""

from __future__ import annotations

from collections.abc import Sequence

from matching.board import GRACE_MIN, Board
from matching.explain import standing_rule
from matching.facilities import urgency
from matching.legs import Choice
from matching.problem import Direction, Request

ARRIVE_WITHIN_MIN = (20.0, 30.0, 45.0, 60.0, 90.0, 120.0)
NEXT_CHOICES = 12
TOGETHER = 16


def place_request(board: Board, request: Request, choice: Choice) -> bool:
    """Place every needed leg of a request at a choice; on failure leave the board as it was."""
    before = board.choice[request.id]
    missing = [leg for leg in board.needed(request) if board.routing.car_of(leg) < 0]
    for wait, grace in ((board.problem.params.wait_after_ready_target_min, GRACE_MIN), (None, GRACE_MIN), (None, None)):
        board.aim(request, choice, wait, grace)
        placed = []
        for leg in missing:
            if not place_leg(board, request, leg):
                break
            placed.append(leg)
        if len(placed) == len(missing):
            return True
        for leg in placed:
            board.routing.take(leg)
        if missing and placed != missing[:-1]:
            break
    board.choice[request.id] = before
    return False


def place_leg(board: Board, request: Request, leg: int) -> bool:
    """Put one leg where it costs least; a critical way out by the earliest deadline any car can keep."""
    routing = board.routing
    if request.is_critical and routing.legs[leg].direction is Direction.OUTBOUND:
        latest = routing.net.node_close[2 * leg + 1]
        for within in ARRIVE_WITHIN_MIN:
            routing.net.node_close[2 * leg + 1] = min(latest, board.problem.now_min + within)
            if _put_best(board, leg):
                return True
        routing.net.node_close[2 * leg + 1] = latest
    return _put_best(board, leg)


def _put_best(board: Board, leg: int) -> bool:
    """Put a leg into the car it had reserved if that still works, else where it costs least."""
    reserved = board.reserved.get(leg)
    if reserved is not None and standing_rule(board, reserved, leg) is None:
        _, i, j = board.routing.best_in(reserved, leg)
        if i >= 0:
            board.routing.put(leg, reserved, i, j)
            return True
    _, car, i, j = board.routing.best_nearby(leg)
    if car < 0:
        return False
    board.routing.put(leg, car, i, j)
    return True


def construct(board: Board) -> None:
    """Place the requests at their choices, the most urgent first, those of one urgency in order of time.

    Insertion in order of time goes back to Jaw, Odoni, Psaraftis & Wilson (1986, Transportation Research B 20:243-257).
    """
    chosen = [(request, board.choice[request.id]) for request in waiting(board)]
    aimed = [(request, choice) for request, choice in chosen if choice is not None]
    for request, choice in aimed:
        board.aim(request, choice)
    in_turn = sorted(aimed, key=lambda pair: _turn(board, pair[0]))
    with board.routing.looking_ahead(board.problem.params.threads) as ahead:
        for k, (request, choice) in enumerate(in_turn):
            if ahead is not None and k % TOGETHER == 0:
                ahead.ask(aim_ahead(board, in_turn[k : k + TOGETHER]))
            place_request(board, request, choice)


def aim_ahead(board: Board, pairs: Sequence[tuple[Request, Choice]]) -> list[int]:
    """Aim the requests whose turn comes next.

    Return their legs, but for those that are not put where it costs least.
    """
    legs: list[int] = []
    for request, choice in pairs:
        if not request.is_critical:
            board.aim(request, choice, board.problem.params.wait_after_ready_target_min, GRACE_MIN)
            legs += [leg for leg in board.needed(request) if board.routing.car_of(leg) < 0]
    return legs


def _turn(board: Board, request: Request) -> tuple[int, float, float, str]:
    legs = board.needed(request)
    begins = min((board.routing.net.node_close[2 * leg] for leg in legs), default=0.0)
    critical, harm, _ = urgency(request)
    return (critical, harm // 720.0, float(begins), request.id)


def waiting(board: Board) -> list[Request]:
    """Return the requests not fully placed yet."""
    return [request for request in board.problem.requests if not board.is_placed(request)]


def place_leftovers(board: Board) -> None:
    """Try the next choices of those nothing was found for, by trial insertion, the most urgent first."""
    taken = board.places_taken()
    for request in sorted(waiting(board), key=urgency):
        for choice in board.choices_left(request, taken)[:NEXT_CHOICES]:
            if place_request(board, request, choice):
                if choice.slot is not None and request.fixed_slot is None:
                    key = (choice.facility.id, choice.slot.id)
                    taken[key] = taken.get(key, 0) + 1
                break
