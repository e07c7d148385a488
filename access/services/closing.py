"""A case is closed when its facts say that everybody is home or cared for."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from access import journey
from access.journey import Facts
from access.models import AccessRequest
from access.selectors.facts import facts_of, locked_case_of
from access.states import CloseOutcome, RequestStatus
from core.actors import RELAY, Actor
from core.advance import advance
from core.boards import touch
from core.stored import in_chinese
from hospitals.models import Intake
from hospitals.states import IntakeStatus
from transport.services import trips

_KEPT = {IntakeStatus.ADMITTED: CloseOutcome.ADMITTED, IntakeStatus.DIED: CloseOutcome.DIED}
UNDO = timedelta(minutes=2)  # 已到家 by word can be taken back for this long
_ENDS = ("kept_at", "hand_closed_at", *journey.HOME_EVIDENCE)


@transaction.atomic
def close_if_over(case_ref: UUID | None, *, at: datetime) -> bool:
    """Close the request of a case when nothing is left to do; say whether it did. Safe to run twice."""
    if case_ref is None:
        return False
    row = locked_case_of(case_ref)
    return row is not None and close_row(row, facts_of(row), at=at)


def close_row(row: AccessRequest, facts: Facts, *, at: datetime, by: Actor = RELAY) -> bool:
    """Close one approved request whose facts say it is over, and free the cars nobody needs any more."""
    if row.status != RequestStatus.APPROVED or not journey.is_over(facts) or _may_be_taken_back(facts, at):
        return False
    ended = max(moment for name in _ENDS if (moment := getattr(facts, name)) is not None)
    advance(
        row,
        RequestStatus.CLOSED,
        by=by,
        at=at,
        verb="request.close",
        closed_at=min(ended, at),
        outcome=outcome_of(row.case_ref, facts),
    )
    how = in_chinese(CloseOutcome(row.outcome).label)
    trips.cancel_case(row.case_ref, by=by, at=at, reason=how, is_out=False)
    trips.cancel_return(row.case_ref, by=by, at=at, reason=how)
    touch(*row.boards)
    return True


def _may_be_taken_back(facts: Facts, at: datetime) -> bool:
    """Say whether being home stands on a fresh word alone, which 撤回 may still take back."""
    others = [getattr(facts, name) for name in _ENDS if name != "home_marked_at"]
    return not any(others) and facts.home_marked_at is not None and at < facts.home_marked_at + UNDO


def outcome_of(case_ref: UUID, facts: Facts) -> str:
    """Say how a case ended, as its facts tell."""
    if facts.kept_at:
        intake = Intake.objects.where_now(case_ref)
        return _KEPT.get(IntakeStatus(intake.status), CloseOutcome.ADMITTED) if intake else CloseOutcome.ADMITTED
    return CloseOutcome.HOME
