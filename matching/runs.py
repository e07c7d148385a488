"""Runs in force on the board: who is aboard and what has begun is frozen, what was told is held,
the rest is a start.
"""

from __future__ import annotations

from matching.arrays import DROPOFF, PICKUP, UNBOUND
from matching.board import Board, Key
from matching.facilities import with_place
from matching.problem import Action, Direction, Request, RunInForce, StopState
from matching.routing import Routing

LATER_MIN = (0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)


def who_is_aboard(run: RunInForce | None) -> dict[Key, float]:
    """Return who is aboard and since when."""
    inside: dict[Key, float] = {}
    for stop in run.stops if run else ():
        if stop.state is StopState.DONE and stop.action is Action.PICKUP:
            inside[(stop.request, stop.direction)] = stop.at_min
        elif stop.state is StopState.DONE:
            inside.pop((stop.request, stop.direction), None)
    return inside


def load_run(board: Board, run: RunInForce) -> None:
    """Put a run in force on the board: aboard and begun frozen, told held within tolerance, planned as a start."""
    routing, car = board.routing, list(board.problem.vehicle_by_id).index(run.vehicle)
    aboard = who_is_aboard(run)
    for stop in run.stops:
        key = (stop.request, stop.direction)
        if stop.state is StopState.DONE and stop.action is Action.DROPOFF:
            board.closed.add(key)
    fixed = [stop for stop in run.stops if stop.state is not StopState.DONE]
    for key, since in aboard.items():
        _freeze_aboard(board, board.number[key], car, since)
    for stop in fixed:
        leg = board.number[(stop.request, stop.direction)]
        if stop.state is not StopState.PLANNED:
            node = 2 * leg + (stop.action is Action.DROPOFF)
            tolerance = board.problem.params.told_tolerance_min if stop.state is StopState.TOLD else 240.0
            earliest = board.problem.now_min - routing.net.node_service[node]
            routing.net.node_open[node] = max(earliest, stop.at_min - tolerance)
            routing.net.node_close[node] = max(earliest, stop.at_min + tolerance)
            board.held.add(leg)
            routing.net.leg_vehicle[leg] = car
    begun = sum(stop.state is StopState.BEGUN for stop in fixed)
    inside = [2 * board.number[key] for key in aboard]
    told = {board.number[(s.request, s.direction)] for s in fixed} & board.held
    stops = [(2 * board.number[(s.request, s.direction)] + (s.action is Action.DROPOFF)) for s in fixed]
    for key in sorted(aboard):
        down = 2 * board.number[key] + 1
        if down not in stops:
            stops.insert(begun, down)
            told.add(down // 2)
            _choose_on_the_way(board, board.problem.request_by_id[key[0]])
    board.reserved.update({node // 2: car for node in stops if node // 2 not in told})
    for kept in (stops, [stop for stop in stops if stop // 2 in told]):
        if _try_run(board, car, inside, kept, begun, is_last=kept is not stops):
            return
    _bring_home(board, car, inside, stops)


def _choose_on_the_way(board: Board, request: Request) -> None:
    """Give a patient already riding whose facility closed the best other one with a place (E2), else bring him home."""
    if board.choice[request.id] is not None:
        return
    open_choices = with_place(board.options[request.id], request, board.places_taken())
    choice = next(iter(open_choices or board.options[request.id]), None)
    board.choice[request.id] = choice
    leg = board.number[(request.id, Direction.OUTBOUND)]
    place = request.home if choice is None else choice.facility.place
    board.routing.net.node_loc[2 * leg + 1] = board.maker.row_of[place]
    board.routing.net.node_open[2 * leg + 1] = board.problem.now_min


def _freeze_aboard(board: Board, leg: int, car: int, since: float) -> None:
    """Make the pick-up of someone aboard a fact at the time it happened; the drop-off opens as for any other."""
    net, trip = board.routing.net, board.routing.legs[leg]
    request, choice = board.problem.request_by_id[trip.request], board.choice[trip.request]
    net.node_open[2 * leg + 1] = since
    if trip.direction is Direction.OUTBOUND and choice is not None:
        net.node_open[2 * leg + 1] = board.maker.arrival_window(request, choice)[0]
    net.node_loc[2 * leg], net.node_service[2 * leg] = -1, 0.0
    net.node_open[2 * leg] = net.node_close[2 * leg] = since
    net.node_close[2 * leg + 1] = UNBOUND
    net.leg_vehicle[leg] = car
    board.held.add(leg)


def _try_run(board: Board, car: int, inside: list[int], stops: list[int], begun: int, is_last: bool) -> bool:
    """Write a run with its breaks; told windows open later in steps if the run is behind its time.

    A run with nobody left to fetch is over: no shift is made longer for it.
    """
    routing = board.routing
    head, breaks = _head_and_breaks(routing, car, inside)
    if not stops and not inside:
        routing.set_route(car, routing.base[car])
        return True
    for later in LATER_MIN if is_last else LATER_MIN[:1]:
        _open_later(board, car, stops, inside, later)
        for nodes in _with_breaks(routing, [*head, *stops, routing.base[car][-1]], breaks, len(head) - 1):
            routing.set_route(car, nodes, first=nodes.index(stops[begun - 1]) if begun else len(head) - 1)
            if routing.begins(car) is not None:
                _close_late(routing, car, set(stops), later)
                _close_after(routing, car)
                return True
    for node in stops:
        routing.routes.on[node // 2] = -1
    return False


def _bring_home(board: Board, car: int, inside: list[int], stops: list[int]) -> None:
    """Keep only those aboard, brought home in their order without limits; everybody else is placed anew."""
    routing, net = board.routing, board.routing.net
    head, _ = _head_and_breaks(routing, car, inside)
    home = [node for node in stops if node - 1 in inside]
    for node in home:
        net.node_close[node] = net.leg_limit[node // 2] = UNBOUND
    for leg in {node // 2 for node in stops} - {node // 2 for node in home}:
        board.held.discard(leg)
        net.leg_vehicle[leg] = -1
    net.node_close[routing.base[car][-1]] = net.veh_duty[car] = UNBOUND
    routing.set_route(car, [*head, *home, routing.base[car][-1]], first=len(head) - 1)
    _close_late(routing, car, set(home), UNBOUND)
    _close_after(routing, car)


def _close_late(routing: Routing, car: int, opened: set[int], later: float) -> None:
    """Close what was opened `later` where the late run needs it no more: nobody new makes it later still."""
    net, begins = routing.net, routing.begins(car)
    if later == 0.0 or begins is None:
        return
    at = dict(zip(routing.nodes(car), begins, strict=True))
    for node in sorted(opened):
        net.node_close[node] = min(net.node_close[node], max(at[node], net.node_close[node] - later))
        if net.node_kind[node] == DROPOFF:
            ride = at[node] - at[node - 1] - net.node_service[node - 1]
            net.leg_limit[node // 2] = max(ride, net.leg_limit[node // 2] - later)
    net.veh_duty[car] = max(routing.cars[car].duty, begins[-1] - begins[0])


def _close_after(routing: Routing, car: int) -> None:
    """Let a run that is late end as late as it must, and take nobody new for it."""
    begins, end = routing.begins(car), routing.base[car][-1]
    if begins is not None:
        routing.net.node_close[end] = max(routing.cars[car].closes, begins[-1])
        routing.engine.schedule.refresh(routing.net, routing.routes, routing.room, car)


def _head_and_breaks(routing: Routing, car: int, inside: list[int]) -> tuple[list[int], list[int]]:
    """Return (start, those aboard, the anchor in the present) and the breaks still due."""
    base = routing.base[car]
    anchored = routing.cars[car].anchor is not None
    return [base[0], *inside, *([base[1]] if anchored else [])], base[2 if anchored else 1 : -1]


def _open_later(board: Board, car: int, stops: list[int], inside: list[int], later: float) -> None:
    """Let every stop and the end of the shift be `later` minutes late and every ride that much longer."""
    net = board.routing.net
    if later == 0.0:
        return
    step = later - LATER_MIN[LATER_MIN.index(later) - 1]
    for node in (*stops, board.routing.base[car][-1]):
        net.node_close[node] += step
    net.veh_duty[car] += step
    for leg in sorted({node // 2 for node in (*stops, *inside)}):
        net.leg_limit[leg] += step


def _with_breaks(routing: Routing, nodes: list[int], breaks: list[int], first: int) -> list[list[int]]:
    """Return the sequences with the breaks at every moment from `first` on when nobody is aboard
    (one moves at a time).
    """
    found = [nodes]
    for pause in breaks:
        grown = []
        for row in found[:40]:
            aboard = 0
            for k, node in enumerate(row[:-1]):
                kind = routing.net.node_kind[node]
                aboard += {PICKUP: 1, DROPOFF: -1}.get(kind, 0)
                if k >= first and aboard == 0:
                    grown.append([*row[: k + 1], pause, *row[k + 1 :]])
        found = grown or found
    return found
