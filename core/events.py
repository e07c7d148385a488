"""Facts for others: frozen dataclasses that an app writes down and the apps above act on (house.md change 1).

A fact is stored as a row of the outbox in the transaction that makes it true, and handed to its handlers by the
relay. Which handlers, stands in `config/handlers.py`, by class: a fact without a handler fails and is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

_BESIDE = ("case_ref", "at")  # a column and a key of their own


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact. `at` is when it happened, in the product's time; `case_ref` is whose, None where it is of no one case.

    The fields of a subclass hold ids, codes and words of the vocabulary: str, int, bool, None, or tuples of str.
    """

    kind: ClassVar[str]

    at: datetime
    case_ref: UUID | None = None

    @property
    def is_urgent(self) -> bool:
        """Say whether it is handed over before all that waits: a life does not queue (R-000-2)."""
        return False

    def payload(self) -> dict[str, Any]:
        """Return what the row keeps beside kind and case: the time as ISO text and the fields of the subclass."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _BESIDE}
        told = {name: list(value) if isinstance(value, tuple) else value for name, value in own.items()}
        return {"at": self.at.isoformat(), **told}

    @classmethod
    def read(cls, case_ref: UUID | None, payload: dict[str, Any]) -> Self:
        """Make the fact of a row; a key that this version does not know is passed over, for rows of another version.

        Raises TypeError where a field without a default is missing.
        """
        names = {each.name for each in fields(cls)} - set(_BESIDE)
        own = {name: tuple(value) if isinstance(value, list) else value for name, value in payload.items()}
        known = {name: value for name, value in own.items() if name in names}
        return cls(case_ref=case_ref, at=datetime.fromisoformat(payload["at"]), **known)
