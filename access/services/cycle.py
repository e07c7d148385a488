"""Asking by treatment cycle: one press for everybody who is due and not asked for."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from structlog import get_logger

from access import policies
from access.models import AccessRequest
from access.selectors.due import Due
from access.selectors.ground import ground_of, length_of
from access.selectors.home import DAYS_AHEAD, home_lists
from access.services import one_way
from access.services.requests import AccessWish, submit
from communities.models import Community
from core.actors import Actor
from core.guards import refuses_a_word

log = get_logger(__name__)
AT_MOST = 100


@transaction.atomic
def ask_due(*, by: Actor, at: datetime) -> list[AccessRequest]:
    """Ask for each resident who is due within the next days, as the roster says they travel.

    One press at a time per community: of two people who press together, the second finds everybody asked for. Whoever
    has a way that day for this treatment already is passed over; so is whose record has a word no request takes, and
    their row stays open.
    """
    policies.check_ask_due(by)
    Community.objects.select_for_update(no_key=True).get(pk=by.place_code)
    days = home_lists(by, at=at).days[:DAYS_AHEAD]
    wanted = [due for day in days for due in day.unasked][:AT_MOST]
    asked = []
    for due in wanted:
        one_way.hold_resident(due.resident.pk)
        ground = ground_of(due.resident, on=due.arrive_at, at=at)
        if ground.is_asked_for(due.need.kind):
            continue
        try:
            asked.append(submit(due.resident, wish=wish_of(due), by=by, at=at, ground=ground))
        except IntegrityError as error:  # a word of this one's record that slipped past every check
            if not refuses_a_word(error):
                raise
            log.warning("cycle.passed_over", resident=str(due.resident.pk), need=str(due.need.pk))
    return asked


def wish_of(due: Due) -> AccessWish:
    """Return the wish that the roster alone makes."""
    resident, need = due.resident, due.need
    return AccessWish(
        need_kind=need.kind,
        arrive_at=due.arrive_at,
        mobility=resident.mobility,
        facility=need.facility_id or "",
        escorts=int(resident.escort_required),
        needs_oxygen=resident.needs_oxygen,
        has_stairs=resident.has_stairs,
        session_min=length_of(need, at=due.arrive_at),
        source="standing",
        is_second=True,
    )
