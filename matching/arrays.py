"""The flat arrays the kernels work on: the network, the routes, and scratch space.

Everything is one-dimensional and indexed by hand (``row * width + column``), because the same kernel source runs
compiled on NumPy arrays and interpreted on Python lists, and a list has no second index.

Node numbers: leg ``r`` is picked up at node ``2r`` and dropped off at ``2r + 1``; starts, ends and breaks follow.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

PICKUP, DROPOFF, START, END, STAY = 0, 1, 2, 3, 4
RESOURCES = 4
UNBOUND = 1.0e9
OWN_CLEAN = -1.0


class Net(NamedTuple):
    """What does not change during a search. Minutes, kilometres and prices are floats, all else integers.

    `node_loc` is −1 where the vehicle stays where it is (break, patient already aboard).
    `leg_group`: legs of one group may share a vehicle; `leg_class`: another class needs disinfection first,
    for `leg_clean` minutes; `OWN_CLEAN` for those of the vehicle.
    `veh_kind`: vehicles of one kind are interchangeable while empty.
    """

    node_loc: Any
    node_open: Any
    node_close: Any
    node_service: Any
    node_kind: Any
    leg_load: Any
    leg_group: Any
    leg_class: Any
    leg_clean: Any
    leg_limit: Any
    leg_skills: Any
    leg_zone: Any
    leg_vehicle: Any
    leg_partner: Any
    leg_price: Any
    veh_room: Any
    veh_skills: Any
    veh_zones: Any
    veh_duty: Any
    veh_fixed: Any
    veh_clean: Any
    veh_class: Any
    veh_kind: Any
    time: Any
    cost: Any
    n_locations: int
    width: int
    is_metric: int
    wait_aboard: float
    price_split: float


class Routes(NamedTuple):
    """The routes and what is derived from them; rows of `width` positions per vehicle.

    At position k: `early` earliest and `late` latest begin, `place` location, `following` the next real location,
    `load`, `group` and `last` class aboard after k, `slack` minutes the patients aboard can still be detoured.
    """

    seq: Any
    size: Any
    first: Any
    early: Any
    late: Any
    place: Any
    following: Any
    load: Any
    group: Any
    last: Any
    slack: Any
    price: Any
    key: Any
    riders: Any
    on: Any


class Scratch(NamedTuple):
    """Room for one evaluation at a time; one per thread."""

    seq: Any
    place: Any
    arc: Any
    begin: Any
    aboard: Any
    where: Any
    room: Any


class Flow(NamedTuple):
    """An assignment of patients to places with capacity.

    Arcs of patient p are ``start[p] .. start[p + 1]``; `place` and `price` say where each leads and what it costs, and
    each patient's last arc leads to a place without bound. `chosen` is the arc each patient takes (−1 none yet), `used`
    counts per place, `head` and `following` list the patients now at each place, `rent` prices full places; the rest is
    working space per place.
    """

    start: Any
    place: Any
    price: Any
    capacity: Any
    chosen: Any
    used: Any
    head: Any
    following: Any
    rent: Any
    distance: Any
    via: Any
    is_done: Any
    seen: Any


def flow(start: list[int], place: list[int], price: list[float], capacity: list[int], as_lists: bool) -> Flow:
    """Return an assignment with nobody assigned."""
    patients, places, whole = len(start) - 1, len(capacity), np.int64
    made = Flow(
        *(np.array(start, whole), np.array(place, whole), np.array(price, np.float64), np.array(capacity, whole)),
        chosen=np.full(patients, -1, whole),
        used=np.zeros(places, whole),
        head=np.full(places, -1, whole),
        following=np.full(patients, -1, whole),
        rent=np.zeros(places),
        distance=np.full(places, UNBOUND),
        via=np.zeros(places, whole),
        is_done=np.zeros(places, whole),
        seen=np.zeros(places, whole),
    )
    return Flow(*to_lists(made)) if as_lists else made


def scratch(n_legs: int, width: int, as_lists: bool) -> Scratch:
    """Return fresh scratch space."""
    made = Scratch(
        seq=np.zeros(width, np.int32),
        place=np.zeros(width, np.int32),
        arc=np.zeros(width),
        begin=np.zeros(width),
        aboard=np.zeros(width, np.int32),
        where=np.full(max(n_legs, 1), -1, np.int32),
        room=np.zeros(RESOURCES, np.int32),
    )
    return Scratch(*to_lists(made)) if as_lists else made


def empty_routes(n_vehicles: int, n_legs: int, width: int, as_lists: bool) -> Routes:
    """Return routes without stops."""
    cells = max(n_vehicles, 1) * width
    whole, real = np.int32, np.float64
    made = Routes(
        seq=np.zeros(cells, whole),
        size=np.zeros(max(n_vehicles, 1), whole),
        first=np.zeros(max(n_vehicles, 1), whole),
        early=np.zeros(cells, real),
        late=np.zeros(cells, real),
        place=np.zeros(cells, whole),
        following=np.zeros(cells, whole),
        load=np.zeros(cells * RESOURCES, whole),
        group=np.full(cells, -1, whole),
        last=np.full(cells, -1, whole),
        slack=np.zeros(cells, real),
        price=np.zeros(max(n_vehicles, 1), real),
        key=np.zeros(max(n_vehicles, 1), np.int64),
        riders=np.zeros(max(n_vehicles, 1), whole),
        on=np.full(max(n_legs, 1), -1, whole),
    )
    return Routes(*to_lists(made)) if as_lists else made


def to_lists(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Turn each array of a tuple into a list, for the interpreted kernels."""
    return tuple(value.tolist() if isinstance(value, np.ndarray) else value for value in values)
