"""What happens at a gate, stored as facts: out, in, emergency. No scan is ever refused (INV-28)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from calls.services.calls import Trouble
from calls.states import CallKind
from communities import gate_rules, policies, releases
from communities.events import EmergencyDetailed, EmergencyReleased, EnteredGate, LeftGate
from communities.gate_rules import Verdict
from communities.models import EmergencyDetail, Gate, GatePass, Scan, ScanCorrection
from communities.services import calling, checks, marks, pass_calls
from communities.states import Answer, Decision, Direction, Reading
from core import audit, boards, outbox
from core.actors import Actor
from core.errors import Conflict
from core.stored import stored

BELIEVED = timedelta(days=14)
UNDO_WITHIN = timedelta(minutes=2)  # the screen offers it for ten seconds; a slow network must not lose it
KEPT_AT_MOST = timedelta(days=3)
ON_TIME = timedelta(seconds=30)  # what is told later than this was kept on the phone
_EMERGENCY_CASES = UUID("6c0f3a52-6a0c-5c3e-9a53-0a3f4a1f7a10")
PARTY = stored("%(n)s 人")


@dataclass(frozen=True)
class ScanEvent:
    """One passage as the device tells it. `case_ref` names a party without a pass that comes back."""

    event_id: UUID
    direction: str
    decision: str
    gate_pass: GatePass | None = None
    code_text: str = ""
    happened_at: datetime | None = None
    is_offline: bool = False
    building: str = ""
    party_size: int | None = None
    reason: str = ""
    case_ref: UUID | None = None


@transaction.atomic
def scan(gate: Gate, *, event: ScanEvent, by: Actor, at: datetime) -> Scan:
    """Store what happened; the same event again is the same row, and changes nothing."""
    policies.check_scan(by, gate)
    return store(gate, event=event, by=by, at=at)[0]


@transaction.atomic
def store(gate: Gate, *, event: ScanEvent, by: Actor, at: datetime) -> tuple[Scan, str]:
    """Store one event and say what became of it: stored, already, or quarantined (INV-26).

    An id that comes again with other content is set aside in the audit trail and never applied.
    """
    policies.check_scan(by, gate)
    known = Scan.objects.filter(event_id=event.event_id).first()
    if known is None:
        try:
            with transaction.atomic():
                return _store(gate, event, by, at), "stored"
        except IntegrityError:  # the same event arrived twice at once
            known = Scan.objects.filter(event_id=event.event_id).first()
            if known is None:
                raise
    if _is_same(known, gate, event):
        return known, "already"
    audit.record(
        "scan.quarantine",
        known,
        by=by,
        at=at,
        detail={"gate": gate.code, "direction": event.direction, "decision": event.decision},
    )
    return known, "quarantined"


def emergency_event(event_id: UUID, **facts: Any) -> ScanEvent:
    """Make the event of an emergency release; `facts` are other fields of the event.

    The case it opens is derived from the event, so that the same press uploaded twice opens one.
    """
    case_ref = uuid5(_EMERGENCY_CASES, str(event_id))
    return ScanEvent(event_id, Direction.EXIT, Decision.EMERGENCY, case_ref=case_ref, **facts)


@transaction.atomic
def emergency_release(
    gate: Gate, *, event_id: UUID, building: str = "", party_size: int | None = None, by: Actor, at: datetime
) -> Scan:
    """Let somebody out now and ask later: one press, no pass, no certificate, no test (R-002-2b, R-000-7)."""
    policies.check_release(by, gate)
    event = emergency_event(event_id, building=building, party_size=party_size)
    return store(gate, event=event, by=by, at=at)[0]


@transaction.atomic
def kept_release(gate: Gate, *, event_id: UUID, pressed_at: datetime, by: Actor, at: datetime) -> tuple[Scan, str]:
    """Store an emergency release that the guard's phone kept until it had network, as of when it was pressed.

    A clock that is days off is not believed: what is told now happened now.
    """
    policies.check_release(by, gate)
    is_believed = at - KEPT_AT_MOST <= pressed_at
    event = emergency_event(
        event_id, happened_at=pressed_at if is_believed else at, is_offline=at - pressed_at > ON_TIME
    )
    return store(gate, event=event, by=by, at=at)


@transaction.atomic
def add_detail(
    row: Scan, *, building: str, party_size: int | None, has_ambulance: bool | None, by: Actor, at: datetime
) -> EmergencyDetail:
    """Add what the guard tapped after an emergency release; whoever acts on it hears of it."""
    policies.check_amend_scan(by, row)
    detail = EmergencyDetail.objects.create(
        scan=row,
        building=building,
        party_size=party_size,
        has_ambulance=has_ambulance,
        at=at,
        operator_key=by.key,
        operator_label=by.label,
    )
    fact = EmergencyDetailed(
        case_ref=row.case_ref,
        at=at,
        scan_id=str(row.pk),
        building=building,
        party_size=party_size,
        has_ambulance=has_ambulance,
    )
    outbox.put(fact)
    if releases.live_call_of(row) is not None:
        latest = list(EmergencyDetail.objects.filter(scan=row).order_by("-pk"))
        where = next((each.building for each in latest if each.building), "")
        count = next((each.party_size for each in latest if each.party_size), None)
        came = next((each.has_ambulance for each in latest if each.has_ambulance is not None), None)
        _call_for_help(row, building=where, party_size=count, has_ambulance=came)
    audit.record("scan.emergency_detail", row, by=by, at=at)
    _touch(row)
    return detail


@transaction.atomic
def correct(row: Scan, *, by: Actor, at: datetime) -> ScanCorrection:
    """Take back an exit that was pressed by mistake moments ago. Both rows stay.

    Raises Conflict for anything else: an entry may have closed a journey, an emergency has called people.
    """
    policies.check_amend_scan(by, row)
    if row.direction != Direction.EXIT or row.decision == Decision.EMERGENCY or not row.is_passed:
        raise Conflict("scan.not_undoable", _("这一条撤不了，请打给社区改。"))
    if at - row.happened_at > UNDO_WITHIN:
        raise Conflict("scan.undo_late", _("过了两分钟，撤不了，请打给社区改。"))
    correction, is_new = ScanCorrection.objects.get_or_create(
        scan=row, defaults={"at": at, "operator_key": by.key, "operator_label": by.label}
    )
    if is_new:
        audit.record("scan.undo", row, by=by, at=at)
        pass_calls.end_out_again(row, at=at)
        _touch(row)
    return correction


def _store(gate: Gate, event: ScanEvent, by: Actor, at: datetime) -> Scan:
    told = event.happened_at or at
    happened_at = (
        min(told, at) if told > at - BELIEVED else at
    )  # nor a device clock ahead of ours, nor one years behind
    verdict = _answer(gate, event, happened_at)
    row = Scan.objects.create(
        event_id=event.event_id,
        gate=gate,
        community=gate.community,
        gate_pass=event.gate_pass,
        case_ref=_case_of(gate, event),
        direction=event.direction,
        answer=verdict.answer,
        decision=event.decision,
        reason=event.reason or verdict.reason,
        is_emergency=event.decision == Decision.EMERGENCY,
        building=event.building or (event.gate_pass.building if event.gate_pass else ""),
        party_size=event.party_size or (event.gate_pass.party_size if event.gate_pass else None),
        mark=marks.next_mark(gate.name, at=happened_at) if event.decision == Decision.EMERGENCY else "",
        happened_at=happened_at,
        operator_key=by.key,
        operator_label=by.label,
        is_offline=event.is_offline,
    )
    audit.record(f"scan.{row.decision}", row, by=by, at=happened_at, reason=row.reason, offline=row.is_offline)
    _tell(row)
    if row.is_passed:
        pass_calls.follow(row, reason=verdict.reason, tells_community=verdict.tells_community)
    _touch(row)
    return row


def _case_of(gate: Gate, event: ScanEvent) -> UUID | None:
    """Return the case a passage speaks for. Passing in at another compound or on the road is not coming home."""
    if event.gate_pass is None:
        return event.case_ref
    is_home = gate.community_id == event.gate_pass.community_id and not gate.is_checkpoint
    return event.gate_pass.case_ref if is_home or event.direction == Direction.EXIT else None


def _answer(gate: Gate, event: ScanEvent, at: datetime) -> Verdict:
    """Ask the decision table what the answer was, for the record."""
    if event.decision == Decision.EMERGENCY:
        return Verdict(Answer.AMBER, "emergency")
    if event.gate_pass is not None:
        reading = checks.reading_of(event.code_text) if event.code_text else Reading.GOOD
        look = checks.look_at_pass(gate, gate_pass=event.gate_pass, at=at, direction=event.direction, reading=reading)
    elif event.code_text:
        look = checks.look_at_code(gate, code=event.code_text, at=at, direction=event.direction)
    else:
        return gate_rules.decide(gate_rules.Situation(event.direction, gate_rules.NO_PASS))
    return look.verdict


def _tell(row: Scan) -> None:
    """Write the fact for those above who must act soon."""
    if row.decision == Decision.EMERGENCY:
        fact = EmergencyReleased(
            case_ref=row.case_ref,
            at=row.happened_at,
            scan_id=str(row.pk),
            community=row.community_id,
            building=row.building,
            party_size=row.party_size,
            mark=row.mark,
        )
        outbox.put(fact)
        _call_for_help(row)
    elif row.is_passed and row.case_ref:
        passage = LeftGate if row.direction == Direction.EXIT else EnteredGate
        outbox.put(passage(case_ref=row.case_ref, at=row.happened_at, scan_id=str(row.pk)))


def _call_for_help(
    row: Scan, *, building: str = "", party_size: int | None = None, has_ambulance: bool | None = None
) -> None:
    """Call the community, then dispatch and command: somebody takes the emergency up by name (R-000-2, R-000-17).

    `building`, `party_size` and `has_ambulance` are what the guard added since.
    """
    ambulance = {True: stored("120 已经到了"), False: stored("120 还没到"), None: ""}[has_ambulance]
    count = party_size or row.party_size
    party = PARTY % {"n": count} if count else ""
    trouble = Trouble(
        CallKind.GATE_EMERGENCY,
        subject=str(row.case_ref),
        who=" ".join(filter(None, (row.mark, building or row.building, party))),
        place=str(row.gate),
        note=ambulance,
        case_ref=row.case_ref,
    )
    scene = calling.scene_of_community(row.community)
    calling.call_for_help(trouble, scene=scene, by=pass_calls.at_gate(row), at=row.happened_at)


def _touch(row: Scan) -> None:
    codes = {row.community_id, row.gate_pass.community_id if row.gate_pass else row.community_id}
    area = row.community.dispatch_area_id
    boards.touch(f"area:{area}", *(f"{kind}:{code}" for kind in ("community", "gate") for code in codes))


def _is_same(row: Scan, gate: Gate, event: ScanEvent) -> bool:
    return (row.gate_id, row.direction, row.decision, row.gate_pass_id) == (
        gate.pk,
        event.direction,
        event.decision,
        event.gate_pass.pk if event.gate_pass else None,
    )
