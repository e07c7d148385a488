"""What the gate's screen says about one person: finding the pass, and asking the decision table. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from communities import gate_rules, selectors, tokens
from communities.gate_rules import Situation, Verdict
from communities.models import Gate, GatePass, Scan
from communities.selectors import Passage
from communities.services.passes import key_ring
from communities.states import Direction, PassStatus, Reading
from core import tidy


@dataclass(frozen=True)
class Look:
    """One look at a code or a name: the answer, and what the guard may know about the party."""

    verdict: Verdict
    direction: str
    reading: str
    gate_pass: GatePass | None = None
    passage: Passage = field(default_factory=Passage)
    code_text: str = ""
    candidates: tuple[GatePass, ...] = ()
    replaced_by: GatePass | None = None


def look_at_code(gate: Gate, *, code: str, at: datetime, direction: str = "") -> Look:
    """Look at a scanned or typed code. Without a direction: in, when the party is out; out otherwise.

    A signed code that cannot be believed is never taken for an exit; it is an entry when the pass it names is out.
    """
    text = tidy.code(code)
    if tokens.looks_like_token(text):
        return _look_at_token(gate, text, at, direction)
    found = selectors.passes_by_code(gate.community, text, at=at)
    if len(found) == 1:
        return look_at_pass(gate, gate_pass=found[0], at=at, direction=direction, code_text=text)
    way = direction or Direction.EXIT
    verdict = gate_rules.decide(Situation(way, gate_rules.NO_PASS))
    return Look(verdict, way, gate_rules.NO_PASS, code_text=text, candidates=tuple(found))


def look_at_pass(  # noqa: PLR0913 - the facts of one act, by name
    gate: Gate,
    *,
    gate_pass: GatePass,
    at: datetime,
    direction: str = "",
    code_text: str = "",
    is_retired: bool = False,
    reading: str = Reading.GOOD,
) -> Look:
    """Look at a pass that was found by code or picked from the list; `reading` is what became of the signed code."""
    passage = selectors.passage(gate_pass.case_ref)
    way = direction or (Direction.ENTRY if passage.is_out else Direction.EXIT)
    situation = Situation(
        direction=way,
        reading=reading,
        window=_window(gate_pass.exit_from, gate_pass.exit_until, at),
        is_revoked=gate_pass.status == PassStatus.VOID,
        is_key_retired=is_retired,
        is_other_community=gate_pass.community_id != gate.community_id and not gate.is_checkpoint,
        used=passage.used,
    )
    verdict = gate_rules.decide(situation)
    successor = selectors.issued_pass(gate_pass.case_ref) if situation.is_revoked else None
    return Look(verdict, way, reading, gate_pass, passage, code_text, replaced_by=successor)


def look_back(release: Scan) -> Look:
    """Look at a party that left without a pass (an emergency) and stands at the gate again."""
    verdict = gate_rules.decide(Situation(Direction.ENTRY, gate_rules.NO_PASS))
    return Look(verdict, Direction.ENTRY, gate_rules.NO_PASS, passage=selectors.passage(release.case_ref))


def _look_at_token(gate: Gate, text: str, at: datetime, direction: str) -> Look:
    read = tokens.read(text, key_ring())
    if read.payload is not None:
        row = selectors.pass_by_token_id(read.payload.pass_id)
        if row is not None:
            return look_at_pass(
                gate, gate_pass=row, at=at, direction=direction, code_text=text, is_retired=read.is_key_retired
            )
    if read.claimed_id and direction != Direction.EXIT:
        row = selectors.pass_by_token_id(read.claimed_id)
        if row is not None and selectors.passage(row.case_ref).is_out:
            home = Direction.ENTRY
            return look_at_pass(gate, gate_pass=row, at=at, direction=home, code_text=text, reading=str(read.reading))
    way = direction if read.payload is None else direction or Direction.EXIT
    return Look(gate_rules.decide(_situation(read, gate, way, at)), way, str(read.reading), code_text=text)


def reading_of(code: str) -> str:
    """Say whether a scanned or typed code can be believed; a short code carries no signature."""
    text = tidy.code(code)
    return str(tokens.read(text, key_ring()).reading) if tokens.looks_like_token(text) else Reading.GOOD


def _situation(read: tokens.ReadToken, gate: Gate, way: str, at: datetime) -> Situation:
    """Describe a code whose pass is not in the database (after a restore, say): its signature speaks for it."""
    payload = read.payload
    if payload is None:
        return Situation(way, str(read.reading))
    return Situation(
        direction=way,
        window=_window(payload.exit_from, payload.exit_until, at),
        is_key_retired=read.is_key_retired,
        is_other_community=payload.community_mark != tokens.community_mark(gate.community_id),
    )


def _window(start: datetime, end: datetime, at: datetime) -> str:
    if at < start:
        return gate_rules.EARLY
    return gate_rules.WITHIN if at <= end else gate_rules.LATE
