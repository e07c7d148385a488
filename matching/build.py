"""Problem -> board: the routing with one leg per trip, what is in force already on it, and who is still to place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from matching.arrays import PICKUP, UNBOUND
from matching.engines import Engine
from matching.facilities import Offers, with_place
from matching.legs import Choice, Leg, LegMaker
from matching.problem import Action, Direction, Problem, Request, RunInForce, StopState, Vehicle
from matching.routing import Car, Prices, Routing
from matching.travel import Travel

Key = tuple[str, Direction]
GRACE_MIN = 10.0
LATER_MIN = (0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)


@dataclass(slots=True)
class Board:
    """What the search works on.

    Attributes
    ----------
    number : leg number by (request, direction).
    options, choice : what each request may take, and what it takes now.
    closed : trips already done; they need no place any more.
    held : legs somebody has been told or has begun; the search leaves them on their car.
    late : minutes told stops had to move because the run itself is late, by leg.
    reserved : cars that planned legs had before their run became impossible; asked first (C15).
    approximate : place pairs whose travel time is a fall-back estimate.
    """

    problem: Problem
    maker: LegMaker
    routing: Routing
    number: dict[Key, int]
    options: dict[str, list[Choice]]
    choice: dict[str, Choice | None]
    closed: set[Key]
    held: set[int] = field(default_factory=set)
    late: dict[int, float] = field(default_factory=dict)
    approximate: frozenset[tuple[str, str]] = frozenset()
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


def build(problem: Problem, travel: Travel, engine: Engine) -> Board:
    """Pack a problem: travel matrix, legs, cars, runs in force."""
    row_of = {place.id: row for row, place in enumerate(problem.places)}
    minutes, km = travel.matrices(problem.places)
    maker = LegMaker(problem, row_of, minutes, km)
    offers = Offers(problem, maker)
    options = {request.id: offers.choices(request) for request in problem.requests}
    legs, partners, number = _legs(offers, options)
    params = problem.params
    cars = [_car(problem, row_of, vehicle) for vehicle in problem.vehicles]
    prices = Prices(split=params.price_split_return, unserved=params.price_unserved, wait_aboard=params.wait_aboard_min)
    cost = params.price_minute * minutes + params.price_km * km
    routing = Routing(legs, cars, partners, (minutes, cost), prices, engine)
    board = Board(problem, maker, routing, number, options, dict.fromkeys(options), set())
    board.approximate = frozenset(getattr(travel, "approximate", ()))
    for request in problem.requests:
        if request.fixed_facility is not None and options[request.id]:
            board.choice[request.id] = options[request.id][0]
    for run in problem.runs:
        _load_run(board, run)
    return board


def _legs(offers: Offers, options: dict[str, list[Choice]]) -> tuple[list[Leg], list[int], dict[Key, int]]:
    """Make both legs of every request; those without a choice yet get an empty window."""
    legs: list[Leg] = []
    partners: list[int] = []
    number: dict[Key, int] = {}
    problem, maker = offers.problem, offers.maker
    for request in problem.requests:
        found = options[request.id]
        facilities = offers.sites_for(request) or list(problem.facilities)
        choice = found[0] if found else Choice(facility=facilities[0], slot=None)
        both = request.needs_outbound and request.needs_inbound
        for leg in (maker.outbound(request, choice), maker.inbound(request, choice, grace_min=GRACE_MIN)):
            number[(request.id, leg.direction)] = len(legs)
            partners.append((len(legs) ^ 1) if both else -1)
            legs.append(leg)
    return legs, partners, number


def _car(problem: Problem, row_of: dict[str, int], vehicle: Vehicle) -> Car:
    run = next((run for run in problem.runs if run.vehicle == vehicle.id), None)
    boarded = _aboard(run)
    is_driving = any(stop.state is StopState.BEGUN for stop in run.stops) if run else False
    opens = vehicle.shift_start_min if is_driving else max(vehicle.shift_start_min, problem.now_min)
    return Car(
        start=row_of[vehicle.start_place],
        end=row_of[vehicle.end_place],
        opens=min([opens, *boarded.values()]),
        closes=vehicle.shift_end_min,
        duty=UNBOUND if vehicle.max_duty_min is None else vehicle.max_duty_min,
        room=vehicle.capacity,
        skills=vehicle.skills,
        zones=vehicle.zones,
        breaks=tuple(b for b in vehicle.breaks if b.latest_min >= opens),
        clean=vehicle.disinfection_min,
        last_class=None if boarded else problem.params.merged(vehicle.last_class),
        fixed=problem.params.price_vehicle,
        anchor=opens if boarded else None,
        is_running=run is not None,
    )


def _aboard(run: RunInForce | None) -> dict[Key, float]:
    """Return who is aboard and since when."""
    inside: dict[Key, float] = {}
    for stop in run.stops if run else ():
        if stop.state is StopState.DONE and stop.action is Action.PICKUP:
            inside[(stop.request, stop.direction)] = stop.at_min
        elif stop.state is StopState.DONE:
            inside.pop((stop.request, stop.direction), None)
    return inside


def _load_run(board: Board, run: RunInForce) -> None:
    """Put a run in force on the board: aboard and begun frozen, told held within tolerance, planned as a start."""
    routing, car = board.routing, list(board.problem.vehicle_by_id).index(run.vehicle)
    aboard = _aboard(run)
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
    moved: dict[int, float] = {}
    if not stops and not inside:
        routing.set_route(car, routing.base[car])
        return True
    for later in LATER_MIN if is_last else LATER_MIN[:1]:
        moved.update(_open_later(board, car, stops, inside, later))
        for nodes in _with_breaks(routing, head, stops, breaks, routing.base[car][-1]):
            routing.set_route(car, nodes, first=len(head) - 1 + begun)
            if routing.begins(car) is not None:
                board.late.update(moved)
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
    _close_after(routing, car)


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


def _open_later(board: Board, car: int, stops: list[int], inside: list[int], later: float) -> dict[int, float]:
    """Let every stop and the end of the shift be `later` minutes late and every ride that much longer."""
    net = board.routing.net
    if later == 0.0:
        return {}
    step = later - LATER_MIN[LATER_MIN.index(later) - 1]
    for node in (*stops, board.routing.base[car][-1]):
        net.node_close[node] += step
    net.veh_duty[car] += step
    for leg in sorted({node // 2 for node in (*stops, *inside)}):
        net.leg_limit[leg] += step
    return {node // 2: later for node in stops}


def _with_breaks(routing: Routing, head: list[int], stops: list[int], breaks: list[int], end: int) -> list[list[int]]:
    """Return the sequences with the breaks at every moment nobody is aboard (one break moves at a time)."""
    found = [[*head, *stops, end]]
    for pause in breaks:
        grown = []
        for nodes in found[:40]:
            aboard = 0
            for k, node in enumerate(nodes):
                kind = routing.net.node_kind[node]
                aboard += {PICKUP: 1, PICKUP + 1: -1}.get(kind, 0)
                if k >= len(head) - 1 and aboard == 0 and node != end:
                    grown.append([*nodes[: k + 1], pause, *nodes[k + 1 :]])
        found = grown or found
    return found


def relaxed(leg: Leg, extra_min: float) -> Leg:
    """Return the leg with wider windows and a longer ride limit, for asking what would have helped."""
    return replace(
        leg,
        pickup=(leg.pickup[0] - extra_min, leg.pickup[1] + extra_min),
        dropoff=(leg.dropoff[0] - extra_min, leg.dropoff[1] + extra_min),
        ride_limit=leg.ride_limit + extra_min,
    )
