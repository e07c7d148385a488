"""By hand and by the engine every person-car and person-hospital pair is judged alike, but for known causes.

`EVENINGS=2000 ./dev test tests/property/dispatch -s` prints how many pairs differ by each cause.
"""

from __future__ import annotations

import os
import sys
from collections import Counter

import pytest
from django.db import transaction

from tests.property.dispatch import evenings, judges

pytestmark = pytest.mark.django_db
EVENINGS = int(os.environ.get("EVENINGS", "10"))
# what one of them knows and the other does not, yet
KNOWN = {
    *("ambulance", "isolated", "door", "edge_of_shift", "disinfection", "wait", "leaves_later"),
    *("reach", "hours", "no_slot", "zone_role"),
}


def test_hand_and_engine_differ_by_known_causes_alone():
    pairs: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    unknown: list[object] = []
    for seed in range(EVENINGS):
        with transaction.atomic():
            evening = evenings.make(seed)
            for request in evening.asking:
                for pair in judges.judged(request, evening.slots, at=evening.at):
                    pairs[pair.kind] += 1
                    causes[f"{pair.kind} {pair.hand}/{pair.engine} {pair.cause}"] += bool(pair.cause)
                    if pair.cause and pair.cause not in KNOWN:
                        unknown.append((seed, request.zone_class, pair))
            transaction.set_rollback(True)

    sys.stdout.write(f"\n{sum(pairs.values())} pairs in {EVENINGS} evenings: {dict(pairs)}\n")
    for cause, count in causes.most_common():
        sys.stdout.write(f"  {count:6} {cause}\n")
    assert not unknown
