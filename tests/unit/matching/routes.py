"""Random small routings with every feature: breaks, classes, ride limits, duty, bounded waiting."""

from __future__ import annotations

import random

import numpy as np

from matching.engines import Engine
from matching.legs import Leg, tighten
from matching.problem import Break, Direction, Load
from matching.routing import Car, Prices, Routing


def random_routing(
    chance: random.Random, engine: Engine, *, legs: int = 5, cars: int = 2, plain: bool = False, metric: bool = True
) -> Routing:
    """Return a routing of some legs; `plain` has no classes, breaks or waiting limit, without `metric` a detour may be shorter."""
    points = np.array([[chance.uniform(0, 30), chance.uniform(0, 30)] for _ in range(2 * legs + 1)])
    time = np.hypot(points[:, None, 0] - points[None, :, 0], points[:, None, 1] - points[None, :, 1])
    if not metric:
        time = time * np.array([[chance.uniform(0.5, 1.0) for _ in row] for row in time])
    made = []
    for r in range(legs):
        opens = chance.uniform(0, 300)
        window = (opens, opens + chance.choice([20.0, 60.0, 200.0]))
        is_late = chance.random() < 0.5
        ride_class = "" if plain else chance.choice(["a", "a", "b"])
        leg = Leg(
            request=f"r{r}",
            direction=Direction.OUTBOUND,
            origin=1 + 2 * r,
            destination=2 + 2 * r,
            pickup=(0.0, 500.0) if is_late else window,
            dropoff=window if is_late else (0.0, 600.0),
            pickup_service=chance.choice([0.0, 3.0]),
            dropoff_service=chance.choice([0.0, 2.0]),
            ride_limit=chance.choice([20.0, 40.0, 90.0]),
            load=Load(seats=chance.choice([1, 1, 2])),
            group=f"alone{r}" if not plain and chance.random() < 0.1 else ride_class,
            ride_class=ride_class,
        )
        made.append(tighten(leg, float(time[1 + 2 * r, 2 + 2 * r])))
    pause = () if plain or chance.random() < 0.5 else (Break(earliest_min=100.0, latest_min=300.0, duration_min=20.0),)
    car = Car(
        start=0,
        end=0,
        opens=0.0,
        closes=700.0,
        duty=chance.choice([250.0, 500.0, 1e9]),
        room=Load(seats=3),
        breaks=pause,
        clean=0.0 if plain else 15.0,
        last_class=None if plain else chance.choice([None, "a", "b"]),
    )
    prices = Prices(wait_aboard=1e9 if plain else chance.choice([5.0, 15.0, 1e9]), is_metric=metric)
    return Routing(made, [car] * cars, [-1] * legs, (time, time), prices, engine, width=2 * legs + 6)


def random_sequence(chance: random.Random, routing: Routing) -> list[int]:
    """Return a route of some legs in a random but possible order: pick-up first, breaks with nobody aboard."""
    start, *pauses, end = routing.base[0]
    todo = chance.sample(range(len(routing.legs)), chance.randint(1, min(4, len(routing.legs))))
    aboard: list[int] = []
    nodes = [start]
    while todo or aboard or pauses:
        moves = [("up", leg) for leg in todo] + [("down", leg) for leg in aboard]
        if pauses and not aboard:
            moves.append(("pause", pauses[0]))
        kind, which = chance.choice(moves)
        if kind == "up":
            todo.remove(which)
            aboard.append(which)
            nodes.append(2 * which)
        elif kind == "down":
            aboard.remove(which)
            nodes.append(2 * which + 1)
        else:
            nodes.append(pauses.pop(0))
    return [*nodes, end]
