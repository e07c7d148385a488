"""What a pass at the gate calls the community for: a void or unbelievable one that comes home,
an old one that goes out.
"""

from __future__ import annotations

from datetime import datetime

from calls.models import OpenCall
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities import gate_rules, selectors
from communities.models import Scan
from communities.services import calling
from communities.states import Direction
from core.actors import Actor
from core.stored import stored
from core.vocabulary import hhmm

OUT_ON_OLD_PASS = stored("证 %(number)s，%(at)s 出门，那一趟已经结了。问清人在哪：要看病就再申请，到家了按“已到家”")
IN_ON_VOID_PASS = stored("证 %(number)s，人已经进门")


def follow(row: Scan, *, reason: str, tells_community: bool) -> None:
    """Call the community for what a passage needs, and end the call of whoever has come home by it."""
    if tells_community and reason == gate_rules.OUT_AGAIN:
        call_out_again(row)
    elif tells_community:
        _call_about_pass(row, reason)
    if row.direction == Direction.ENTRY:
        end_out_again(row, at=row.happened_at)


def call_out_again(row: Scan) -> None:
    """Call for whoever is out on the pass of a way that is over: nobody planned their way home (INV-18).

    Nobody is called for who has come back since, and of one exit once: what a person has ended stays so.
    """
    known = row.gate_pass
    if known is None or not row.case_ref or not selectors.passage(row.case_ref).is_out:
        return
    if OpenCall.objects.filter(kind=CallKind.OUT_AGAIN, subject=_subject(row), since__gte=row.happened_at).exists():
        return
    words = OUT_ON_OLD_PASS
    trouble = Trouble(
        CallKind.OUT_AGAIN,
        subject=_subject(row),
        who=f"{known.holder} {known.building}".strip(),
        place=str(row.gate),
        note=words % {"number": known.number, "at": hhmm(row.happened_at)},
        case_ref=row.case_ref,
    )
    calling.call_for_help(
        trouble, scene=calling.scene_of_community(known.community), by=at_gate(row), at=row.happened_at
    )


def end_out_again(row: Scan, *, at: datetime) -> None:
    """End the call about a case whose party is not out any more by the gate's record: home, or the exit taken back."""
    live = OpenCall.objects.live().filter(kind=CallKind.OUT_AGAIN, subject=_subject(row))
    if not row.case_ref or not live.exists() or selectors.passage(row.case_ref).is_out:
        return
    words = stored("门岗记了：人回来了") if row.direction == Direction.ENTRY else stored("门岗撤回了：没有出门")
    calls.end_by_fact(CallKind.OUT_AGAIN, _subject(row), words=words, by=at_gate(row), at=at)


def _subject(row: Scan) -> str:
    return str(row.case_ref)


def _call_about_pass(row: Scan, reason: str) -> None:
    """Call the lead of the community: who came home on which void pass, or on a code nobody could believe (E8)."""
    known = row.gate_pass
    kind = CallKind.BAD_CODE if reason == gate_rules.BAD_CODE_HOME else CallKind.VOID_PASS_RETURN
    trouble = Trouble(
        kind,
        subject=str(known.pk if known else row.pk),
        who=f"{known.holder} {known.building}".strip() if known else "",
        place=str(row.gate),
        note=IN_ON_VOID_PASS % {"number": known.number} if known else stored("核对过证件，人已经进门"),
        case_ref=known.case_ref if known else None,
    )
    home = known.community if known else row.community
    calling.call_for_help(trouble, scene=calling.scene_of_community(home), by=at_gate(row), at=row.happened_at)


def at_gate(row: Scan) -> Actor:
    """Return whoever stood at the gate, as the author of what follows from the passage."""
    return Actor(row.operator_key, row.operator_label, "guard", "gate", row.gate_id, str(row.gate))
