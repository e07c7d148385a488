"""How many people due could be arranged at most: a maximum flow onto open places, computed apart from the engine.

Augmenting paths (Ford and Fulkerson 1956); a bound from above, since it asks for no car.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from drill.openings import Opening, Person, open_to

Key = tuple[int, str]


def arrangeable(people: Sequence[Person], known: Sequence[Opening]) -> int:
    """Return the size of a largest assignment of people to places that no place's capacity forbids."""
    by_service: dict[str, list[Opening]] = defaultdict(list)
    for place in known:
        by_service[place.service].append(place)
    capacity = {place.key: place.capacity for place in known}
    wishes = [[place.key for place in open_to(person, by_service[person.service])] for person in people]
    held: dict[Key, list[int]] = defaultdict(list)
    return sum(_seat(number, wishes, capacity, held, set()) for number in range(len(wishes)))


def _seat(
    who: int, wishes: list[list[Key]], capacity: dict[Key, int], held: dict[Key, list[int]], seen: set[Key]
) -> bool:
    """Give somebody a place, moving others along when that frees one."""
    for slot in wishes[who]:
        if slot in seen:
            continue
        seen.add(slot)
        if len(held[slot]) < capacity[slot]:
            held[slot].append(who)
            return True
        for place, other in enumerate(held[slot]):
            if _seat(other, wishes, capacity, held, seen):
                held[slot][place] = who
                return True
    return False
