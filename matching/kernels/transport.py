"""Transportation problem with unit supplies: every patient to one place, places with capacity, least total price.

Successive shortest paths with node prices (Edmonds & Karp 1972, Journal of the ACM 19:248-264; Ahuja, Magnanti &
Orlin 1993, section 9.7) on the graph of places: an arc from place s to place t moves a patient of s. The price of a
full place, `rent`, is what one more place there would save; with it no arc costs less than nothing, so each path is
found by Dijkstra's rule and ends at the first open place.
"""

from __future__ import annotations

from typing import Any

from matching.arrays import UNBOUND

from .jit import inner, kernel


@kernel
def assign(flow: Any) -> None:
    """Assign patients one by one along shortest alternating paths; see `arrays.Flow` for the fields."""
    for patient in range(len(flow.start) - 1):
        n_seen = relax(flow, patient, 0.0, 0)
        end = nearest(flow, n_seen)
        while flow.used[end] >= flow.capacity[end]:
            flow.is_done[end] = 1
            other = flow.head[end]
            while other >= 0:
                base = flow.distance[end] - flow.price[flow.chosen[other]] - flow.rent[end]
                n_seen = relax(flow, other, base, n_seen)
                other = flow.following[other]
            end = nearest(flow, n_seen)
        reached = flow.distance[end]
        for k in range(n_seen):
            t = flow.seen[k]
            if flow.is_done[t] == 1:
                flow.rent[t] += reached - flow.distance[t]
            flow.is_done[t] = 0
            flow.distance[t] = UNBOUND
        shift_along(flow, end, patient)
        flow.used[end] += 1


@inner
def relax(flow: Any, patient: int, base: float, n_seen: int) -> int:
    """Label the places a patient could take; return how many places have a label."""
    for arc in range(flow.start[patient], flow.start[patient + 1]):
        t = flow.place[arc]
        label = base + flow.price[arc] + flow.rent[t]
        if label < flow.distance[t] - 1e-9 and flow.is_done[t] == 0:
            if flow.distance[t] >= UNBOUND:
                flow.seen[n_seen] = t
                n_seen += 1
            flow.distance[t], flow.via[t] = label, arc
    return n_seen


@inner
def nearest(flow: Any, n_seen: int) -> int:
    """Return the labelled place not yet done with the least label; an open one where labels are equal."""
    best, found = UNBOUND, -1
    for k in range(n_seen):
        t = flow.seen[k]
        if flow.is_done[t] == 0 and flow.distance[t] < best:
            best, found = flow.distance[t], t
    return found


@inner
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


@inner
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


@inner
def unlink(flow: Any, place: int, patient: int) -> None:
    """Take a patient out of a place's list."""
    if flow.head[place] == patient:
        flow.head[place] = flow.following[patient]
        return
    at = flow.head[place]
    while flow.following[at] != patient:
        at = flow.following[at]
    flow.following[at] = flow.following[patient]
