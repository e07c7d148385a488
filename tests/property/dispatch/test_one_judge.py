"""By hand and by the engine every person-car and person-hospital pair is judged alike (docs/adr/0024).

`EVENINGS=2000 ./dev test tests/property/dispatch -s` prints how many pairs differ by each cause, and how both judge.
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
BY_A_SECOND = (1009, 1734)  # evenings in which both parted by one second, before both counted drives to the second
# an evening in which nobody is refused, or nothing left to a person, would show nothing
ALL_VERDICTS = {
    f"{kind} {verdict}/{verdict}" for kind in ("hospital", "outbound", "inbound") for verdict in ("yes", "but", "no")
}


def test_hand_and_engine_judge_alike():
    pairs: Counter[str] = Counter()
    said: Counter[str] = Counter()
    different: list[object] = []
    for seed in sorted({*range(EVENINGS), *BY_A_SECOND}):
        with transaction.atomic():
            evening = evenings.make(seed)
            for request in evening.asking:
                for pair in judges.judged(request, evening.slots, at=evening.at):
                    pairs[pair.kind] += 1
                    said[f"{pair.kind} {pair.hand}/{pair.engine} {pair.cause}"] += 1
                    if pair.hand != pair.engine:
                        different.append((seed, request.zone_class, pair))
            transaction.set_rollback(True)

    sys.stdout.write(f"\n{sum(pairs.values())} pairs in {EVENINGS} evenings: {dict(pairs)}\n")
    for cause, count in said.most_common():
        sys.stdout.write(f"  {count:6} {cause}\n")
    assert {each.rpartition(" ")[0].strip() for each in said} >= ALL_VERDICTS
    assert not different
