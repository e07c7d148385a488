"""Transportation problem with unit supplies: every patient to one place, places with capacity, least total price.

Successive shortest paths (Busacker & Gowen 1961; node prices after Edmonds & Karp 1972, Journal of the ACM
19:248-264) on the graph of places: an arc from place s to place t moves the patient of s who changes most cheaply.
"""

from __future__ import annotations

from typing import Any

from matching.arrays import UNBOUND

from .jit import kernel


@kernel
def assign(
    start: Any, place: Any, price: Any, capacity: Any, chosen: Any, used: Any, head: Any, following: Any
) -> None:
    """Assign patients one by one along shortest alternating paths; `chosen[p]` is an arc, −1 for nobody's place.

    Parameters
    ----------
    start : arcs of patient p are ``start[p] .. start[p + 1]``.
    place, price : where each arc leads and what it costs; each patient's last arc leads to an unbounded place.
    capacity, used : places offered and taken; head, following : patients now at each place, as linked lists.
    """
    n_places = len(capacity)
    distance = [0.0] * n_places
    via_arc = [0] * n_places
    done = [0] * n_places
    for patient in range(len(start) - 1):
        for t in range(n_places):
            distance[t], via_arc[t], done[t] = UNBOUND, -1, 0
        for arc in range(start[patient], start[patient + 1]):
            if price[arc] < distance[place[arc]]:
                distance[place[arc]], via_arc[place[arc]] = price[arc], arc
        end = _nearest_free(start, place, price, capacity, chosen, used, head, following, distance, via_arc, done)
        _shift_along(start, place, chosen, head, following, via_arc, end, patient)
        used[end] += 1


@kernel
def _nearest_free(
    start: Any,
    place: Any,
    price: Any,
    capacity: Any,
    chosen: Any,
    used: Any,
    head: Any,
    following: Any,
    distance: Any,
    via_arc: Any,
    done: Any,
) -> int:
    """Grow the label-correcting tree from the new patient until no label improves; return the nearest open place.

    Arcs that move a patient may cost less than nothing, so labels are corrected until they settle (Bellman-Ford).
    """
    n_places = len(capacity)
    queue = [0]
    queue.clear()
    for t in range(n_places):
        if via_arc[t] >= 0 and used[t] >= capacity[t]:
            queue.append(t)
            done[t] = 1
    best = UNBOUND
    end = -1
    for t in range(n_places):
        if via_arc[t] >= 0 and used[t] < capacity[t] and distance[t] < best:
            best, end = distance[t], t
    at = 0
    while at < len(queue):
        s = queue[at]
        at += 1
        done[s] = 0
        other = head[s]
        while other >= 0:
            saved = price[chosen[other]]
            for arc in range(start[other], start[other + 1]):
                t = place[arc]
                label = distance[s] - saved + price[arc]
                if label < distance[t] - 1e-9:
                    distance[t], via_arc[t] = label, arc
                    if used[t] < capacity[t]:
                        if label < best:
                            best, end = label, t
                    elif done[t] == 0:
                        queue.append(t)
                        done[t] = 1
            other = following[other]
    return end


@kernel
def _shift_along(
    start: Any, place: Any, chosen: Any, head: Any, following: Any, via_arc: Any, end: Any, patient: Any
) -> None:
    """Move everybody on the path one place on, the new patient last."""
    t = end
    while True:
        arc = via_arc[t]
        owner = _owner(start, arc)
        old = chosen[owner]
        if old >= 0:
            _unlink(head, following, place[old], owner)
        chosen[owner] = arc
        following[owner] = head[t]
        head[t] = owner
        if owner == patient:
            return
        t = place[old]


@kernel
def _owner(start: Any, arc: Any) -> int:
    """Return whose arc it is, by halving."""
    low, high = 0, len(start) - 2
    while low < high:
        middle = (low + high + 1) // 2
        if start[middle] <= arc:
            low = middle
        else:
            high = middle - 1
    return low


@kernel
def _unlink(head: Any, following: Any, place: Any, patient: Any) -> None:
    """Take a patient out of a place's list."""
    if head[place] == patient:
        head[place] = following[patient]
        return
    at = head[place]
    while following[at] != patient:
        at = following[at]
    following[at] = following[patient]
