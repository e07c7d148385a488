"""Asking by treatment cycle: one press for everybody who is due and not asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from access.models import AccessRequest
from access.selectors.due import Due
from access.selectors.home import DAYS_AHEAD, home_lists
from access.services.requests import Wish, submit
from core.actors import Actor

AT_MOST = 100


@transaction.atomic
def ask_due(*, by: Actor, at: datetime) -> list[AccessRequest]:
    """Ask for each resident who is due within the next days, as the roster says they travel."""
    days = home_lists(by, at=at).days[:DAYS_AHEAD]
    wanted = [due for day in days for due in day.unasked][:AT_MOST]
    return [submit(due.resident, wish=wish_of(due), by=by, at=at) for due in wanted]


def wish_of(due: Due) -> Wish:
    """Return the wish that the roster alone makes."""
    resident, need = due.resident, due.need
    hours = need.session_hours or 1
    return Wish(
        need_kind=need.kind,
        arrive_at=due.arrive_at,
        mobility=resident.mobility,
        facility=need.facility_id or "",
        escorts=int(resident.escort_required),
        needs_oxygen=resident.needs_oxygen,
        has_stairs=resident.has_stairs,
        session_min=round(timedelta(hours=hours) / timedelta(minutes=1)),
        source="standing",
    )
