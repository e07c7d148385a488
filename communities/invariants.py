"""What the rows of passes and scans promise."""

from __future__ import annotations

from collections.abc import Iterator

from communities.services import rulebook
from core import clock
from core.invariants import Invariant


def _bad_rules() -> Iterator[str]:
    for each in rulebook.bad_rows(at=clock.now()):
        yield f"{each.rule.document} {each.rule.scope}: {each.why}"


INVARIANTS = [
    Invariant("rulebook_rows_fit", "every row of the rulebook is of its key's kind and in its range", find=_bad_rules),
    Invariant(
        "INV-21",
        "no return was ever answered with a refusal",
        "SELECT id::text FROM communities_scan WHERE direction = 'entry' AND answer = 'red'",
    ),
    Invariant(
        "INV-23",
        "pass ids are unique, and a case has at most one issued pass",
        "SELECT encode(pass_id, 'hex') FROM communities_gatepass GROUP BY pass_id HAVING count(*) > 1"
        " UNION ALL SELECT case_ref::text FROM communities_gatepass WHERE status = 'issued'"
        " GROUP BY case_ref HAVING count(*) > 1",
    ),
    Invariant(
        "INV-25",
        "every pass names a signing key that stays in the list of keys good for the return",
        "SELECT number || ' key ' || key_id FROM communities_gatepass WHERE key_id < 1 OR key_id > 65535",
    ),
    Invariant(
        "INV-26",
        "every event of a gate's device is one row",
        "SELECT event_id::text FROM communities_scan GROUP BY event_id HAVING count(*) > 1",
    ),
    Invariant(
        "INV-28",
        "a passage that happened is kept with its case: what the pass says, or the case an emergency opened",
        "SELECT s.id::text FROM communities_scan s LEFT JOIN communities_gatepass p ON p.id = s.gate_pass_id"
        " WHERE (p.id IS NOT NULL AND s.case_ref IS DISTINCT FROM p.case_ref AND (s.case_ref IS NOT NULL"
        " OR s.direction = 'exit'))"
        " OR (s.decision = 'emergency' AND (s.case_ref IS NULL OR NOT s.is_emergency))",
    ),
]
