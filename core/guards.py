"""Database triggers made from the same tables that Python reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger

if TYPE_CHECKING:
    from core.states import Machine


def status_guard(machine: Machine, field: str = "status") -> pgtrigger.Trigger:
    """Make the trigger that refuses a status move outside the machine's table (trust.md E2, INV-10)."""
    return pgtrigger.FSM(name="status_moves", field=field, transitions=machine.moves())


def append_only() -> list[pgtrigger.Trigger]:
    """Make the triggers that refuse to change or delete a row (INV-33)."""
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
