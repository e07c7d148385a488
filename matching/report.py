"""Board -> plan: times of every stop, what may be promised to whom, and the figures."""

from __future__ import annotations

import itertools

from matching.arrays import DROPOFF, END, PICKUP, START, STAY
from matching.board import Board
from matching.explain import why_unmet
from matching.place import waiting
from matching.plan import Arranged, Placement, Plan, Route, RouteStop, Statistics
from matching.problem import Direction, Request

ACTIONS = {PICKUP: "pickup", DROPOFF: "dropoff", START: "start", END: "end", STAY: "break"}


def report(board: Board, *, seed: int = 0, iterations: int = 0, seconds: float = 0.0) -> Plan:
    """Read the plan off the board."""
    routes, times = [], {}
    for car in range(len(board.routing.cars)):
        route, begun = read_route(board, car)
        times.update(begun)
        if route is not None:
            routes.append(route)
    out = {request.id for request in waiting(board)}
    arranged = tuple(_arranged(board, r, times) for r in board.problem.requests if r.id not in out)
    unmet = tuple(why_unmet(board, r) for r in board.problem.requests if r.id in out)
    figures = Statistics(
        requests=len(board.problem.requests),
        arranged=len(arranged),
        vehicles_used=len(routes),
        km=sum(route.km for route in routes),
        driving_min=sum(route.driving_min for route in routes),
        price=board.routing.price(),
        iterations=iterations,
        seconds=seconds,
        seed=seed,
    )
    return Plan(arranged=arranged, unmet=unmet, routes=tuple(routes), statistics=figures)


def read_route(board: Board, car: int) -> tuple[Route | None, dict[int, float]]:
    """Return the route of a car with its times, and the begin of each node; None where nobody rides."""
    routing, problem = board.routing, board.problem
    nodes = routing.nodes(car)
    if not routing.routes.riders[car]:
        return None, {}
    begins = settled(board, car, nodes)
    arc = [float(a) for a in routing.room.arc[: len(nodes)]]
    rows = [int(row) for row in routing.room.place[: len(nodes)]]
    stops, aboard, arrive = [], 0, begins[0]
    for k, node in enumerate(nodes):
        kind = routing.net.node_kind[node]
        aboard += {PICKUP: 1, DROPOFF: -1}.get(kind, 0)
        leg = routing.legs[node // 2] if kind in (PICKUP, DROPOFF) else None
        service = float(routing.net.node_service[node])
        stops.append(
            RouteStop(
                action=ACTIONS[kind],
                place=problem.places[rows[k]].id,
                arrive_min=arrive,
                begin_min=begins[k],
                depart_min=begins[k] + service,
                request=leg.request if leg else None,
                direction=leg.direction if leg else None,
                aboard=aboard,
            )
        )
        arrive = begins[k] + arc[k] if k + 1 < len(nodes) else begins[k]
    km = sum(float(board.maker.km[a, b]) for a, b in itertools.pairwise(rows))
    driving = sum(board.maker.direct(a, b) for a, b in itertools.pairwise(rows))
    route = Route(vehicle=problem.vehicles[car].id, stops=tuple(stops), km=km, driving_min=driving)
    return route, dict(zip(nodes, begins, strict=True))


def settled(board: Board, car: int, nodes: list[int]) -> list[float]:
    """Return begin times that keep patients and the driver waiting least: leave late, fetch late, arrive the same.

    The forward time slack of Savelsbergh (1992, ORSA Journal on Computing 4:146-154), spent on waiting alone.

    Only the start and pick-ups on the way to care by an empty vehicle move, and only into waiting time.
    """
    routing = board.routing
    begins = routing.begins(car)
    assert begins is not None, "a route on the board always has a schedule"
    for k in range(len(nodes) - 2, -1, -1):
        node, kind = nodes[k], routing.net.node_kind[nodes[k]]
        is_first_pickup = kind == PICKUP and k > 0 and routing.room.aboard[k - 1] == 0
        may_move = is_first_pickup and routing.legs[node // 2].direction is Direction.OUTBOUND
        if (kind == START or may_move) and node // 2 not in board.held:
            begins[k] = max(
                begins[k], min(float(routing.net.node_close[node]), begins[k + 1] - float(routing.room.arc[k]))
            )
    return begins


def _arranged(board: Board, request: Request, times: dict[int, float]) -> Arranged:
    choice = board.choice[request.id]
    assert choice is not None, "an arranged request has a facility"
    legs = board.needed(request)
    placed = {board.routing.legs[leg].direction: _placement(board, request, leg, times) for leg in legs}
    return Arranged(
        request=request.id,
        facility=choice.facility.id,
        slot=choice.slot.id if choice.slot else request.fixed_slot,
        outbound=placed.get(Direction.OUTBOUND),
        inbound=placed.get(Direction.INBOUND),
    )


def _placement(board: Board, request: Request, leg: int, times: dict[int, float]) -> Placement:
    net, is_out = board.routing.net, board.routing.legs[leg].direction is Direction.OUTBOUND
    node = 2 * leg + is_out
    pickup, dropoff = times[2 * leg], times[2 * leg + 1]
    return Placement(
        vehicle=board.problem.vehicles[board.routing.car_of(leg)].id,
        pickup_min=pickup,
        dropoff_min=dropoff,
        ride_min=dropoff - pickup - float(net.node_service[2 * leg]),
        window_start_min=float(net.node_open[node]),
        window_end_min=float(net.node_close[node]),
        is_will_call=not is_out and request.is_will_call and request.ready_min is None,
    )
