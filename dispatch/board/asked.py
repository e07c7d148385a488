"""Houses that were asked to take a patient over and have not answered: dispatch and command ask them (R-000-17)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from access.models import AccessRequest
from hospitals.selectors import limits


@dataclass(frozen=True)
class HouseAsked:
    """One patient for whom another house is asked; `is_late`: longer than the rulebook lets it be silent."""

    transfer_id: UUID
    name: str
    asking: str
    asked: str
    minutes: int
    is_late: bool


def asked_of(rows: Iterable[AccessRequest], *, at: datetime) -> list[HouseAsked]:
    """Pick those from the rows of `selectors.board_requests`, the longest asked first."""
    found = [_asked(row, at) for row in rows]
    return sorted((each for each in found if each), key=lambda each: -each.minutes)


def _asked(row: Any, at: datetime) -> HouseAsked | None:
    """Say what the row's annotations tell."""
    since: datetime | None = row.asked_since
    if since is None:
        return None
    return HouseAsked(
        transfer_id=row.asked_transfer,
        name=row.name,
        asking=row.asking_house_name,
        asked=row.asked_house_name,
        minutes=max(0, int((at - since).total_seconds() // 60)),
        is_late=at - since >= limits(row.asked_house, at=at).transfer_answer,
    )
