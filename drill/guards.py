"""Guards at their gates: they read the pass, ask the community when the answer is amber, and note what happened."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from communities.models import Gate, GatePass
from communities.selectors import issued_pass
from communities.services import checks, gates
from communities.services.gates import ScanEvent
from communities.states import Answer, Decision, Direction
from core.actors import Actor
from drill.agenda import Steps
from drill.world import MIN, DrilledParty, World, person

CALL = 4 * MIN  # an amber answer is cleared by a call to the community


def guard(gate: Gate) -> Actor:
    """Return who stands at a gate."""
    return person("guard", "gate", gate.code, "门岗", str(gate))


def let_out(world: World, patient: DrilledParty) -> Steps:
    """Let a party out to its car; a red answer is a refusal, and counted."""
    yield from _pass(world, patient, Direction.EXIT)
    patient.is_out = True


def let_in(world: World, patient: DrilledParty) -> Steps:
    """Let a party home; anything but being let in is counted as locked out."""
    yield from _pass(world, patient, Direction.ENTRY)
    patient.is_out = False


def _pass(world: World, patient: DrilledParty, way: Direction) -> Steps:
    gate = patient.gate
    if gate is None:
        return
    held = issued_pass(patient.case_ref)
    answer = _read(gate, held, way, world.now)
    if patient.community in world.offline:
        answer = Answer.GREEN if held else Answer.AMBER  # the phone knows today's passes, no more
    if answer == Answer.AMBER:
        yield world.now + CALL
    if answer == Answer.RED:
        found = world.tally.refused if way == Direction.EXIT else world.tally.locked_out
        found.append(f"{patient.name} {gate}")
        yield world.now + 3 * CALL
    done = Decision.LET_OUT if way == Direction.EXIT else Decision.LET_IN
    event = ScanEvent(uuid.uuid4(), way, done, held, happened_at=world.now, case_ref=patient.case_ref)
    if patient.community in world.offline:
        world.agenda.spawn(_upload_later(world, gate, replace(event, is_offline=True)), f"gate {gate.code}")
    else:
        gates.scan(gate, event=event, by=guard(gate), at=world.now)


def _read(gate: Gate, held: GatePass | None, way: Direction, at: datetime) -> str:
    """Look at the last four characters as a guard types them; of several, the guard picks the name."""
    look = checks.look_at_code(gate, code=held.short_code[-4:] if held else "", at=at, direction=way)
    if held is not None and look.gate_pass is None:
        look = checks.look_at_pass(gate, gate_pass=held, at=at, direction=way)
    return str(look.verdict.answer)


def _upload_later(world: World, gate: Gate, event: ScanEvent) -> Steps:
    """Send what was noted offline once the gate is connected again; twice, as a shaky line does."""
    while gate.community_id in world.offline:
        yield world.now + 3 * MIN
    for _attempt in range(2):
        gates.scan(gate, event=event, by=guard(gate), at=world.now)
