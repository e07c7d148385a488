"""What may be pressed for one person, by whose page it is; the services ask the policies again."""

from __future__ import annotations

from access.policies import APPROVERS, COMMUNITY, DOOR_REPORTERS, HAND_CLOSERS, HOME_SAYERS
from access.selectors.detail import Detail
from access.states import CloseOutcome, RequestStatus
from core.vocabulary import NeedKind, Role

IN_LABOUR = {NeedKind.PREGNANCY, NeedKind.POSTPARTUM}


def acts_of(shown: Detail, role: str) -> frozenset[str]:
    """Return the names of the acts that the page of one request offers to a role."""
    is_community, is_over = role in COMMUNITY, shown.line.standing.is_over
    found = _while_under_way(shown, is_community=is_community, role=role) if not is_over else set()
    row = shown.request
    asked = {RequestStatus.SUBMITTED, RequestStatus.TRIAGED} if is_community else {RequestStatus.SUBMITTED}
    if role in APPROVERS and row.status in asked:
        found.add("approve")
    if role in HOME_SAYERS and shown.is_out:
        found.add("home")
    elif role in HOME_SAYERS and shown.may_undo_home:
        found.add("not_home")
    if (
        role in DOOR_REPORTERS
        and shown.is_out
        and shown.hospital
        and not shown.facts.arrived_at
        and not shown.is_out_again
    ):
        found.add("door_closed")
    may_go_again = shown.is_out_again or row.outcome == CloseOutcome.NOT_GONE
    if is_community and may_go_again and row.resident_id:
        found.add("ask_again")
    if role in HAND_CLOSERS and shown.is_out:
        found.add("close_by_hand")
    return frozenset(found)


def _while_under_way(shown: Detail, *, is_community: bool, role: str) -> set[str]:
    """Return the acts on a journey that is not over."""
    row, found = shown.request, {"cancel"}
    if role == Role.DISPATCH:
        found.add("plan")
    if is_community and not row.resident_id:
        found.add("identify")
    if is_community and shown.may_undo_not_gone:
        found.add("undo_not_gone")
    elif is_community and shown.is_past_plan and not shown.is_out and row.status == RequestStatus.APPROVED:
        found.add("not_gone")
    if not row.is_critical:
        found.add("raise")
        if not is_community or row.need_kind in IN_LABOUR:
            found.add("labour")
    return found
