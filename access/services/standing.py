"""Standing orders: the requests of tomorrow and the day after, made from the rhythms of treatment
(decisions.md C13).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from structlog import get_logger

from access import policies
from access.models import CareNeed, Resident, StandingOrder
from access.selectors.due import rhythm_of
from access.selectors.ground import ground_of, length_of
from access.services import one_way, requests
from access.services.requests import AccessWish
from access.states import FIXED, NeedStatus, StopReason
from core import clock
from core.actors import Actor, service
from core.errors import DomainError, stops_all
from core.guards import refuses_a_word
from core.vocabulary import ScheduleKind

log = get_logger(__name__)
STANDING = service("standing", "长期预约")
AHEAD_DAYS = (1, 2)
_STOPPED = Q(request__cancel_reason__in=StopReason.values)  # called off by life: made anew once it goes on
RHYTHMS = (ScheduleKind.WEEKLY, ScheduleKind.TWO_WEEKLY, ScheduleKind.CYCLE)


def make_due(*, at: datetime, by: Actor = STANDING) -> int:
    """Make the requests of tomorrow and the day after; return how many are new. Safe to run twice, or two at once."""
    policies.check_make_standing(by)
    today = clock.local_day(at)
    return sum(make(today + timedelta(days=ahead), by=by, at=at) for ahead in AHEAD_DAYS)


def make(day: date, *, by: Actor = STANDING, at: datetime) -> int:
    """Make the requests that rhythms ask for on one day; return how many are new."""
    policies.check_make_standing(by)
    return _make(_needs(day), day, by=by, at=at)


def start_again(resident: Resident, *, besides: Iterable[date] = (), by: Actor = STANDING, at: datetime) -> int:
    """Make what the rhythms ask for of somebody who is back, or whose need goes on: the days ahead, and `besides`."""
    policies.check_make_standing(by)
    today = clock.local_day(at)
    days = sorted({*besides, *(today + timedelta(days=ahead) for ahead in AHEAD_DAYS)})
    return sum(_make(_needs(day, resident), day, by=by, at=at) for day in days)


def _make(needs: Iterable[CareNeed], day: date, *, by: Actor, at: datetime) -> int:
    made = StandingOrder.objects.filter(day=day).exclude(_STOPPED).values_list("resident_id", "need_kind")
    known = {(resident, kind) for resident, kind in made}
    count = 0
    for need in needs:
        if (need.resident_id, need.kind) in known or clock.at_local(day, rhythm_of(need).starts) <= at:
            continue
        try:
            count += _order(need, day, by=by, at=at)
        except (DomainError, OperationalError) as error:  # one's trouble must not keep the others from treatment
            if stops_all(error):
                raise
            code = getattr(error, "code", type(error).__name__)
            log.warning("standing.refused", resident_id=str(need.resident_id), code=code)
    return count


def _needs(day: date, resident: Resident | None = None) -> Iterable[CareNeed]:
    """Return the treatments due on a day: dialysis and the like, of residents who are there (E28)."""
    people = Resident.objects.present()
    rows = CareNeed.objects.filter(
        kind__in=FIXED,
        status=NeedStatus.ACTIVE,
        schedule_kind__in=RHYTHMS,
        resident__in=people.filter(pk=resident.pk) if resident else people,
    )
    return [need for need in rows.select_related("resident").order_by("pk") if rhythm_of(need).is_due(day)]


def _order(need: CareNeed, day: date, *, by: Actor, at: datetime) -> bool:
    """Make one request with its row; False when another worker was first, or somebody had asked for that treatment.

    A way that day for something else keeps nobody from treatment: it is asked for beside it.
    """
    try:
        with transaction.atomic():
            one_way.hold_resident(need.resident_id)
            order = _order_row(need, day)
            still = CareNeed.objects.select_for_update(of=("self",), no_key=True).filter(pk=need.pk)
            if order is None or not still.filter(status=NeedStatus.ACTIVE).exists():
                return False
            wish = _wish(need, need.resident, day)
            ground = ground_of(need.resident, on=wish.arrive_at or at, at=at)
            if ground.is_asked_for(need.kind):
                return False
            order.request = requests.submit(need.resident, wish=wish, by=by, at=at, ground=ground)
            order.save(update_fields=["request"])
            return True
    except IntegrityError as error:
        if refuses_a_word(error):  # a word of this one's record that slipped past every check
            log.warning("standing.refused", resident_id=str(need.resident_id), code="not_sound")
        return False


def _order_row(need: CareNeed, day: date) -> StandingOrder | None:
    """Return the row of that day: a new one, or that of a request life had stopped; None when one stands already."""
    rows = StandingOrder.objects.select_for_update(of=("self",)).filter(resident=need.resident, need_kind=need.kind)
    earlier = rows.filter(day=day).first()
    if earlier is None:
        return StandingOrder.objects.create(resident=need.resident, need_kind=need.kind, day=day)
    was_stopped = earlier.request is not None and earlier.request.cancel_reason in StopReason.values
    return earlier if was_stopped else None


def _wish(need: CareNeed, resident: Resident, day: date) -> AccessWish:
    arrive_at = clock.at_local(day, rhythm_of(need).starts)
    return AccessWish(
        need.kind,
        arrive_at=arrive_at,
        mobility=resident.mobility,
        facility=need.facility_id or "",
        escorts=int(resident.escort_required),
        needs_oxygen=resident.needs_oxygen,
        has_stairs=resident.has_stairs,
        session_min=length_of(need, at=arrive_at),
        source="standing",
        is_second=True,
    )
