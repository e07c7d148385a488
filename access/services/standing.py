"""Standing orders: the requests of tomorrow and the day after, made from the rhythms of treatment (decisions.md C13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from structlog import get_logger

from access import policies
from access.models import CareNeed, Resident, StandingOrder
from access.selectors.due import rhythm_of
from access.services import requests
from access.services.cards import FIXED
from access.services.requests import Wish
from access.states import NeedStatus
from core import clock
from core.actors import Actor, service
from core.errors import Conflict, DomainError

log = get_logger(__name__)
STANDING = service("standing", "长期预约")
AHEAD_DAYS = (1, 2)
RHYTHMS = ("weekly", "two_weekly", "cycle")
SESSION_H = 4.0


def make_due(*, at: datetime, by: Actor = STANDING) -> int:
    """Make the requests of tomorrow and the day after; return how many are new. Safe to run twice, or two at once."""
    policies.check_make_standing(by)
    today = clock.local_day(at)
    return sum(make(today + timedelta(days=ahead), by=by, at=at) for ahead in AHEAD_DAYS)


def make(day: date, *, by: Actor = STANDING, at: datetime) -> int:
    """Make the requests that rhythms ask for on one day; return how many are new."""
    policies.check_make_standing(by)
    made = StandingOrder.objects.filter(day=day).values_list("resident_id", "need_kind")
    known = {(resident, kind) for resident, kind in made}
    count = 0
    for need in _needs(day):
        if (need.resident_id, need.kind) in known:
            continue
        try:
            count += _order(need, day, by=by, at=at)
        except DomainError as error:  # one resident's trouble must not keep the others from their treatment
            log.warning("standing.refused", resident_id=str(need.resident_id), code=error.code)
    return count


def _needs(day: date) -> Iterable[CareNeed]:
    """Return the treatments due on a day: dialysis and the like, of residents still on the register."""
    rows = CareNeed.objects.filter(
        kind__in=FIXED, status=NeedStatus.ACTIVE, schedule_kind__in=RHYTHMS, resident__archived_at__isnull=True
    )
    return [need for need in rows.select_related("resident").order_by("pk") if rhythm_of(need).is_due(day)]


def _order(need: CareNeed, day: date, *, by: Actor, at: datetime) -> bool:
    """Make one request with its row; False when another worker was first, or somebody had asked for that day."""
    try:
        with transaction.atomic():
            order = StandingOrder.objects.create(resident=need.resident, need_kind=need.kind, day=day)
            try:
                order.request = requests.submit(need.resident, wish=_wish(need, need.resident, day), by=by, at=at)
            except Conflict as error:
                if error.code != "request.same_day":
                    raise
                return False
            order.save(update_fields=["request"])
            return True
    except IntegrityError:
        return False


def _wish(need: CareNeed, resident: Resident, day: date) -> Wish:
    return Wish(
        need.kind,
        arrive_at=clock.at_local(day, rhythm_of(need).starts),
        mobility=resident.mobility,
        facility=need.facility_id or "",
        escorts=int(resident.escort_required),
        needs_oxygen=resident.needs_oxygen,
        has_stairs=resident.has_stairs,
        session_min=int((need.session_hours or SESSION_H) * 60),
        source="standing",
    )
