"""What leaves the register for the gate: enough to let somebody through, nothing about why (R-000-14, trust.md C2)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class PassCard:
    """The facts on a pass. `holder` is already masked (王＊＊); no full name, no need, no hospital."""

    person_key: UUID
    holder: str
    building: str
    party_size: int
    has_escort: bool
    plate: str = ""
