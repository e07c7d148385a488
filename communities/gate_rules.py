"""What the gate answers: a pure decision table (trust.md E8). The browser's copy is tested with the same vectors."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from communities.states import Answer, Direction, Reading

NOT_ASKED = ""  # nobody said yet whether the party goes out or comes home
EARLY, WITHIN, LATE = "early", "within", "late"
NO_PASS = "none"  # nothing was read
READINGS = (*(each.value for each in Reading), NO_PASS)
USED_OUT, USED_BACK = "out", "back"
OUT_AGAIN = f"used_{USED_BACK}"
BAD_CODE_HOME = "bad_code_home"


@dataclass(frozen=True)
class Situation:
    """All that an answer depends on. `used`: "" never, "out" left and not back, "back" left and came back.

    `direction` is "" while nobody has said it and nothing known says it either.
    """

    direction: str
    reading: str = Reading.GOOD
    window: str = WITHIN
    is_revoked: bool = False
    is_key_retired: bool = False
    is_other_community: bool = False
    used: str = ""


@dataclass(frozen=True)
class Verdict:
    """The answer, the stable code of its reason, and whether the lead of the community is called
    once it is recorded.
    """

    answer: str
    reason: str = ""
    tells_community: bool = False


def decide(situation: Situation) -> Verdict:
    """Answer one person at the gate. A return is green, or amber "admit after identity check", never red (INV-21).

    A code that cannot be believed says nothing about the direction either: whoever shows it may be coming home, so it
    is never taken for an exit, and the guard asks first.
    """
    if situation.direction == NOT_ASKED and situation.reading == Reading.BAD_SIGNATURE:
        return Verdict(Answer.AMBER, "ask_direction")
    return _entry(situation) if situation.direction == Direction.ENTRY else _exit(situation)


def _entry(s: Situation) -> Verdict:
    if s.reading == Reading.BAD_SIGNATURE:
        return Verdict(Answer.AMBER, BAD_CODE_HOME, True)
    if s.reading != Reading.GOOD:
        return Verdict(Answer.AMBER, "admit_by_hand")
    if s.is_other_community:
        return Verdict(Answer.AMBER, "other_community")
    return Verdict(Answer.GREEN, "revoked_return" if s.is_revoked else "", s.is_revoked)


def _exit(s: Situation) -> Verdict:
    if s.reading == Reading.BAD_SIGNATURE:
        return Verdict(Answer.RED, Reading.BAD_SIGNATURE)
    if s.reading != Reading.GOOD:
        return Verdict(Answer.AMBER, s.reading)
    if s.is_other_community:
        return Verdict(Answer.AMBER, "other_community")
    if s.is_revoked:
        return Verdict(Answer.AMBER, "revoked")
    if s.used:  # whoever was home already and goes out again has no way home that anybody planned
        return Verdict(Answer.AMBER, f"used_{s.used}", s.used == USED_BACK)
    if s.is_key_retired:
        return Verdict(Answer.AMBER, "key_retired")
    if s.window != WITHIN:
        return Verdict(Answer.AMBER, s.window)
    return Verdict(Answer.GREEN)


def vectors() -> list[dict[str, Any]]:
    """List every situation that can differ, with its answer: what both copies of the table are tested with."""
    rows = []
    for direction in (Direction.EXIT, Direction.ENTRY, NOT_ASKED):
        rows += [Situation(direction, reading) for reading in READINGS if reading != Reading.GOOD]
        rows += [
            Situation(direction, Reading.GOOD, window, revoked, retired, other, used)
            for window in (EARLY, WITHIN, LATE)
            for revoked in (False, True)
            for retired in (False, True)
            for other in (False, True)
            for used in ("", USED_OUT, USED_BACK)
        ]
    return [{"situation": asdict(row), "verdict": asdict(decide(row))} for row in rows]
