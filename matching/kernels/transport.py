"""Transportation problem with unit supplies: every patient to one place, places with capacity, least total price.

Successive shortest paths (Busacker & Gowen 1961; Ahuja, Magnanti & Orlin 1993, section 9.7) on the graph of places:
an arc from place s to place t moves the patient of s who changes most cheaply. Such arcs may cost less than
nothing, so labels are corrected until they settle (Bellman-Ford with a queue).
"""

from __future__ import annotations

from typing import Any

from matching.arrays import UNBOUND

from .jit import kernel


@kernel
def assign(flow: Any) -> None:
    """Assign patients one by one along shortest alternating paths; see `arrays.Flow` for the fields."""
    for patient in range(len(flow.start) - 1):
        for t in range(len(flow.capacity)):
            flow.distance[t], flow.via[t], flow.queued[t] = UNBOUND, -1, 0
        for arc in range(flow.start[patient], flow.start[patient + 1]):
            if flow.price[arc] < flow.distance[flow.place[arc]]:
                flow.distance[flow.place[arc]], flow.via[flow.place[arc]] = flow.price[arc], arc
        correct_labels(flow)
        end = nearest_open(flow)
        shift_along(flow, end, patient)
        flow.used[end] += 1


@kernel
def nearest_open(flow: Any) -> int:
    """Return the place with the least label that still takes somebody."""
    best, end = UNBOUND, -1
    for t in range(len(flow.capacity)):
        if flow.used[t] < flow.capacity[t] and flow.distance[t] < best:
            best, end = flow.distance[t], t
    return end


@kernel
def correct_labels(flow: Any) -> None:
    """Let full places pass on their patients until no label improves."""
    n_places = len(flow.capacity)
    first, waiting = 0, 0
    for t in range(n_places):
        if flow.via[t] >= 0 and flow.used[t] >= flow.capacity[t]:
            flow.queue[waiting] = t
            waiting += 1
            flow.queued[t] = 1
    while waiting > 0:
        s = flow.queue[first]
        first = (first + 1) % n_places
        waiting -= 1
        flow.queued[s] = 0
        other = flow.head[s]
        while other >= 0:
            base = flow.distance[s] - flow.price[flow.chosen[other]]
            for arc in range(flow.start[other], flow.start[other + 1]):
                t = flow.place[arc]
                if base + flow.price[arc] < flow.distance[t] - 1e-9:
                    flow.distance[t], flow.via[t] = base + flow.price[arc], arc
                    if flow.used[t] >= flow.capacity[t] and flow.queued[t] == 0:
                        flow.queue[(first + waiting) % n_places] = t
                        waiting += 1
                        flow.queued[t] = 1
            other = flow.following[other]


@kernel
def shift_along(flow: Any, end: int, patient: int) -> None:
    """Move everybody on the path to `end` one place on, the new patient last."""
    t = end
    while True:
        arc = flow.via[t]
        owner = owner_of(flow, arc)
        old = flow.chosen[owner]
        if old >= 0:
            unlink(flow, flow.place[old], owner)
        flow.chosen[owner] = arc
        flow.following[owner] = flow.head[t]
        flow.head[t] = owner
        if owner == patient:
            return
        t = flow.place[old]


@kernel
def owner_of(flow: Any, arc: int) -> int:
    """Return whose arc it is, by halving."""
    low, high = 0, len(flow.start) - 2
    while low < high:
        middle = (low + high + 1) // 2
        if flow.start[middle] <= arc:
            low = middle
        else:
            high = middle - 1
    return low


@kernel
def unlink(flow: Any, place: int, patient: int) -> None:
    """Take a patient out of a place's list."""
    if flow.head[place] == patient:
        flow.head[place] = flow.following[patient]
        return
    at = flow.head[place]
    while flow.following[at] != patient:
        at = flow.following[at]
    flow.following[at] = flow.following[patient]
